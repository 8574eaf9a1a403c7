"""Versions of checkpoints: each run has those that its own process wrote."""

from __future__ import annotations

import os
import time
from pathlib import Path

from journal_files import add_facts, make_run
from labjournal import paths
from labjournal.follower import Follower
from labjournal.follower.versions import VersionsReader


def test_two_runs_that_live_and_write_one_file_both_have_its_version(tmp_path: Path) -> None:
    """Which of them wrote it last nobody can tell; to keep it from the second would be to say it was the first."""
    journal = paths.find_or_make(tmp_path)
    file = tmp_path / "model.safetensors"
    file.write_bytes((2).to_bytes(8, "little") + b"{}")
    os.utime(file, (time.time() - 60,) * 2)
    runs = [make_run(journal, name, ended=False) for name in ("one", "two")]
    for run in runs:
        add_facts(run, ("checkpoint_written", {"path": str(file), "size": 10, "mtime": file.stat().st_mtime}))
    follower = Follower.open(journal)
    follower.catch_up(with_curves=False)
    reader = VersionsReader()
    told = [reader.read(follower.store.run(run.id), follower.store.run_facts(run.id)) for run in runs]
    again = [reader.read(follower.store.run(run.id), follower.store.run_facts(run.id)) for run in runs]
    follower.close()
    assert [[fact.run for fact in facts] for facts in told] == [[run.id] for run in runs]
    assert again == [[], []]
