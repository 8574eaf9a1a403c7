"""Contract of launchers, run over each of them, and what only the local one does; all with real processes."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import machine
from labjournal.launchers import detached, tree
from labjournal.model import Status
from labjournal.paths import RunPaths
from launching_place import Place, alive, attempt_of, exit_of, numbers_in, observe, wait_for


@pytest.fixture(params=["fork", "fresh interpreter"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place to launch from, once as a process without threads and once as one with them (the app)."""
    monkeypatch.setattr(detached, "can_fork", lambda: request.param == "fork")
    yield from _cleaned(Place(tmp_path))


@pytest.fixture
def forked(tmp_path: Path) -> Iterator[Place]:
    yield from _cleaned(Place(tmp_path))


def _cleaned(place: Place) -> Iterator[Place]:
    yield place
    for run_id in place.paths.run_ids():
        tree.signal_all(tree.of_run(run_id, (), machine), signal.SIGKILL, machine)


# -- the contract --------------------------------------------------------------------------------------------------


def test_a_command_that_ends_well_is_done(place: Place) -> None:
    run = place.launch(["true"])
    end = exit_of(run)
    assert (end["status"], end["exit_code"], end["signal"], end["cause"]) == ("DONE", 0, None, None)
    assert place.launcher.state(run).status is Status.DONE


def test_an_exit_code_is_kept_and_told_with_the_last_error(place: Place) -> None:
    end = exit_of(place.python("raise ValueError('no such column: a\\x1b[31m')"))
    assert (end["status"], end["exit_code"]) == ("FAILED", 1)
    assert end["cause"].startswith("exit code 1: ValueError: no such column: a")
    assert "\x1b" not in end["cause"]


def test_a_command_that_does_not_exist_fails_with_127_in_words(place: Place) -> None:
    run = place.launch(["no-such-program", "--lr", "1"])
    end = exit_of(run)
    assert (end["status"], end["exit_code"]) == ("FAILED", 127)
    assert end["cause"] == "command not found: no-such-program"
    assert place.started.trouble == end["cause"]
    assert "command not found: no-such-program" in run.log.read_text()


def test_the_process_is_on_record_and_is_the_command_itself(place: Place) -> None:
    run = place.python("import os, time; print(os.getpid()); time.sleep(60)")
    attempt = attempt_of(run)
    assert numbers_in(run, 1) == [attempt["pid"]]
    assert attempt["start_ticks"] == machine.process_start_ticks(attempt["pid"])
    assert attempt["boot"] == machine.identity().boot
    assert observe(run) == (Status.RUNNING, None, False, observe(run).heard_at)
    assert os.getsid(attempt["pid"]) == attempt["pid"] != os.getsid(0)
    place.launcher.stop(run)
    exit_of(run)


def test_a_stop_is_told_with_who_and_why(place: Place) -> None:
    run = place.launch(["sleep", "60"])
    place.launcher.stop(run, "too\nslow")
    end = exit_of(run)
    assert (end["status"], end["signal"]) == ("KILLED", signal.SIGINT)
    assert "too slow" in end["cause"]
    assert "INT" in end["cause"]
    assert end["stopped_by"]
    wait_for(lambda: not run.stop.exists())


def test_a_stop_ends_children_that_left_the_session_and_ignore_everything(place: Place) -> None:
    code = """
import os, signal, subprocess, time
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "100"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    print(os.getpid())
    time.sleep(100)
print(os.getpid(), child.pid)
time.sleep(100)
"""
    run = place.python(code)
    pids = numbers_in(run, 3)
    place.launcher.stop(run)
    end = exit_of(run)
    assert (end["status"], end["signal"]) == ("KILLED", signal.SIGKILL)
    assert not [pid for pid in pids if alive(pid)]


def test_plans_run_one_after_another_whatever_becomes_of_each(place: Place) -> None:
    plans = [place.plan(["sh", "-c", f"echo {n}; exit {n}"]) for n in range(3)] + [place.plan(["nope"])]
    place.launcher.launch(plans)
    runs = [place.paths.run(plan.run_id) for plan in plans]
    ends = [exit_of(run) for run in runs]
    assert [end["exit_code"] for end in ends] == [0, 1, 2, 127]
    begun = [end["started_at"] for end in ends]
    assert begun == sorted(begun)
    assert ends[0]["ended_at"] <= ends[1]["started_at"]


