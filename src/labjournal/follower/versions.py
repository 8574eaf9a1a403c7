"""Versions of the checkpoints of a run: a new one whenever the content of a file it wrote has changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from labjournal import checkpoints, facts
from labjournal.facts import Fact
from labjournal.model import Run


class VersionsReader:
    """Looks at the files that processes of a run opened as checkpoints; one stat each while nothing changes."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, tuple[int, int]]] = {}  # by run: two that live may write one file
        self._written: dict[str, tuple[Sequence[Fact], list[str]]] = {}

    def read(self, run: Run, stated: Sequence[Fact]) -> list[Fact]:
        """A fact for each version that was not stated yet. Half-written files wait for a later look."""
        new = [fact for path in self._written_by(run, stated) if (fact := self._look(run, path)) is not None]
        if not new:
            return []
        known = {fact.id for fact in stated}
        return [fact for fact in new if fact.id not in known]

    def _written_by(self, run: Run, stated: Sequence[Fact]) -> list[str]:
        """Files of its checkpoints; gathered again only when something was added to what is stated."""
        remembered = self._written.get(run.id)
        if remembered is None or remembered[0] is not stated:
            paths = {str(fact.data.get("path")) for fact in stated if fact.kind == "checkpoint_written"}
            remembered = self._written[run.id] = (stated, sorted(paths))
        return remembered[1]

    def forget(self, run_id: str) -> None:
        self._written.pop(run_id, None)
        self._seen.pop(run_id, None)

    def _look(self, run: Run, path: str) -> Fact | None:
        try:
            status = os.stat(path)
        except (OSError, ValueError):  # a script that keeps only its best removed it; a NUL in the name
            return None
        if run.ended_at is not None and status.st_mtime > run.ended_at.timestamp() + 2:
            return None  # written after the run had ended: another run's version under the same name
        signature = (status.st_size, status.st_mtime_ns)
        seen = self._seen.setdefault(run.id, {})
        if seen.get(path) == signature:
            return None
        found = checkpoints.inspect(Path(path))
        if found is None:
            return None
        seen[path] = signature
        working = Path(run.cwd) if run.cwd else None
        inside = working is not None and Path(path).is_relative_to(working)
        name = Path(path).relative_to(working).as_posix() if working and inside else path
        written_at = facts.now_iso(found.mtime)
        data = {
            "path": name,
            "version": found.version,
            "step": found.step,
            "counter": found.counter,
            "size": found.size,
            "written_at": written_at,
        }
        fact_id = facts.derived_id("checkpoint", run.id, name, found.version)
        return facts.make("checkpoint", data, run.id, written_at, fact_id)
