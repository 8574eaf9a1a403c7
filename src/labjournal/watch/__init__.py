"""The inside part: what runs within a training process.

Imports ``facts``, ``tags`` and ``errors`` of labjournal, the standard library, and torch once the user's program
has imported it. Python 3.9 and torch 2.1 are the oldest it meets. Three rules hold everywhere in this folder: the
training is never changed (not one bit of a weight, not one draw of a random number), nothing is ever raised into
it, and what could not be looked at is said to be so.

``labjournal.watch(model, optimizer)`` is a call of this package itself.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _CallablePackage(type(sys)):  # type: ignore[misc]  # types.ModuleType, without importing types
    def __call__(self, model: Any, optimizer: Any = None) -> None:
        from labjournal.watch.api import watch

        watch(model, optimizer)


sys.modules[__name__].__class__ = _CallablePackage
