"""A run whose output fills the disk of the journal: it ends, and its end is on record."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import facts, paths
from labjournal.follower import Follower
from labjournal.launchers import records
from labjournal.model import Status


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, of which 1.2 are what a run is given of labjournal."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2000k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def labjournal(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "labjournal", *words], cwd=folder, capture_output=True, text=True, timeout=60
    )


@pytest.mark.slow
def test_a_run_that_fills_the_disk_ends_and_the_journal_says_so(small: Path) -> None:
    fill = "while True: print('x' * 10000, flush=True)"
    called = labjournal(small, "run", "-n", "filler", "--follow", "--", sys.executable, "-c", fill)
    assert called.returncode not in (0, 3)
    assert os.statvfs(small).f_bavail == 0
    journal = paths.find(small)
    assert journal is not None
    (run,) = journal.run_ids()
    ended = records.read(journal.run(run).exit)
    assert ended is not None
    assert ended.data["status"] == "FAILED"
    assert labjournal(small, "run", "--", "true").returncode == 3  # said at once, nothing half begun
    journal.run(run).log.write_bytes(b"")  # room again
    follower = Follower.open(journal)
    follower.catch_up()
    assert [row.status for row in follower.store.run_rows()] == [Status.FAILED]


def test_the_reserve_serves_once_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "exit.json"
    records.reserve(target)
    fact = facts.make("exit", {"status": "DONE"}, run="R")

    def full(path: Path, payload: bytes, sync: bool) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "_replace", full)
    records.write_reserved(target, fact)
    assert records.read(target) == fact
    assert [path.name for path in tmp_path.iterdir()] == ["exit.json"]
    with pytest.raises(OSError, match="No space"):
        records.write_reserved(target, fact)
