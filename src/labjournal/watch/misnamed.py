"""Loaders that the script calls its validation data, by the name of the variable that holds them."""

from __future__ import annotations

from types import FrameType
from typing import Any, List, Optional

from torch.utils.data import DataLoader

from labjournal.watch.naming import holders, is_of_library, user_frames, words

_HELD_OUT = frozenset("val valid valids validation validate dev test tests testing holdout heldout".split())
_TRAINED, _TRAINERS = ("train", "fit"), frozenset(("trainer", "trainers"))


def held_out_name(bundler: Any, frame: Optional[FrameType]) -> Optional[str]:
    """The name of the loader with this sampler of batches, where the script made it and calls it validation data.

    What a function calls its argument says nothing: ``def evaluate(model, val_loader)`` is given ``train_loader`` too.
    """
    for one in reversed(user_frames(frame)):
        names = [] if is_of_library(one) else _names(bundler, one)
        if names:
            return names[0] if all(_is_held_out(name) for name in names) else None
    return None


def _names(bundler: Any, frame: FrameType) -> List[str]:
    code = frame.f_code
    given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return [
        name
        for name, value in holders(frame)
        if issubclass(type(value), DataLoader) and value.batch_sampler is bundler and name not in given
    ]


def _is_held_out(name: str) -> bool:
    said = words(name)
    return bool(said & _HELD_OUT) and not any(word.startswith(_TRAINED) for word in said - _TRAINERS)
