"""Which SLURM job a run's state is read from, once an attempt has been put aside and the next is on its way."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from journal_files import make_run
from labjournal import facts, paths
from labjournal.launchers import records, slurm_state
from labjournal.launchers.slurm import job_of
from labjournal.paths import RunPaths
from labjournal.vocabulary import Status


@pytest.fixture
def run(tmp_path: Path) -> RunPaths:
    """Its first attempt, job 1, failed and was put aside."""
    run = make_run(paths.find_or_make(tmp_path), ended=False)
    for path in run.attempts.glob("*"):
        path.unlink()
    note(run, "attempt", run.attempt(1), {"n": 1, "job": "1", "pid": 2**22 - 3})
    note(run, "job", run.job(1), {"n": 1, "job": "1", "launcher": "slurm"})
    note(run, "exit", run.earlier_exit(1), {"attempt": 1, "status": "LOST"})
    return run


def note(run: RunPaths, kind: str, path: Path, data: dict[str, object]) -> None:
    run.attempts.mkdir(exist_ok=True)
    records.write(path, facts.make(kind, data, run=run.id))


def slurm_says(run: RunPaths, *jobs: tuple[str, str]) -> None:
    """What squeue answered a moment ago."""
    run.journal.cache.mkdir(exist_ok=True)
    listed = [[number, state, "None", "n1", run.id] for number, state in jobs]
    kept = {"at": time.time(), "jobs": listed, "trouble": None}
    (run.journal.cache / "slurm.json").write_text(json.dumps(kept))


def test_the_job_of_the_next_attempt_speaks_and_not_the_one_that_failed(run: RunPaths) -> None:
    note(run, "job", run.job(2), {"n": 2, "job": "2", "launcher": "slurm"})
    assert job_of(run) == "2"
    slurm_says(run, ("1", "FAILED"))
    assert not slurm_state.word_of(run, started=False).ended, "the answer is older than job 2"
    slurm_says(run, ("1", "FAILED"), ("2", "PENDING"))
    assert slurm_state.word_of(run, started=False).status is Status.QUEUED


def test_a_job_put_aside_does_not_speak_while_the_next_is_being_submitted(run: RunPaths) -> None:
    assert job_of(run) is None
    slurm_says(run, ("1", "FAILED"))
    assert not slurm_state.word_of(run, started=False).ended
    slurm_says(run, ("1", "FAILED"), ("2", "RUNNING"))
    assert "slurm job 2" in slurm_state.word_of(run, started=False).words


def test_a_job_that_slurm_sent_back_speaks_for_its_next_attempt(run: RunPaths) -> None:
    slurm_says(run, ("1", "PENDING"))
    assert slurm_state.word_of(run, started=False).status is Status.QUEUED
    note(run, "attempt", run.attempt(2), {"n": 2, "job": "1", "pid": 2**22 - 3})
    assert job_of(run) == "1"
