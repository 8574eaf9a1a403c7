"""Beginning another attempt: whoever dies at whatever moment, nothing is lost and nothing is started twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import facts, machine
from labjournal.launchers import records, restart, tree
from labjournal.launchers.restart import RestartRefusedError
from labjournal.model import Status
from labjournal.paths import RunPaths
from launching_place import Place, attempt_of, exit_of, observe, wait_for


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for run_id in place.paths.run_ids():
        tree.signal_all(tree.of_run(run_id, (), machine), signal.SIGKILL, machine)


def _ended(place: Place, *command: str) -> RunPaths:
    run = place.launch(command or ("false",))
    exit_of(run)
    wait_for(lambda: observe(run).sealed)
    return run


def _dead() -> dict[str, object]:
    process = subprocess.Popen(["true"])
    ticks = machine.process_start_ticks(process.pid)
    process.wait()
    return {**restart.claimer(machine), "supervisor_pid": process.pid, "supervisor_ticks": ticks}


def test_the_next_attempt_puts_the_old_end_aside_and_runs_under_its_own_number(place: Place) -> None:
    run = _ended(place)
    first = run.exit.read_bytes()
    assert restart.begin(run, machine) == 2
    assert run.earlier_exit(1).read_bytes() == first
    assert observe(run).status is Status.QUEUED
    plan = place.plan(["true"])._replace(run_id=run.id, folder=str(run.folder), attempt=2)
    place.launcher.launch([plan])
    assert exit_of(run)["attempt"] == 2
    assert attempt_of(run)["n"] == 1


def test_who_dies_after_the_end_was_put_aside_leaves_a_lost_attempt_that_can_be_restarted(place: Place) -> None:
    run = _ended(place)
    restart.begin(run, machine)
    records.write(run.claim(2), facts.make("claim", {"n": 2, **_dead()}, run=run.id))
    seen = observe(run, now=time.time() + 60)
    assert (seen.status, exit_of(run)["attempt"]) == (Status.LOST, 2)
    assert "never started" in (seen.cause or "")
    assert restart.begin(run, machine) == 3


def test_a_claim_of_somebody_who_died_is_taken_over_and_one_of_the_living_is_not(place: Place) -> None:
    run = _ended(place)
    records.write(run.claim(2), facts.make("claim", {"n": 2, **_dead()}, run=run.id))
    assert restart.begin(run, machine) == 2
    other = _ended(place)
    living = {"supervisor_pid": os.getppid(), "supervisor_ticks": machine.process_start_ticks(os.getppid())}
    records.write(other.claim(2), facts.make("claim", {"n": 2, **restart.claimer(machine), **living}, run=other.id))
    with pytest.raises(RestartRefusedError, match="is starting it again"):
        restart.begin(other, machine)
    elsewhere = {**restart.claimer(machine), "pid_namespace": "pid:[1]", "host": "box9"}
    records.write(other.claim(2), facts.make("claim", {"n": 2, **elsewhere}, run=other.id))
    with pytest.raises(RestartRefusedError, match="box9"):
        restart.begin(other, machine)
    assert other.exit.exists()


def test_a_run_with_living_processes_is_not_restarted(place: Place) -> None:
    run = place.launch(["sh", "-c", "setsid sleep 60 & exit 3"])
    exit_of(run)
    with pytest.raises(RestartRefusedError, match="still live"):
        restart.begin(run, machine)


def test_an_end_that_comes_late_does_not_replace_that_of_the_next_attempt(place: Place) -> None:
    """A supervisor that was taken for lost (its machine slept) writes its end beside, not over, the newer one."""
    run = place.launch(["sleep", "60"])
    records.write_once(run.exit, facts.make("exit", {"attempt": 1, "status": "LOST"}, run=run.id))
    os.replace(run.exit, run.earlier_exit(1))
    os.kill(attempt_of(run)["pid"], signal.SIGTERM)
    wait_for(lambda: json.loads(run.earlier_exit(1).read_text())["data"]["status"] == "KILLED")
    assert not run.exit.exists()


def test_a_stop_asked_of_the_attempt_before_does_not_stop_the_next(place: Place) -> None:
    run = _ended(place)
    records.write(run.stop, facts.make("stop_requested", {"why": None}, run=run.id))
    restart.begin(run, machine)
    plan = place.plan([sys.executable, "-c", "print('ran')"])
    place.launcher.launch([plan._replace(run_id=run.id, folder=str(run.folder), attempt=2)])
    assert exit_of(run)["status"] == "DONE"
