"""Find the checkpoints in a folder and tell one version from the next, without loading any of them.

A checkpoint is a file of weights, or a folder that belongs together: ``checkpoint-2500`` of Hugging Face, the shards
of one model, a distributed checkpoint of torch. Half-written ones do not count and are found by a later look.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from labjournal.checkpoints.formats import Whole, whole
from labjournal.checkpoints.names import Counter, checkpoint_folder, model_file, position, shard, temporary

SETTLE_S = 2.0
_BLOCK_BYTES = 64 * 1024
_MOST_FILES = 200_000
_MOST_FOLDER_FILES = 10_000
_SKIPPED_FOLDERS = frozenset(
    ".git .labjournal .venv venv node_modules __pycache__ site-packages .cache .ipynb_checkpoints".split()
)


@dataclass(frozen=True)
class Found:
    """One version of a checkpoint that was not known before."""

    path: str
    """Relative to the folder that was looked through, with ``/``; of ``inspect``, as it was given."""
    kind: Literal["file", "folder"]
    size: int
    """Bytes; of a folder, its weights together."""
    mtime_ns: int
    quick_hash: str
    step: int | None
    counter: Counter | None
    """What ``step`` counts; None when the name tells no number."""

    @property
    def version(self) -> str:
        """The quick hash, by which a version is called."""
        return self.quick_hash

    @property
    def mtime(self) -> float:
        """When it was written, in seconds since 1970."""
        return self.mtime_ns / 1e9


@dataclass(frozen=True)
class Seen:
    """What a checkpoint was like when it was last looked at."""

    size: int
    mtime_ns: int


def scan(
    folder: Path,
    known: Mapping[str, Seen | Found] | None = None,
    settle_s: float = SETTLE_S,
    clock: Callable[[], float] = time.time,
) -> list[Found]:
    """Checkpoints below a folder that are new or changed since ``known`` (path to what was seen), oldest first.

    A file that vanishes or changes while it is looked at is left for the next time. Links to folders are not
    followed. ``settle_s``: how long a file without a mark of its end must have stood still, in seconds.
    """
    seen = known or {}
    settled_before = clock() - settle_s
    found = []
    for candidate, kind in _candidates(folder):
        relative = candidate.relative_to(folder).as_posix()
        one = _look(candidate, kind, relative, seen.get(relative), settled_before)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (one.mtime_ns, one.path))


def inspect(path: Path, settle_s: float = SETTLE_S, clock: Callable[[], float] = time.time) -> Found | None:
    """The version of one file or folder that is said to be a checkpoint, called by its full path.

    None when it is gone, half-written, or no checkpoint of a model by its name or its content.
    """
    is_folder = path.is_dir()
    if not is_folder and not model_file(path.name):
        return None
    return _look(path, "folder" if is_folder else "file", path.as_posix(), None, clock() - settle_s)


def _look(
    candidate: Path, kind: Literal["file", "folder"], name: str, before: Seen | Found | None, settled_before: float
) -> Found | None:
    """One whole checkpoint that differs from what was seen before; None for every other."""
    try:
        parts = weights_in(candidate) if kind == "folder" else [candidate]
        size, mtime_ns = _measure(parts)
        if before is not None and (before.size, before.mtime_ns) == (size, mtime_ns):
            return None
        if not parts or not _all_whole(parts, kind, candidate, settled_before):
            return None
        digest = quick_hash(candidate)
        if _measure(parts) != (size, mtime_ns):
            return None
    except OSError:  # removed by a writer that keeps only the best
        return None
    return Found(name, kind, size, mtime_ns, digest, *position(name))


def _candidates(folder: Path) -> Iterator[tuple[Path, Literal["file", "folder"]]]:
    looked_at = 0
    for place, folders, files in os.walk(folder):
        looked_at += len(files)
        if looked_at > _MOST_FILES:
            return
        here = Path(place)
        if here != folder and _is_unit(here, files):
            folders.clear()
            yield here, "folder"
            continue
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS and not temporary(name))
        if any(shard(name) for name in files if model_file(name)):
            yield here, "folder"
        yield from ((here / name, "file") for name in sorted(files) if model_file(name) and not shard(name))


def _is_unit(folder: Path, files: list[str]) -> bool:
    """A folder that is one checkpoint: by its name when weights are in it, or of torch.distributed.checkpoint."""
    if ".metadata" in files and any(name.endswith(".distcp") for name in files):
        return True
    return checkpoint_folder(folder.name) and any(model_file(name) for name in files)


def weights_in(folder: Path) -> list[Path]:
    """The files of a checkpoint folder that hold weights, by name. Raises OSError."""
    names = sorted(os.listdir(folder))[:_MOST_FOLDER_FILES]
    if not checkpoint_folder(folder.name) and any(shard(name) for name in names if model_file(name)):
        return [folder / name for name in names if shard(name) and model_file(name)]
    return [folder / name for name in names if model_file(name) or name.endswith(".distcp")]


def _measure(parts: Iterable[Path]) -> tuple[int, int]:
    status = [part.stat() for part in parts]
    return sum(one.st_size for one in status), max((one.st_mtime_ns for one in status), default=0)


def _all_whole(parts: list[Path], kind: str, folder: Path, settled_before: float) -> bool:
    for part in parts:
        judged = Whole.CANNOT_TELL if part.suffix == ".distcp" else whole(part)
        if judged in (Whole.NO, Whole.FOREIGN):
            return False
        if judged is Whole.CANNOT_TELL and part.stat().st_mtime > settled_before:
            return False
    return kind == "file" or _no_part_missing(folder, {part.name for part in parts})


def _no_part_missing(folder: Path, there: set[str]) -> bool:
    """Whether every shard that an index names is there; the index is written after the shards."""
    for index in folder.glob("*.index.json"):
        try:
            wanted = set(json.loads(index.read_bytes())["weight_map"].values())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        if not wanted <= there:
            return False
    shards = [name for name in there if shard(name)]
    return all(_siblings(name) <= there for name in shards[:1]) if shards else True


def _siblings(name: str) -> set[str]:
    """All the names of the set that ``model-00001-of-00003.safetensors`` belongs to."""
    front, _, back = name.rpartition("-of-")
    digits = back[: len(back) - len(back.lstrip("0123456789"))]
    start = front.rstrip("0123456789")
    width = len(front) - len(start)
    return {f"{start}{number:0{width}}-of-{back}" for number in range(1, min(int(digits), _MOST_FOLDER_FILES) + 1)}


def quick_hash(path: Path) -> str:
    """32 hex digits that change when a checkpoint is written anew; reads at most 192 KiB of a file. Raises OSError.

    BLAKE2b over the size and the first, middle and last 64 KiB. A change of the same size elsewhere in a large file
    is not seen by it; a new training step changes nearly every weight. Of a folder: over the names and quick hashes
    of its weights.
    """
    digest = hashlib.blake2b(digest_size=16)
    if path.is_dir():
        for part in weights_in(path):
            digest.update(f"{part.name}\0{quick_hash(part)}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest.update(size.to_bytes(8, "little"))
        for place in sorted({0, max(0, (size - _BLOCK_BYTES) // 2), max(0, size - _BLOCK_BYTES)}):
            file.seek(place)
            digest.update(file.read(_BLOCK_BYTES))
    return digest.hexdigest()


def full_hash(path: Path) -> str:
    """SHA-256 of the whole content (of a folder: of the names and hashes of its weights). Slow; raises OSError."""
    if path.is_dir():
        whole_folder = hashlib.sha256()
        for part in weights_in(path):
            whole_folder.update(f"{part.name}\0{full_hash(part)}\0".encode("utf-8", "surrogateescape"))
        return whole_folder.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
