"""Has the script given torch.compile something? Then no hook may be set on forward passes any more: it would be traced
with the model, with graph breaks and new compilations for it, and torch warns of it.
"""

from __future__ import annotations

from typing import Any


class Compiling:
    """True once a model, a part of one in place, or a function of the script's own was given to torch.compile."""

    def __init__(self) -> None:
        self.found = False

    def __bool__(self) -> bool:
        return self.found

    def note(self, given: Any) -> None:
        """Functions that a library compiles for itself take tensors, and call no model of the script's."""
        code = getattr(given, "__code__", None)  # of a bound method too: a part is compiled in place by its own
        in_place = getattr(given, "__self__", None) is not None
        file = getattr(code, "co_filename", "")
        self.found |= given is not None and (in_place or not any(one in file for one in _LIBRARIES))


_LIBRARIES = ("site-packages", "dist-packages")
