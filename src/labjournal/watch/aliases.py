"""An average of the weights that is no copy: a name says average, and what it names are the weights themselves."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any, List, Optional, Set

import torch

from labjournal.watch.naming import holders, user_frames

_AVERAGE = re.compile(r"(?:^|[._])(?:ema|avg|averaged?|swa|shadow|teacher|slow|smooth(?:ed)?|polyak)(?:[._]|$)")


def named_average(modules: List[Any], params: List[Any], frame: Optional[FrameType]) -> Optional[str]:
    """The name of an average that is one of the modules, or holds tensors with the storage of the weights."""
    ids = {id(module) for module in modules}
    storages = {one.untyped_storage().data_ptr() for one in params if type(one) in (torch.Tensor, torch.nn.Parameter)}
    for item in user_frames(frame):
        for name, value in holders(item):
            if id(value) in ids and _AVERAGE.search(name.rpartition(".")[2].lower()):
                return name  # not ``ema.model``, by which an average knows what it averages
            if _AVERAGE.search(name.lower()) and _shares(value, storages):
                return name.partition(".")[0]
    return None


def _shares(value: Any, storages: Set[int]) -> bool:
    plain = type(value) in (torch.Tensor, torch.nn.Parameter)
    return plain and value.untyped_storage().data_ptr() in storages
