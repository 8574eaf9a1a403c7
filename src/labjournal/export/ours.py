"""Which blocks this journal has put into which file: what it did not write, it does not take out.

Kept in a file of the journal's cache. Where that is lost nothing is taken out any more, which loses nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from labjournal.export import whole_files


class Ours:
    """Remembers the ids of the blocks of each file, by the file's place as seen from the project."""

    def __init__(self, memory: Path | None, project: Path) -> None:
        """``memory``: the file to remember in; without one nothing is known."""
        self._memory = memory
        self._project = project
        self._known = {} if memory is None else _read(memory)
        self._before = {name: list(ids) for name, ids in self._known.items()}

    def of(self, path: Path) -> Collection[str]:
        return frozenset(self._known.get(self._name(path), ()))

    def wrote(self, path: Path, ids: Iterable[str]) -> None:
        self._known[self._name(path)] = sorted(ids)

    def keep(self) -> None:
        """Write down what was written. Raises OSError."""
        if self._memory is None or self._known == self._before:
            return
        whole_files.write(self._memory, json.dumps(self._known, sort_keys=True))

    def _name(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._project)).as_posix()


def _read(memory: Path) -> dict[str, list[str]]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8", errors="surrogateescape"))
    except (OSError, ValueError):
        return {}
    return {str(name): list(map(str, ids)) for name, ids in found.items()} if isinstance(found, dict) else {}
