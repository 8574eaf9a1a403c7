"""Which data a result was measured on: its name, and the hash of its content where the file can be told.

Equal names do not make equal data, so the hash counts. Where no file is known the identity stays unknown and is
shown as such; it never compares as equal.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from labjournal.config import Config, DatasetConfig
from labjournal.facts import Fact
from labjournal.model import Dataset, Run
from labjournal.paths import JournalPaths

_LARGEST = 8 << 30
"""Bytes; hashing more would take a minute, so the identity of such a file stays unknown."""

_DATA = frozenset(
    ".npz .npy .csv .tsv .jsonl .json .parquet .feather .arrow .h5 .hdf5 .pkl .txt .tfrecord .pt .safetensors".split()
)
_CONFIGURATION = frozenset(("config.json", "package.json", "tokenizer.json", "tokenizer_config.json", "vocab.json"))


class Identifier:
    """Finds and hashes data files; hashes are kept in the journal's cache by path, size and time."""

    def __init__(self, paths: JournalPaths, config: Config) -> None:
        self._cache_file = paths.cache / "hashes.json"
        self._project = paths.project
        self._config = config
        self._hashes: dict[str, list[object]] | None = None

    def identify(self, name: str | None, run: Run, stated: Sequence[Fact], only: bool = True) -> Dataset:
        """The data set of a result of this run; ``name`` as printed, else as the launch said.

        ``only``: the run names no other data set, so that the one file it opened is this one.
        """
        name = name or run.dataset
        path, source = self._file(name, run, stated if only else ())
        if path is None:
            return Dataset(name=name, source="text" if name and name != run.dataset else "launch" if name else None)
        return Dataset(name=name or path.stem, hash=self._hash(path, run.ended_at), source=source)

    def declared(self, name: str | None, run: Run) -> DatasetConfig | None:
        """What the configuration says of a data set, else the study that the run is a stage of; its path is whole."""
        if not name:
            return None
        if (configured := self._config.datasets.get(name)) is not None:
            whole = str(self._project / configured.path) if configured.path else None
            return configured._replace(path=whole)
        if run.stage is None or not run.cwd:
            return None
        file = Path(run.cwd) / "study.toml"
        try:
            return _of_study(file, file.stat().st_mtime_ns).get(name)
        except (OSError, ValueError):  # gone, or being written
            return None

    def _file(self, name: str | None, run: Run, stated: Sequence[Fact]) -> tuple[Path | None, str | None]:
        working = Path(run.cwd) if run.cwd else self._project
        configured = self.declared(name, run)
        if configured and configured.path:
            return Path(configured.path), "config"
        if name:
            itself = working / name
            if itself.is_file():
                return itself, "command line"
        opened = [Path(str(fact.data.get("path"))) for fact in stated if fact.kind == "file_opened"]
        data = {path for path in opened if path.suffix.lower() in _DATA and path.name not in _CONFIGURATION}
        data -= self._checkpoints(run, stated, working)
        return (data.pop(), "opened file") if len(data) == 1 else (None, None)

    @staticmethod
    def _checkpoints(run: Run, stated: Sequence[Fact], working: Path) -> set[Path]:
        kinds = ("checkpoint_read", "checkpoint_written")
        found = {Path(str(fact.data.get("path"))) for fact in stated if fact.kind in kinds}
        if run.subject and run.subject.checkpoint:
            found.add(working / run.subject.checkpoint)
        return found

    def _hash(self, path: Path, ended_at: datetime | None) -> str | None:
        """SHA-256 of the content, None when it cannot be known what the run saw."""
        try:
            status = path.stat()
            if status.st_size > _LARGEST or (ended_at and status.st_mtime > ended_at.timestamp() + 1):
                return None  # changed since: these are not the bytes that were measured
            known = self._cache().get(str(path))
            if known and known[:2] == [status.st_size, status.st_mtime_ns]:
                return str(known[2])
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError):  # gone, or no name of a file at all
            return None
        self._remember(str(path), [status.st_size, status.st_mtime_ns, digest])
        return digest

    def _cache(self) -> dict[str, list[object]]:
        if self._hashes is None:
            try:
                self._hashes = json.loads(self._cache_file.read_bytes())
            except (OSError, ValueError):
                self._hashes = {}
        assert self._hashes is not None
        return self._hashes

    def _remember(self, path: str, entry: list[object]) -> None:
        self._cache()[path] = entry
        beside = self._cache_file.with_suffix(f".{os.getpid()}")
        try:
            beside.write_text(json.dumps(self._hashes), encoding="utf-8")
            beside.replace(self._cache_file)
        except OSError:
            return  # only a cache


@lru_cache(maxsize=64)
def _of_study(file: Path, changed: int) -> Mapping[str, DatasetConfig]:
    """The data sets of a study; ``changed`` is the time of the file, so that an edit is read."""
    said = tomllib.loads(file.read_text()).get("datasets", {})
    places = {name: one if isinstance(one, dict) else {} for name, one in said.items()}
    return {
        name: DatasetConfig(str(file.parent / str(one["path"])) if "path" in one else None, one.get("role"))
        for name, one in places.items()
    }
