"""What every launcher must do, over the local one and over a real SLURM; all with real processes."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import machine
from labjournal.launchers import slurm_commands, tree
from labjournal.launchers.base import LaunchError, Resources
from labjournal.launchers.slurm import SlurmLauncher, job_of
from labjournal.model import Status
from launching_place import Place, attempt_of, exit_of, numbers_in, observe, wait_for

PATIENCE_S = 120.0


@pytest.fixture
def slurm(cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("SLURM_CONF", str(cluster))
    place = Place(tmp_path)
    place.launcher = SlurmLauncher(machine, warn_s=60)
    yield from _cleaned(place)


@pytest.fixture(params=["local", "slurm"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "slurm":
        yield request.getfixturevalue("slurm")
    else:
        yield from _cleaned(Place(tmp_path))


def _cleaned(place: Place) -> Iterator[Place]:
    yield place
    for run_id in place.paths.run_ids():
        tree.signal_all(tree.of_run(run_id, (), machine), signal.SIGKILL, machine)


# -- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_command_that_ends_well_is_done_and_its_output_kept(place: Place) -> None:
    run = place.launch(["sh", "-c", "echo out; echo err >&2"])
    end = exit_of(run, PATIENCE_S)
    assert (end["status"], end["exit_code"], end["cause"]) == ("DONE", 0, None)
    assert sorted(run.log.read_text().split()) == ["err", "out"]
    assert place.launcher.state(run).status is Status.DONE


@pytest.mark.slow
def test_an_exit_code_is_kept_and_told_with_the_last_error(place: Place) -> None:
    end = exit_of(place.python("raise ValueError('no such column')"), PATIENCE_S)
    assert (end["status"], end["exit_code"]) == ("FAILED", 1)
    assert end["cause"].startswith("exit code 1: ValueError: no such column")


@pytest.mark.slow
def test_a_command_that_does_not_exist_fails_with_127_in_words(place: Place) -> None:
    end = exit_of(place.launch(["no-such-program"]), PATIENCE_S)
    assert (end["exit_code"], end["cause"]) == (127, "command not found: no-such-program")


@pytest.mark.slow
def test_the_process_runs_where_and_with_what_it_was_told(place: Place) -> None:
    where = place.folder / "a folder"
    where.mkdir()
    code = "import json, os; print(json.dumps([os.getcwd(), os.environ['SAID'], os.environ['LABJOURNAL_RUN_ID']]))"
    plan = place.plan([sys.executable, "-c", code], cwd=str(where))
    said = "two words, 'quoted' \u00e4"
    place.launcher.launch([plan._replace(environment={**plan.environment, "SAID": said})])
    run = place.paths.run(plan.run_id)
    exit_of(run, PATIENCE_S)
    assert json.loads(run.log.read_text()) == [str(where), said, run.id]


@pytest.mark.slow
def test_a_stop_is_told_with_who_and_why_and_ends_what_left_the_session(place: Place) -> None:
    code = (
        "import subprocess, time\n"
        "print(subprocess.Popen(['sleep', '100'], start_new_session=True).pid, flush=True)\n"
        "time.sleep(100)"
    )
    run = place.python(code)
    (child,) = wait_for(lambda: run.log.exists() and numbers_in(run, 1), PATIENCE_S)
    assert observe(run).status is Status.RUNNING
    place.launcher.stop(run, "too\nslow")
    end = exit_of(run, PATIENCE_S)
    assert end["status"] == "KILLED"
    assert "too slow" in end["cause"]
    assert end["stopped_by"]
    wait_for(lambda: not machine.process_alive(child, None))


@pytest.mark.slow
def test_a_stop_that_comes_after_the_end_changes_nothing_and_is_no_error(place: Place) -> None:
    run = place.launch(["sh", "-c", "exit 3"])
    end = exit_of(run, PATIENCE_S)
    place.launcher.stop(run, "too late")
    assert exit_of(run) == end


@pytest.mark.slow
def test_a_batch_runs_one_after_another_however_each_ends_and_one_that_waits_can_be_stopped(place: Place) -> None:
    log = place.folder / "order"
    words = [f"echo {at} >> '{log}'; sleep 0.3; echo {at} >> '{log}'; exit {at}" for at in range(2)]
    plans = [place.plan(["sh", "-c", word]) for word in words]
    waiting = place.plan(["touch", str(place.folder / "never")])
    place.launcher.launch([*plans, waiting])
    last = place.paths.run(waiting.run_id)
    assert observe(last).status is Status.QUEUED
    place.launcher.stop(last)
    ends = [exit_of(place.paths.run(plan.run_id), PATIENCE_S) for plan in [*plans, waiting]]
    assert [end["status"] for end in ends] == ["DONE", "FAILED", "KILLED"]
    assert "before it started" in ends[2]["cause"]
    assert log.read_text().split() == ["0", "0", "1", "1"]
    assert not (place.folder / "never").exists()


@pytest.mark.slow
def test_a_time_limit_ends_a_run_as_timeout(place: Place) -> None:
    end = exit_of(place.launch(["sleep", "60"], time_limit_s=0.3), PATIENCE_S)
    assert end["status"] == "TIMEOUT"
    assert "time limit" in end["cause"]


# -- what SLURM alone does -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_gpus_and_raw_options_become_resources_of_the_job(slurm: Place) -> None:
    wanted = Resources("net", gpus=2, options={"partition": "other", "cpus_per_task": "2"})
    run = slurm.launch(
        ["sh", "-c", "echo $CUDA_VISIBLE_DEVICES $SLURM_JOB_PARTITION $SLURM_CPUS_PER_TASK"], resources=wanted
    )
    exit_of(run, PATIENCE_S)
    assert run.log.read_text().split() == ["0,1", "other", "2"]
    assert attempt_of(run)["job"] == job_of(run)


@pytest.mark.slow
def test_a_job_that_waits_says_for_what_and_one_that_cannot_run_is_refused_in_words(slurm: Place) -> None:
    first = slurm.launch(["sleep", "60"], resources=Resources(gpus=2))
    waits = slurm.launch(["true"], resources=Resources(gpus=1))
    seen = wait_for(lambda: (now := observe(waits)) and "waits: " in (now.cause or "") and now, PATIENCE_S)
    assert seen.status is Status.QUEUED
    with pytest.raises(LaunchError, match="SLURM refused"):
        slurm.launch(["true"], resources=Resources(options={"partition": "nowhere"}))
    slurm.launcher.stop(first)
    assert exit_of(waits, PATIENCE_S)["status"] == "DONE"


@pytest.mark.slow
def test_a_cancel_from_outside_is_told_as_what_it_was(slurm: Place) -> None:
    run = slurm.launch(["sleep", "60"])
    wait_for(run.attempt(1).exists, PATIENCE_S)
    slurm_commands.cancel(str(job_of(run)))
    end = exit_of(run, PATIENCE_S)
    assert end["status"] == "KILLED"
    assert "scancel" in end["cause"]


@pytest.mark.slow
def test_a_job_cancelled_before_it_began_is_killed_by_slurms_word(slurm: Place) -> None:
    run = slurm.launch(["true"], resources=Resources(options={"begin": "now+1hour"}))
    slurm_commands.cancel(str(job_of(run)))
    (slurm.paths.cache / "slurm.json").unlink(missing_ok=True)
    seen = wait_for(lambda: (now := observe(run)) and now.status.ended and now, PATIENCE_S)
    assert (seen.status, "cancelled in SLURM" in str(seen.cause)) == (Status.KILLED, True)


@pytest.mark.slow
def test_a_process_that_listens_is_told_before_the_limit_and_can_save(slurm: Place) -> None:
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGUSR1, lambda *_: (print('saved', flush=True), sys.exit(0)))\n"
        "print(1, flush=True)\ntime.sleep(60)"
    )
    run = slurm.python(code)
    wait_for(lambda: run.log.exists() and "1" in run.log.read_text(), PATIENCE_S)
    slurm_commands.cancel(str(job_of(run)), signal="USR2")  # as SLURM does, so many seconds before the limit
    end = exit_of(run, PATIENCE_S)
    assert (end["status"], run.log.read_text().split()) == ("TIMEOUT", ["1", "saved"])
    assert "time limit of its SLURM job is near" in end["cause"]


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_a_requeued_job_is_the_next_attempt_of_its_run(slurm: Place) -> None:
    code = (
        "import os, time\n"
        "attempt = os.environ['LABJOURNAL_ATTEMPT']\n"
        "print(attempt, flush=True)\n"
        "time.sleep(0 if attempt == '2' else 60)"
    )
    plan = slurm.plan([sys.executable, "-c", code])
    given = {**plan.environment, "LABJOURNAL_ATTEMPT": "1"}
    slurm.launcher.launch([plan._replace(environment=given)])
    run = slurm.paths.run(plan.run_id)
    wait_for(lambda: run.log.exists() and "1" in run.log.read_text(), PATIENCE_S)
    job = str(job_of(run))
    slurm_commands.requeue(job)
    wait_for(run.exit.exists, PATIENCE_S)
    assert exit_of(run)["status"] == "PREEMPTED"
    # SLURM lets it wait two minutes, so that the node is done with its first start. It is not begun before: the end of
    # the first start would then now and then be taken for that of the second.
    try:
        wait_for(lambda: run.earlier_exit(1).exists() and run.exit.exists(), 300.0)
    except AssertionError:
        pytest.fail(slurm_commands.call(["scontrol", "show", "job", job]) + run.log.read_text())
    end = exit_of(run)
    assert (end["attempt"], end["status"]) == (2, "DONE"), run.log.read_text()
    assert json.loads(run.earlier_exit(1).read_text())["data"]["status"] == "PREEMPTED"


@pytest.mark.slow
def test_an_array_is_one_submission_and_each_task_its_own_run(slurm: Place) -> None:
    plans = [slurm.plan(["sh", "-c", f"echo {at} $LABJOURNAL_RUN_ID"]) for at in range(3)]
    launcher = slurm.launcher
    assert isinstance(launcher, SlurmLauncher)
    launcher.launch_array(plans, at_once=2)
    runs = [slurm.paths.run(plan.run_id) for plan in plans]
    jobs = [str(job_of(run)).partition("_") for run in runs]
    assert [task for _, _, task in jobs] == ["0", "1", "2"]
    assert len({job for job, _, _ in jobs}) == 1
    for at, run in enumerate(runs):
        assert exit_of(run, PATIENCE_S)["status"] == "DONE"
        assert run.log.read_text().split() == [str(at), run.id]


@pytest.mark.slow
def test_more_than_an_array_may_hold_are_several_and_never_more_at_once_than_asked(
    slurm: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm_commands, "largest_array", lambda: 2)
    log = slurm.folder / "order"
    words = f"echo begin >> '{log}'; sleep 0.3; echo end >> '{log}'"
    plans = [slurm.plan(["sh", "-c", words]) for _ in range(3)]
    assert isinstance(slurm.launcher, SlurmLauncher)
    slurm.launcher.launch_array(plans, at_once=1)
    runs = [slurm.paths.run(plan.run_id) for plan in plans]
    assert [exit_of(run, PATIENCE_S)["status"] for run in runs] == ["DONE"] * 3
    assert log.read_text().split() == ["begin", "end"] * 3
    assert [str(job_of(run)).partition("_")[2] for run in runs] == ["0", "1", "0"]


@pytest.mark.slow
def test_an_array_whose_submitter_died_before_he_noted_the_numbers_is_known_by_its_mark(slurm: Place) -> None:
    held = Resources(options={"begin": "now+1hour"})
    plans = [slurm.plan(["true"], resources=held) for _ in range(3)]
    runs = [slurm.paths.run(plan.run_id) for plan in plans]
    for at, run in enumerate(runs):
        launched = json.loads(run.run.read_text())
        launched["data"]["array"] = {"first": runs[0].id, "at": at}
        run.run.write_text(json.dumps(launched) + "\n")
    assert isinstance(slurm.launcher, SlurmLauncher)
    slurm.launcher.launch_array(plans)
    job, _, _ = str(job_of(runs[0])).partition("_")
    for run in runs:
        run.job(1).unlink()
        os.utime(run.run, (1, 1))
    (slurm.paths.cache / "slurm.json").unlink(missing_ok=True)
    seen = [observe(run) for run in runs]
    assert [one.status for one in seen] == [Status.QUEUED] * 3
    assert [str(one.cause).split()[2] for one in seen] == [f"{job}_{at}" for at in range(3)]
    slurm_commands.cancel(job)


@pytest.mark.slow
def test_a_job_submitted_since_squeue_was_asked_is_not_lost_however_old_its_run(slurm: Place) -> None:
    run = slurm.launch(["true"], resources=Resources(options={"begin": "now+1hour"}))
    job = str(job_of(run))
    os.utime(run.run, (1, 1))
    (slurm.paths.cache / "slurm.json").write_text(json.dumps({"at": time.time(), "jobs": [], "trouble": None}))
    assert observe(run).status is Status.QUEUED
    slurm_commands.cancel(job)


@pytest.mark.slow
def test_several_ranks_are_one_run_with_facts_of_each(slurm: Place) -> None:
    from labjournal.watch import boot

    inside = boot.prepare(slurm.paths.cache)
    plan = slurm.plan(
        ["srun", "-n", "2", sys.executable, "-c", "print('rank')"], resources=Resources(options={"ntasks": "2"})
    )
    run = slurm.paths.run(plan.run_id)
    own = {"PYTHONPATH": str(inside), "LABJOURNAL_RUN_DIR": str(run.folder), "LABJOURNAL_DIR": str(slurm.paths.folder)}
    slurm.launcher.launch([plan._replace(environment={**plan.environment, **own})])
    assert exit_of(run, PATIENCE_S)["status"] == "DONE"
    stated = [json.loads(line) for path in run.facts.iterdir() for line in path.read_text().splitlines()]
    assert sorted(fact["data"]["rank"] for fact in stated if fact["kind"] == "hook") == [0, 1]


@pytest.mark.slow
def test_without_an_answer_from_slurm_a_run_stands_where_it_stood(
    slurm: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = slurm.launch(["true"], resources=Resources(options={"begin": "now+1hour"}))
    job = str(job_of(run))
    (slurm.paths.cache / "slurm.json").unlink(missing_ok=True)
    with monkeypatch.context() as context:
        context.setenv("PATH", os.devnull)
        seen = observe(run)
    assert seen.status is Status.QUEUED
    assert "squeue" in (seen.cause or "")
    slurm_commands.cancel(job)
