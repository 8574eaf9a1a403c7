"""What a script can reach from the variables of its frames: through attributes, lists and dicts, as a callback of a
trainer holds the average that it keeps."""

from __future__ import annotations

from collections import deque
from types import FrameType, ModuleType
from typing import Any, Deque, Iterator, List, Optional, Set, Tuple

import torch

from labjournal.watch.naming import holders, instance_fields, user_frames

DEPTH = 4
"""Steps down from what a frame's variables hold."""
MOST_OBJECTS = 2000
"""3 us each."""
MOST_ITEMS = 500
_ENDS = (torch.nn.Module, torch.optim.Optimizer, ModuleType, type, str, bytes, int, float)
"""Whose tensors are found elsewhere, or that have none."""


def tensors(frame: Optional[FrameType]) -> Iterator[Any]:
    """Those nearest to the frames first; no tensor is told of twice."""
    seen: Set[int] = set()
    queue: Deque[Tuple[int, Any]] = deque()
    for above in user_frames(frame):
        queue.extend((0, value) for _, value in holders(above))
    while queue and len(seen) < MOST_OBJECTS:
        depth, value = queue.popleft()
        if id(value) in seen or value is None or issubclass(type(value), _ENDS):
            continue  # by its type: a proxy out of its context does not let itself be asked for its class
        seen.add(id(value))
        if issubclass(type(value), torch.Tensor):
            yield value
        elif depth < DEPTH:
            queue.extend((depth + 1, one) for one in _held_by(value))


def _held_by(value: Any) -> List[Any]:
    if type(value) in (list, tuple, dict):
        held = list(value.values()) if isinstance(value, dict) else value
        return list(held) if len(held) <= MOST_ITEMS else []
    return list(instance_fields(value).values())[:MOST_ITEMS]