def test_a_waiting_run_is_queued_and_can_be_stopped_before_it_starts(place: Place) -> None:
    plans = [place.plan(["sleep", "60"]), place.plan(["true"])]
    place.launcher.launch(plans)
    first, second = (place.paths.run(plan.run_id) for plan in plans)
    assert observe(second)[:2] == (Status.QUEUED, "waits for its turn")
    assert observe(second, now=time.time() + 3600).status is Status.QUEUED
    place.launcher.stop(second)
    place.launcher.stop(first)
    assert exit_of(first)["status"] == "KILLED"
    end = exit_of(second)
    assert end["status"] == "KILLED"
    assert "before it started" in end["cause"]
    assert not second.log.exists()


def test_a_time_limit_ends_a_run_as_timeout(place: Place) -> None:
    end = exit_of(place.launch(["sleep", "60"], time_limit_s=0.3))
    assert end["status"] == "TIMEOUT"
    assert "time limit of 0:00:00" in end["cause"]


# -- what the local launcher does ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prepare", "code", "words"),
    [
        (lambda path: path.write_text("#!/bin/sh\n"), 126, "not executable"),
        (lambda path: (path.write_text("#!/no/such/interpreter\n"), path.chmod(0o755)), 127, "first line"),
        (lambda path: (path.write_bytes(b"\x01\x02garbage"), path.chmod(0o755)), 126, "is no program"),
        (lambda path: path.mkdir(), 126, "is a folder"),
    ],
    ids=["no x bit", "interpreter missing", "garbage", "folder"],
)
def test_what_cannot_be_executed_is_told_in_words(forked: Place, prepare: object, code: int, words: str) -> None:
    assert callable(prepare)
    prepare(forked.folder / "thing")
    end = exit_of(forked.launch(["./thing"]))
    assert (end["status"], end["exit_code"]) == ("FAILED", code)
    assert words in end["cause"]


def test_a_script_named_like_a_command_gets_a_hint(forked: Place) -> None:
    (forked.folder / "train.py").write_text("")
    assert "./train.py" in exit_of(forked.launch(["train.py"]))["cause"]


def test_a_working_folder_that_is_gone_is_told(forked: Place) -> None:
    end = exit_of(forked.launch(["true"], cwd=str(forked.folder / "gone")))
    assert end["exit_code"] == 127
    assert "working folder" in end["cause"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, "KILLED"), (signal.SIGSEGV, "FAILED")])
def test_a_signal_from_elsewhere_is_named(forked: Place, number: signal.Signals, status: str) -> None:
    run = forked.launch(["sleep", "60"])
    os.kill(attempt_of(run)["pid"], number)
    end = exit_of(run)
    assert (end["status"], end["signal"], end["exit_code"]) == (status, number, None)
    assert number.name in end["cause"]


def test_signals_are_as_in_a_fresh_process_and_nothing_is_inherited(forked: Place) -> None:
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    held = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(held, True)
    code = (
        "import os, signal, sys; print(signal.getsignal(signal.SIGUSR2) == signal.SIG_DFL, "
        f"signal.pthread_sigmask(signal.SIG_BLOCK, ()), os.path.exists('/dev/fd/{held}'), sys.stdin.read() == '')"
    )
    try:
        run = forked.python(code)
        exit_of(run)
    finally:
        os.close(held)
        signal.signal(signal.SIGUSR2, signal.SIG_DFL)
    assert run.log.read_text().split() == ["True", "set()", "False", "True"]


def test_output_that_is_not_utf8_is_kept_as_it_is(forked: Place) -> None:
    run = forked.python("import os; os.write(1, b'\\xff\\xfe\\r\\n'); raise SystemExit(3)")
    assert exit_of(run)["exit_code"] == 3
    assert run.log.read_bytes() == b"\xff\xfe\r\n"


def test_a_full_disk_is_named_in_the_cause(forked: Place) -> None:
    end = exit_of(forked.python("raise OSError(28, 'No space left on device')"))
    assert "No space left" in end["cause"]


