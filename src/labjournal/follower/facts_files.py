"""Reading the fact files of the journal: appended files from where the last reading ended, whole files when changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from labjournal import facts
from labjournal.facts import Fact
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store
from labjournal.store.files import FileState

_MARK_BYTES = 64


@dataclass
class FactsRead:
    """What one look found: facts, and how far each appended file was read."""

    facts: list[Fact] = field(default_factory=list)
    states: list[FileState] = field(default_factory=list)


class FactsReader:
    """Remembers what it has seen, so that an idle look costs one stat a file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._appended: dict[str, FileState] = {}
        self._whole: dict[str, tuple[int, int, int]] = {}

    def read_people(self, paths: JournalPaths, read: FactsRead) -> None:
        for path in _listed(paths.human_facts):
            self._read_appended(path, None, read)

    def read_run(self, run: RunPaths, read: FactsRead) -> None:
        """run.json, attempts, exit.json and the facts of every process of a run."""
        self._read_whole(run.run, read)
        for path in _listed(run.attempts):
            self._read_whole(path, read)
        for path in _listed(run.facts):
            self._read_appended(path, run.id, read)
        self._read_whole(run.exit, read)

    def forget(self, run: RunPaths) -> None:
        """Drop what is remembered of a sealed run."""
        prefix = str(run.folder)
        for memory in (self._appended, self._whole):
            for path in [path for path in memory if path.startswith(prefix)]:
                del memory[path]

    def _read_whole(self, path: Path, read: FactsRead) -> None:
        key = str(path)
        try:
            status = os.stat(key)
            signature = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._whole.get(key) == signature:
                return
            fact = facts.decode(path.read_bytes())
        except OSError:  # not there yet, or the folder has gone: the next look tells
            return
        if fact is not None:
            read.facts.append(fact)
            self._whole[key] = signature

    def _read_appended(self, path: str | Path, run: str | None, read: FactsRead) -> None:
        key = str(path)
        state = self._appended.get(key) or self._store.file(key) or FileState(key, run, "facts")
        try:
            status = os.stat(key)
            if status.st_size == state.offset and self._same_file(state, status):
                self._appended[key] = state
                return
            offset = state.offset if self._unchanged(key, state, status) else 0
            found, end = facts.read(key, offset)
        except OSError:
            return
        read.facts += [fact for _, fact in found if fact is not None]
        strange = [at for at, fact in found if fact is None]
        trouble = f"{len(strange)} lines are no facts, first at byte {strange[0]}" if strange else state.trouble
        memory = {"device": status.st_dev, "inode": status.st_ino, "mark": _mark(key, end)}
        read.states.append(FileState(key, run, "facts", end, memory, trouble=trouble))

    def keep(self, read: FactsRead) -> None:
        """The states went into the database: go on from them."""
        self._appended.update({state.path: state for state in read.states})

    @staticmethod
    def _same_file(state: FileState, status: os.stat_result) -> bool:
        memory = state.state or {}
        return memory.get("inode") in (None, status.st_ino) and memory.get("device") in (None, status.st_dev)

    def _unchanged(self, key: str, state: FileState, status: os.stat_result) -> bool:
        """Whether the bytes before the offset are those that were read: else the file is read from its start."""
        if state.offset == 0:
            return True
        if status.st_size < state.offset:
            return False
        return (state.state or {}).get("mark") == _mark(key, state.offset)


def _mark(path: str, offset: int) -> str:
    """A hash of the last bytes before an offset; facts hold their own ids, so a few tell files apart."""
    import hashlib  # only where something was appended

    with open(path, "rb") as file:  # noqa: PTH123 - polled
        file.seek(max(0, offset - _MARK_BYTES))
        return hashlib.blake2b(file.read(min(offset, _MARK_BYTES)), digest_size=8).hexdigest()


def _listed(folder: Path) -> list[Path]:
    """Files of a folder in the order of their names; none when it is not there."""
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
    return [folder / name for name in names if name.endswith((".jsonl", ".json"))]
