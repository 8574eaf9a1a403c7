"""What the name of a file or folder says: is it a checkpoint of a model, and of which step."""

from __future__ import annotations

import re
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple

SUFFIXES = frozenset({".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".npz", ".h5", ".hdf5", ".keras"})
# These suffixes are data as often as weights, so the name has to speak for a model.
_NEEDS_A_MODEL_NAME = frozenset({".bin", ".npz", ".h5", ".hdf5"})
_MODEL_WORDS = re.compile(
    r"(?:^|[^a-z])(?:models?|weights?|checkpoints?|ckpts?|params?|state(?:_dict)?|adapter(?:_model)?|"
    r"pytorch_model|(?:global_?)?steps?|iter(?:ation)?s?|ep(?:och)?s?|best|last|latest|final|net|generator|"
    r"discriminator|encoder|decoder|ema)(?![a-z])"
)
_NOT_A_MODEL = (
    "optimizer*", "*_optimizer.*", "optim.*", "*optim_states*", "scheduler*", "*_scheduler.*", "lr_scheduler*",
    "scaler*", "rng_state*", "random_states*", "rng.*", "training_args*", "trainer_state*", "*tfevents*",
    "zero_pp_rank_*", "*_rank_*_optim*", "tokenizer*", "vocab*", "merges*",
)  # fmt: skip
_DATA_STEMS = frozenset(
    "train training test testing val valid validation data dataset features labels targets inputs embeddings samples "
    "predictions preds logits outputs x y x_train x_test y_train y_test images cache processed".split()
)
_TEMPORARY = ("tmp*", "*.tmp", "*.tmp.*", "*.tmp_*", "*.part", "*.partial", "*.incomplete", "*.temp", "*~", "*.swp",
              "*-tmp-[0-9]*", "*.crdownload")  # fmt: skip
_SHARD = re.compile(r"[-_]\d{4,6}-of-\d{4,6}(?=\.)")
_FOLDER = re.compile(r"(?:checkpoint|ckpt)[-_](\d+)|global_?step[-_]?(\d+)", re.IGNORECASE)

_STEP = re.compile(
    r"(?:^|[^a-z])(?:global[-_]?)?(?:steps?|iter(?:ation)?s?|it)[-_=]?(\d+)([km])?(?![a-z0-9])", re.IGNORECASE
)
_EPOCH = re.compile(r"(?:^|[^a-z])ep(?:och)?s?[-_=]?(\d+)(?![a-z0-9])", re.IGNORECASE)
_TRAILING = re.compile(r"(?:^|[-_.])(\d{1,9})$")
_CALLED = re.compile(
    r"(?:seed|fold|rank|gpu|version|ver|v|part|split|shard|worker|run|trial|resnet|vgg|densenet|vit|size)[-_]?\d+$",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}[-_.]\d{2}[-_.]\d{2}|\d{8}(?:[-_T]\d{4,6})?")


class Counter(StrEnum):
    """What the number in a name counts."""

    STEP = "step"
    EPOCH = "epoch"
    UNKNOWN = "unknown"
    """There is a number, and nothing says of what."""


class Position(NamedTuple):
    """How far training was; ``number`` None when the name does not say."""

    number: int | None
    counter: Counter | None


def position(path: str) -> Position:
    """Read step or epoch from a name, from its folder's when its own has none.

    ``epoch=3-step=500.ckpt`` is step 500; ``checkpoint-2500/`` step 2500 (Hugging Face counts steps);
    ``model_0300.pt`` is 300 of an unknown counter; ``step_10k.pt`` is step 10000; dates, seeds and scores are nothing.
    """
    pure = PurePosixPath(path)
    names = [(pure.stem if pure.suffix.lower() in SUFFIXES else pure.name, _FOLDER.fullmatch(pure.name))]
    if len(pure.parts) > 1:
        names.append((pure.parent.name, _FOLDER.fullmatch(pure.parent.name)))
    for name, folder in names:
        found = _in_name(name, folder)
        if found.number is not None:
            return found
    return Position(None, None)


def by_word(mark: str) -> tuple[str | None, int | None]:
    """Path and step of a checkpoint as somebody names it, by one of both."""
    return (None, int(mark)) if mark.isdecimal() else (mark, position(mark).number)


def _in_name(name: str, folder: re.Match[str] | None) -> Position:
    if folder:
        return Position(int(folder[1] or folder[2]), Counter.STEP)
    name = _SHARD.sub("", name + ".")[:-1]
    if match := _STEP.search(name):
        return Position(int(match[1]) * {"k": 1000, "m": 1_000_000}.get((match[2] or "").lower(), 1), Counter.STEP)
    if match := _EPOCH.search(name):
        return Position(int(match[1]), Counter.EPOCH)
    plain = _DATE.sub("", name)
    if _CALLED.search(plain) or re.search(r"\d\.\d+$", plain):  # best_0.95 is a score
        return Position(None, None)
    if match := _TRAILING.search(plain):
        return Position(int(match[1]), Counter.UNKNOWN)
    return Position(None, None)


def counted(path: str, number: int) -> str:
    """``step 2,500``, ``epoch 30``, ``30 by its name``: the number in a name, and what it counts if that is said."""
    counter = position(path).counter
    if counter in (Counter.STEP, Counter.EPOCH, None):
        return f"{counter or Counter.STEP} {number:,}"
    return f"{number:,} by its name"


def checkpoint_folder(name: str) -> bool:
    """Whether a folder is one checkpoint as a whole by its name (``checkpoint-2500``, ``global_step100``)."""
    return _FOLDER.fullmatch(name) is not None


def temporary(name: str) -> bool:
    """Whether a name is of a file or folder that is still being written."""
    return name.startswith(".") or any(fnmatchcase(name.lower(), pattern) for pattern in _TEMPORARY)


def shard(name: str) -> bool:
    """Whether a file is one part of a model (``model-00001-of-00003.safetensors``)."""
    return _SHARD.search(name) is not None


def model_file(name: str) -> bool:
    """Whether a file looks, by its name, like weights: no optimizer, no data set, no half-written file."""
    lower = name.lower()
    pure = PurePosixPath(lower)
    if pure.suffix not in SUFFIXES or temporary(name) or pure.stem in _DATA_STEMS:
        return False
    if any(fnmatchcase(lower, pattern) for pattern in _NOT_A_MODEL):
        return False
    return pure.suffix not in _NEEDS_A_MODEL_NAME or _MODEL_WORDS.search(pure.stem) is not None
