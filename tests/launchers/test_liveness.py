"""Verdicts on runs whose end nobody wrote down."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal import facts, machine
from labjournal.launchers import liveness, records
from labjournal.launchers.base import where
from labjournal.launchers.verdict import Place, Sighting, judge
from labjournal.model import Status
from labjournal.paths import RunPaths

HERE = Sighting(Place.HERE, started=True, waits=False, keeper=True, process=True, beat_age_s=1.0, wrote_age_s=1.0)


@pytest.mark.parametrize(
    ("seen", "status", "words"),
    [
        (HERE, Status.RUNNING, None),
        (HERE._replace(stop_asked=True), Status.RUNNING, "stopping"),
        (HERE._replace(keeper=False), Status.RUNNING, "unsupervised"),
        (HERE._replace(process=False), Status.RUNNING, "its end is being written"),
        (HERE._replace(process=False, keeper=False, relatives=2), Status.RUNNING, "2 that it started still run"),
        (HERE._replace(process=False, keeper=False), Status.LOST, "nobody wrote down how"),
        (
            HERE._replace(process=False, keeper=False, beat_age_s=900.0, wrote_age_s=10.0),
            Status.LOST,
            "its supervisor was killed, the process went on",
        ),
        (HERE._replace(place=Place.REBOOTED, beat_age_s=900.0), Status.LOST, "rebooted or lost power"),
        (HERE._replace(place=Place.REBOOTED, beat_age_s=3.0), Status.RUNNING, None),
        (HERE._replace(place=Place.ELSEWHERE, beat_age_s=3.0), Status.RUNNING, None),
        (HERE._replace(place=Place.ELSEWHERE, beat_age_s=300.0, host="n7"), Status.RUNNING, "n7: last heard 5 min ago"),
        (HERE._replace(started=False, waits=True), Status.QUEUED, "waits for its turn"),
        (HERE._replace(started=False, keeper=False, age_s=1.0), Status.QUEUED, "starting"),
        (HERE._replace(started=False, keeper=False, age_s=60.0), Status.LOST, "launching process was killed"),
        (HERE._replace(started=False, waits=True, keeper=False, age_s=60.0), Status.LOST, "never started"),
    ],
)
def test_each_sighting_has_its_verdict(seen: Sighting, status: Status, words: str | None) -> None:
    verdict = judge(seen)
    assert verdict.status is status
    assert verdict.lost == (status is Status.LOST)
    assert (verdict.cause is None) if words is None else (words in (verdict.cause or ""))


@given(
    st.builds(
        Sighting,
        place=st.sampled_from(Place),
        started=st.booleans(),
        waits=st.booleans(),
        keeper=st.booleans(),
        process=st.booleans(),
        relatives=st.integers(0, 3),
        beat_age_s=st.none() | st.floats(-1e6, 1e9),
        wrote_age_s=st.none() | st.floats(-1e6, 1e9),
        age_s=st.floats(-1e6, 1e9),
        stop_asked=st.booleans(),
        supervised=st.booleans(),
    )
)
def test_nothing_that_lives_and_nothing_elsewhere_is_ever_lost(seen: Sighting) -> None:
    if judge(seen).lost:
        assert seen.place is not Place.ELSEWHERE
        assert not (seen.place is Place.HERE and (seen.keeper or (seen.started and seen.process) or seen.relatives))


def _run(tmp_path: Path, **attempt: object) -> RunPaths:
    run = RunPaths(tmp_path / facts.new_ulid())
    run.attempts.mkdir(parents=True)
    records.write(run.run, facts.make("run", {"name": "x"}, run=run.id))
    data = {"n": 1, "supervisor_pid": 2**22 - 1, "supervisor_ticks": 1, "pid": 2**22 - 2, "start_ticks": 1}
    records.write(run.attempt(1), facts.make("attempt", {**data, **where(machine), **attempt}, run=run.id))
    run.heartbeat.touch()
    return run


def test_the_first_who_sees_a_loss_writes_it_and_the_others_agree(tmp_path: Path) -> None:
    run = _run(tmp_path)
    first = liveness.observe(run, machine)
    told = run.exit.read_bytes()
    assert first.status is Status.LOST
    assert liveness.observe(run, machine) == first
    assert run.exit.read_bytes() == told


def test_a_real_end_written_before_a_loss_is_declared_wins(tmp_path: Path) -> None:
    run = _run(tmp_path)
    end = facts.make("exit", {"attempt": 1, "status": "DONE", "cause": None}, run=run.id)
    assert records.write_once(run.exit, end)
    assert not records.write_once(run.exit, facts.make("exit", {"attempt": 1, "status": "LOST"}, run=run.id))
    assert liveness.observe(run, machine).status is Status.DONE


def test_a_pid_that_belongs_to_another_process_now_does_not_keep_a_run_alive(tmp_path: Path) -> None:
    run = _run(tmp_path, pid=os.getpid(), start_ticks=1)
    assert liveness.observe(run, machine).status is Status.LOST


@pytest.mark.parametrize("other", [{"pid_namespace": "pid:[1]"}, {"boot": "other", "machine": "other"}])
def test_another_machine_or_container_never_says_lost(tmp_path: Path, other: dict[str, str]) -> None:
    run = _run(tmp_path, **other)
    seen = liveness.observe(run, machine, now=time.time() + 7200)
    assert seen.status is Status.RUNNING
    assert "last heard" in (seen.cause or "")
    assert not run.exit.exists()


def test_a_machine_that_was_rebooted_says_so(tmp_path: Path) -> None:
    run = _run(tmp_path, boot="an earlier one")
    seen = liveness.observe(run, machine, now=time.time() + 7200)
    assert seen.status is Status.LOST
    assert "rebooted" in (seen.cause or "")


def test_a_run_folder_that_is_empty_or_gone_raises_nothing(tmp_path: Path) -> None:
    run = RunPaths(tmp_path / facts.new_ulid())
    assert liveness.observe(run, machine).status is Status.QUEUED
    run.folder.mkdir()
    assert liveness.observe(run, machine).status is Status.QUEUED


def test_adopted_files_are_followed_while_they_grow_and_then_lost(tmp_path: Path) -> None:
    logdir = tmp_path / "logs"
    logdir.mkdir()
    (logdir / "events.out.tfevents.1").touch()
    run = RunPaths(tmp_path / facts.new_ulid())
    run.folder.mkdir()
    data = {"name": "x", "launcher": liveness.ADOPTED, "logdir": str(logdir)}
    records.write(run.run, facts.make("run", data, run=run.id))
    assert liveness.observe(run, machine).status is Status.RUNNING
    seen = liveness.observe(run, machine, now=time.time() + 7200)
    assert seen.status is Status.LOST
    assert "how it ended is not known" in (seen.cause or "")
