"""Parts that are trained in eval mode within a model that is in train mode.

``from_pretrained`` gives a model in eval mode. As a part of another, which is in train mode from its making, it stays
so where nothing calls train(), which Lightning's trainer does not.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Set, Tuple

from labjournal.watch.dependence import mode_dependent
from labjournal.watch.walk import children, modules, named_modules, parameters

TIMES = 5
LOOKS = 6
"""Looks at the start of a training; each goes through the whole model, 1 to 4 ms for 1,200 modules."""


class Asleep:
    """What was in eval mode at the first looks at one model."""

    def __init__(self) -> None:
        self._looks = 0
        self._times: Dict[str, int] = {}

    def look(self, root: Any, stepping: Set[int]) -> Iterator[Tuple[str, List[str]]]:
        """(path, what depends on the mode in it) of each part that is asleep for the ``TIMES``-th time in a row."""
        if self._looks >= LOOKS:
            return
        self._looks += 1
        asleep = dict(_asleep(root, stepping))
        self._times = {path: self._times.get(path, 0) + 1 for path in asleep}
        for path, times in self._times.items():
            depends = mode_dependent(asleep[path]) if times == TIMES else []
            if depends:
                yield path, depends


def _asleep(root: Any, stepping: Set[int]) -> Iterator[Tuple[str, Any]]:
    """The largest parts with parts of their own that are in eval mode all through, and learn."""
    within: Set[int] = set()
    for path, part in named_modules(root):
        below = children(part)
        if part.training or id(part) in within or not below or any(one.training for one in modules(part)):
            continue
        within.update(id(one) for one in modules(part))
        if any(one.grad is not None and one.requires_grad and id(one) in stepping for one in parameters(part)):
            yield path, part
