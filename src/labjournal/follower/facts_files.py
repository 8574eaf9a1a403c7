"""Reading the fact files of the journal: appended files from where the last reading ended, whole files when changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from labjournal import facts, filesystems
from labjournal.facts import Fact
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store
from labjournal.store.files import FileState

APPENDED, WHOLE = "facts", "fact"
"""Roles of fact files: lines appended by one writer, or one fact a file, replaced by rename."""
_MARK_BYTES = 64


@dataclass
class FactsRead:
    """What one look found: facts, and how far each appended file was read."""

    facts: list[Fact] = field(default_factory=list)
    states: list[FileState] = field(default_factory=list)

    def about(self, run: str | None) -> FactsRead:
        """The part that was read of one run's files, or of those of no run."""
        return FactsRead(
            [fact for fact in self.facts if fact.run == run], [state for state in self.states if state.run == run]
        )


class FactsReader:
    """Remembers what it has seen, so that an idle look costs one stat a file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._appended: dict[str, FileState] = {}
        self._whole: dict[str, FileState] = {}
        self._folders: dict[str, tuple[int, list[str]]] = {}

    def read_people(self, paths: JournalPaths, read: FactsRead) -> None:
        for path in self._listed(str(paths.human_facts)):
            self._read_appended(path, None, read)

    def read_run(self, run: RunPaths, read: FactsRead) -> None:
        """run.json, attempts, exit.json and the facts of every process of a run."""
        folder = str(run.folder)
        self._read_whole(f"{folder}/{run.run.name}", read)
        for path in self._listed(f"{folder}/{run.attempts.name}"):
            self._read_whole(path, read)
        for path in self._listed(f"{folder}/{run.facts.name}"):
            self._read_appended(path, run.id, read)
        self._read_whole(f"{folder}/{run.exit.name}", read)

    def forget(self, run: RunPaths) -> None:
        """Drop what is remembered of a sealed run."""
        prefix = str(run.folder)
        for memory in (self._appended, self._whole, self._folders):
            for path in [path for path in memory if path.startswith(prefix)]:
                del memory[path]

    def _listed(self, folder: str) -> list[str]:
        """Fact files of a folder in the order of their names; listed again only when the folder has changed."""
        try:
            changed = os.stat(folder).st_mtime_ns
            known = self._folders.get(folder)
            if known is not None and known[0] == changed and filesystems.at_rest(changed):
                return known[1]
            names = sorted(os.listdir(folder))
        except OSError:
            return []
        paths = [f"{folder}/{name}" for name in names if name.endswith((".jsonl", ".json"))]
        self._folders[folder] = (changed, paths)
        return paths

    def _read_whole(self, key: str, read: FactsRead) -> None:
        try:
            status = os.stat(key)
            signature = [status.st_mtime_ns, status.st_size, status.st_ino]
            if self._signature(key) == signature:
                return
            fact = facts.decode(Path(key).read_bytes())
        except OSError:  # not there yet, or the folder has gone: the next look tells
            return
        if fact is not None:
            read.facts.append(fact)
            read.states.append(FileState(key, fact.run, WHOLE, status.st_size, {"signature": signature}))

    def _signature(self, key: str) -> object:
        state = self._whole.get(key) or self._store.file(key)
        if state is None:
            return None
        self._whole[key] = state
        return (state.state or {}).get("signature")

    def _read_appended(self, key: str, run: str | None, read: FactsRead) -> None:
        state = self._appended.get(key) or self._store.file(key) or FileState(key, run, APPENDED)
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
        read.states.append(FileState(key, run, APPENDED, end, memory, trouble=trouble))

    def keep(self, read: FactsRead) -> None:
        """The states went into the database: go on from them."""
        for state in read.states:
            (self._appended if state.role == APPENDED else self._whole)[state.path] = state

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
