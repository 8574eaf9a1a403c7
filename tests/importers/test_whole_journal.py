"""A journal of full size, exported and imported into an empty one: the same content, and the same export."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import whole_journal

from labjournal.follower import Follower
from labjournal.paths import JournalPaths


def call(folder: Path, *words: str) -> str:
    environment = {**os.environ, "COLUMNS": "100", "TZ": "Europe/Vienna"}
    line = [sys.executable, "-m", "labjournal", *words]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def held(journal: JournalPaths) -> dict[str, object]:
    follower = Follower.open(journal)
    try:
        follower.catch_up(with_curves=False)
        return whole_journal.held(follower.store)
    finally:
        follower.close()


@pytest.mark.parametrize(("runs", "results", "notes"), [(500, 10, 1000)])
def test_an_export_taken_into_an_empty_journal_is_the_same_journal(
    tmp_path: Path, runs: int, results: int, notes: int
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    journal = whole_journal.write(here, runs, results, notes)
    call(here, "export")
    shutil.copytree(here / "entries", there / "entries")
    call(there, "import", "entries")
    told, taken = held(journal), held(JournalPaths(there / ".labjournal"))
    assert len(told["results"]) == runs * results  # type: ignore[arg-type]
    for name, rows in told.items():
        assert not differing(taken[name], rows), name
    call(there, "export", "--check")
    call(there, "import", "entries")
    again = held(JournalPaths(there / ".labjournal"))
    assert [name for name in taken if again[name] != taken[name]] == []


def differing(one: object, other: object) -> list[tuple[object, object]]:
    """The first rows in which they differ: pytest would look for minutes for how."""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]][:1]
    return [] if one == other else [(one, other)]