def test_memory_is_measured_where_it_exceeds_what_a_fork_holds(forked: Place) -> None:
    end = exit_of(forked.python("x = b'x' * 400_000_000"))
    assert 400_000_000 < end["max_memory_bytes"] < 900_000_000


def test_a_run_whose_folder_vanishes_goes_on_to_its_end(forked: Place) -> None:
    run = forked.launch(["sh", "-c", f"sleep 0.5; touch {forked.folder}/reached"])
    supervisor = attempt_of(run)["supervisor_pid"]
    shutil.rmtree(run.folder)
    wait_for((forked.folder / "reached").exists)
    wait_for(lambda: not alive(supervisor))
    assert not run.folder.exists()


def test_an_end_that_cannot_be_written_is_kept_until_it_can(forked: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    run = forked.launch(["sleep", "60"])
    attempt = attempt_of(run)
    blocked = run.exit
    blocked.mkdir()  # a rename onto a folder fails, as one on a full disk does
    (blocked / "full").touch()
    os.kill(attempt["pid"], signal.SIGTERM)
    wait_for(lambda: not alive(attempt["pid"]))
    time.sleep(0.3)
    assert alive(attempt["supervisor_pid"])
    shutil.rmtree(blocked)
    os.kill(attempt["supervisor_pid"], signal.SIGUSR1)  # wakes it, so that the test need not wait
    assert exit_of(run)["signal"] == signal.SIGTERM


def test_no_space_for_the_attempt_starts_nothing_and_says_so(forked: Place) -> None:
    plan = forked.plan(["touch", str(forked.folder / "started")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
        started = forked.launcher.launch([plan])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert started.trouble is not None
    assert "could not be started" in started.trouble
    assert not (forked.folder / "started").exists()
    run = forked.paths.run(plan.run_id)
    # The supervisor has the limit too and cannot write the end; it must not be taken for lost while it tries.
    assert observe(run, now=time.time() + 60).status is Status.QUEUED or observe(run).status is Status.FAILED


def test_files_follow_the_umask_so_that_others_can_read_them(forked: Place) -> None:
    before = os.umask(0o002)
    try:
        run = forked.launch(["true"])
        exit_of(run)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in run.folder.rglob("*") if path.is_file()}
    assert set(modes.values()) == {0o664}, modes


def test_a_run_outlives_the_process_group_that_launched_it(tmp_path: Path) -> None:
    code = f"""
import sys, time; sys.path[:0] = {[str(Path(__file__).parents[1])]!r}
from pathlib import Path
from launching_place import Place
print(Place(Path({str(tmp_path)!r})).launch(["sleep", "60"]).folder, flush=True)
time.sleep(60)
"""
    launcher = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert launcher.stdout is not None
    run = RunPaths(Path(launcher.stdout.readline().strip()))
    os.killpg(launcher.pid, signal.SIGKILL)
    launcher.wait()
    launcher.stdout.close()
    assert observe(run).status is Status.RUNNING
    Place(tmp_path).launcher.stop(run)
    assert exit_of(run)["status"] == "KILLED"


def test_launching_from_a_process_with_threads_does_not_fork_it(forked: Place) -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not detached.can_fork()
        assert exit_of(forked.launch(["true"]))["status"] == "DONE"
    finally:
        done.set()
        thread.join()


def test_a_tree_that_forks_while_it_is_killed_is_gone_in_the_end(forked: Place) -> None:
    code = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        os.setsid(); time.sleep(0.4); os._exit(0)
    time.sleep(0.02)
"""
    run = forked.python(code)
    time.sleep(0.5)
    forked.launcher.stop(run)
    exit_of(run)
    assert not tree.of_run(run.id, (), machine)


def test_a_run_launched_by_a_run_survives_the_stop_of_the_outer_one(forked: Place) -> None:
    code = f"""
import sys, time; sys.path[:0] = {[str(Path(__file__).parents[1])]!r}
from pathlib import Path
from launching_place import Place
print(Place(Path({str(forked.folder)!r})).launch(["sleep", "60"]).id, flush=True)
time.sleep(60)
"""
    outer = forked.python(code)
    inner = forked.paths.run(wait_for(lambda: outer.log.read_text().strip()))
    forked.launcher.stop(outer)
    assert exit_of(outer)["status"] == "KILLED"
    assert observe(inner)[:2] == (Status.RUNNING, None)
    forked.launcher.stop(inner)
    assert exit_of(inner)["status"] == "KILLED"


# -- deaths ----------------------------------------------------------------------------------------------------------


def test_a_run_without_supervisor_is_unsupervised_then_lost(forked: Place) -> None:
    run = forked.launch(["sleep", "60"])
    attempt = attempt_of(run)
    os.kill(attempt["supervisor_pid"], signal.SIGKILL)
    wait_for(lambda: not alive(attempt["supervisor_pid"]))
    assert observe(run)[:3] == (Status.RUNNING, "unsupervised", False)
    os.kill(attempt["pid"], signal.SIGKILL)
    wait_for(lambda: not alive(attempt["pid"]))
    seen = observe(run)
    assert (seen.status, seen.sealed) == (Status.LOST, True)
    assert exit_of(run)["status"] == "LOST"
    assert observe(run) == seen


def test_a_run_is_not_lost_while_anything_of_it_lives(forked: Place) -> None:
    run = forked.launch(["sh", "-c", "sleep 60 & echo $!; wait"])
    child = numbers_in(run, 1)[0]
    attempt = attempt_of(run)
    for pid in (attempt["supervisor_pid"], attempt["pid"]):
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid: not alive(pid))
    seen = observe(run)
    assert seen.status is Status.RUNNING
    assert "unsupervised" in (seen.cause or "")
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: observe(run).status is Status.LOST)


def test_an_unsupervised_run_can_still_be_stopped(place: Place) -> None:
    place.launcher = type(place.launcher)(machine, 0.3, 0.3)
    run = place.python("import signal, time; signal.signal(2, signal.SIG_IGN); print(1); time.sleep(60)")
    numbers_in(run, 1)
    attempt = attempt_of(run)
    os.kill(attempt["supervisor_pid"], signal.SIGKILL)
    wait_for(lambda: not alive(attempt["supervisor_pid"]))
    place.launcher.stop(run, "enough")
    end = exit_of(run)
    assert end["status"] == "KILLED"
    assert "enough" in end["cause"]
    assert not alive(attempt["pid"])


def test_a_shutdown_that_ends_the_supervisor_ends_the_run_in_words(forked: Place) -> None:
    run = forked.launch(["sleep", "60"])
    os.kill(attempt_of(run)["supervisor_pid"], signal.SIGTERM)
    end = exit_of(run)
    assert end["status"] == "KILLED"
    assert "SIGTERM" in end["cause"]


def test_kill_9_at_random_moments_leaves_no_run_running_and_calls_no_living_one_lost(forked: Place) -> None:
    """Supervisor, run or launcher die within the first milliseconds or later; 20 rounds, the seed is fixed."""
    dice = random.Random(20)
    for _ in range(20):
        code = f"""
import sys; sys.path[:0] = {[str(Path(__file__).parents[1])]!r}
from pathlib import Path
from launching_place import Place
place = Place(Path({str(forked.folder)!r}))
plan = place.plan(["sleep", "0.3"])
print(plan.run_id, flush=True)
place.launcher.launch([plan])
"""
        launcher = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert launcher.stdout is not None
        run = forked.paths.run(launcher.stdout.readline().strip())
        launcher.stdout.close()
        time.sleep(dice.random() * 0.05)
        victim = dice.choice(["launcher", "supervisor", "process", "both"])
        if victim == "launcher":
            launcher.kill()
        elif run.attempt(1).exists():
            attempt = json.loads(run.attempt(1).read_text())["data"]
            keys = {"supervisor": ["supervisor_pid"], "process": ["pid"], "both": ["supervisor_pid", "pid"]}[victim]
            tree.signal_all([tree.Member(attempt[key], None) for key in keys], signal.SIGKILL, machine)
        launcher.wait()
        far = time.time() + 60  # past every grace
        while not (seen := observe(run, now=far)).status.ended:
            assert seen.status in (Status.RUNNING, Status.QUEUED)
            time.sleep(0.02)
        if seen.status is Status.LOST:
            assert not tree.of_run(run.id, (), machine)
        sealed = seen._replace(sealed=True)  # as soon as its supervisor is gone too
        wait_for(lambda run=run, far=far, sealed=sealed: observe(run, now=far) == sealed)
