"""Loaders that the script calls its validation data, by the name of the variable that holds them."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any, Optional, Set

from torch.utils.data import DataLoader

from labjournal.watch.naming import holders, is_of_library, user_frames

_HELD_OUT = frozenset("val valid valids validation validate dev test tests testing holdout heldout".split())
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def held_out_name(bundler: Any, frame: Optional[FrameType]) -> Optional[str]:
    """The name of the loader with this sampler of batches, where all names it has are those of validation data.

    ``def evaluate(model, val_loader)`` called with ``train_loader`` is meant: that one has a name of training too.
    """
    names = [
        name
        for one in user_frames(frame)
        if not is_of_library(one)
        for name, value in holders(one)
        if isinstance(value, DataLoader) and value.batch_sampler is bundler
    ]
    told = [name for name in names if _words(name) & _HELD_OUT]
    return told[0] if told and not any("train" in word for name in names for word in _words(name)) else None


def _words(name: str) -> Set[str]:
    return {word.lower() for word in _WORD.findall(name)}
