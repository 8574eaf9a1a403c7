"""Loaders that the script calls its validation data, by the name of the variable that holds them."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any, Optional, Set

from torch.utils.data import DataLoader

from labjournal.watch.naming import holders, is_of_library, user_frames

_HELD_OUT = frozenset("val valid valids validation validate dev test tests testing holdout heldout".split())
_TRAINED = frozenset("train training fit".split())
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def held_out_name(bundler: Any, frame: Optional[FrameType]) -> Optional[str]:
    """The name of the loader with this sampler of batches, where all names it has are those of validation data.

    ``def evaluate(model, val_loader)`` called with ``train_loader`` or ``loader`` is meant: that has
    another name too.
    """
    names = [
        name
        for one in user_frames(frame)
        if not is_of_library(one)
        for name, value in holders(one)
        if issubclass(type(value), DataLoader) and value.batch_sampler is bundler
    ]
    told = [name for name in names if _words(name) & _HELD_OUT and not _words(name) & _TRAINED]
    return told[0] if told and len(told) == len(names) else None


def _words(name: str) -> Set[str]:
    return {word.lower() for word in _WORD.findall(name)}
