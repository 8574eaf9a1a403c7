"""The queue with real processes: order, reasons, GPUs, pauses, and what is killed."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from labjournal import facts, machine, scheduler
from labjournal.config import Config, QueueConfig, WatchConfig
from labjournal.follower import Follower
from labjournal.launchers import liveness, records
from labjournal.launchers.base import LaunchError, Plan, Started
from labjournal.launchers.local import LocalLauncher
from labjournal.model import Status
from labjournal.paths import JournalPaths, RunPaths, make
from labjournal.runner import launching
from labjournal.runner.request import LaunchRequest, Queueing
from labjournal.scheduler import entries, pausing, view
from labjournal.scheduler.dispatcher import Dispatcher
from launching_place import exit_of, wait_for

LABJOURNAL = [sys.executable, "-m", "labjournal"]
CONFIG = Config(watch=WatchConfig(enabled=False))


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JournalPaths]:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    monkeypatch.setenv("LABJOURNAL_LEASES", str(tmp_path / "leases"))
    paths = JournalPaths(tmp_path / ".labjournal")
    make(paths)
    yield paths
    for run_id in entries.names(paths):
        entries.path_of(paths, run_id).unlink(missing_ok=True)


class Recorder:
    """A launcher that only notes what it was asked to start, and holds its leases."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.fds: list[int] = []

    def launch(self, plans: Sequence[Plan]) -> Started:
        (plan,) = plans
        self.plans.append(plan)
        self.fds += [os.dup(fd) for fd in plan.leases]
        run = RunPaths(Path(plan.folder))
        run.attempts.mkdir()
        records.write(run.attempt(1), facts.make("attempt", {"n": 1}, run=plan.run_id))
        run.waiting.unlink()
        return Started(1, 1)

    def end_all(self) -> None:
        while self.fds:
            os.close(self.fds.pop())


def put(journal: JournalPaths, name: str, config: Config = CONFIG, **more: Any) -> str:
    """Queue a run without having the queue looked at."""
    gpus, queue = more.pop("gpus", None), Queueing(**more)
    request = LaunchRequest(("true",), str(journal.project), name=name, gpus=gpus, queue=queue)
    paused = pausing.read(journal)
    if paused is None:
        pausing.pause(journal)
    (run,) = launching.launch_all([request], journal, config)
    if paused is None:
        pausing.go_on(journal)
    return run.id


def look(journal: JournalPaths, launcher: Any) -> dict[str, str]:
    """One look; what waits then, by name, and why."""
    from labjournal.machine.devices import gpus

    looked = Dispatcher(journal, machine, launcher, gpus).look()
    names = {run: str(records.read(journal.run(run).run).data["name"]) for run in journal.run_ids()}  # type: ignore[union-attr]
    return {names[run]: reason for run, reason in looked.waiting.items()}


def started(journal: JournalPaths, recorder: Recorder) -> list[str]:
    return [str(records.read(journal.run(plan.run_id).run).data["name"]) for plan in recorder.plans]  # type: ignore[union-attr]


def launch(journal: JournalPaths, *command: str, config: Config = CONFIG, **more: Any) -> RunPaths:
    queue = Queueing(**{name: more.pop(name) for name in Queueing._fields if name in more})
    request = LaunchRequest(command, str(journal.project), queue=queue, **more)
    return journal.run(launching.launch(request, journal, config).id)


# -- who is next ---------------------------------------------------------------------------------------------------


def test_priority_goes_before_age_and_one_without_gpus_runs_at_a_time(journal: JournalPaths) -> None:
    put(journal, "early")
    put(journal, "urgent", priority=5)
    recorder = Recorder()
    assert look(journal, recorder) == {"early": "waits for its turn, after urgent"}
    recorder.end_all()
    assert look(journal, recorder) == {}
    assert started(journal, recorder) == ["urgent", "early"]


def test_the_width_of_a_lane_is_configured(journal: JournalPaths) -> None:
    for name in "abc":
        put(journal, name, config=CONFIG._replace(queue=QueueConfig(at_once=2)))
    recorder = Recorder()
    assert look(journal, recorder) == {"c": "waits for its turn, after a and b"}


def test_gpus_are_pinned_by_uuid_and_nobody_passes_a_run_that_waits_for_one(journal: JournalPaths) -> None:
    for name, gpus in (("one", 1), ("pair", 2), ("late", 1), ("cpu", None)):
        put(journal, name, gpus=gpus)
    recorder = Recorder()
    assert look(journal, recorder) == {
        "pair": "waits for 2 GPUs: gpu 0, held by one",
        "late": "waits for gpus, after pair",
    }
    assert started(journal, recorder) == ["one", "cpu"]
    given = recorder.plans[0].environment
    assert (given["CUDA_VISIBLE_DEVICES"], given["CUDA_DEVICE_ORDER"]) == ("GPU-fake-0000", "PCI_BUS_ID")
    recorder.end_all()
    look(journal, recorder)
    assert recorder.plans[2].environment["CUDA_VISIBLE_DEVICES"] == "GPU-fake-0000,GPU-fake-0001"


def test_what_can_never_start_here_is_passed(journal: JournalPaths) -> None:
    put(journal, "eight", gpus=8)
    put(journal, "one", gpus=1)
    recorder = Recorder()
    assert look(journal, recorder) == {"eight": "needs 8 GPUs, but this machine has 2"}
    assert started(journal, recorder) == ["one"]


@pytest.mark.parametrize(
    ("status", "however", "goes"), [("DONE", False, True), ("FAILED", False, False), ("FAILED", True, True)]
)
def test_after_waits_for_a_good_end_or_for_any(journal: JournalPaths, status: str, however: bool, goes: bool) -> None:
    first = put(journal, "first", gpus=8)
    put(journal, "second", after=((first, however),))
    recorder = Recorder()
    assert look(journal, recorder)["second"] == "waits for first, which is queued"
    run = journal.run(first)
    records.write(run.exit, facts.make("exit", {"attempt": 1, "status": status}, run=first))
    waiting = look(journal, recorder)
    assert ("second" in started(journal, recorder)) is goes
    if not goes:
        assert waiting["second"] == (
            "waits for first to end well, and it has ended as FAILED: retry it, or stop this one"
        )


def test_an_entry_of_another_machine_is_left_to_it(journal: JournalPaths) -> None:
    run_id = put(journal, "far")
    entry = entries.read(entries.path_of(journal, run_id))
    entries.write(journal, entry._replace(host="box9"))
    recorder = Recorder()
    assert look(journal, recorder) == {"far": "queued on box9, to be started there"}


def test_a_damaged_entry_stops_nobody_else(journal: JournalPaths) -> None:
    damaged = put(journal, "damaged")
    entries.path_of(journal, damaged).write_text("{")
    put(journal, "fine")
    recorder = Recorder()
    assert "cannot be read" in look(journal, recorder)["damaged"]
    assert started(journal, recorder) == ["fine"]


def test_a_launcher_that_fails_leaves_the_run_in_the_queue_and_gives_the_gpu_back(journal: JournalPaths) -> None:
    class Broken(Recorder):
        def launch(self, plans: Sequence[Plan]) -> Started:
            raise LaunchError("No process can be started: no memory.")

    put(journal, "run", gpus=2)
    assert "No process can be started" in look(journal, Broken())["run"]
    recorder = Recorder()
    assert look(journal, recorder) == {}


def test_the_environment_and_its_secrets_are_for_the_owner_alone_and_gone_with_the_start(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_abc")
    path = entries.path_of(journal, put(journal, "run"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"hf_abc" in path.read_bytes()
    recorder = Recorder()
    look(journal, recorder)
    assert recorder.plans[0].environment["HF_TOKEN"] == "hf_abc"
    assert not path.exists()


# -- what is killed ------------------------------------------------------------------------------------------------


def _claim(run: RunPaths, pid: int, ticks: int | None) -> None:
    here = machine.identity()
    data = {"n": 1, "supervisor_pid": pid, "supervisor_ticks": ticks, **here._asdict()}
    records.write(run.claim(1), facts.make("claim", data, run=run.id))


def test_a_claim_whose_supervisor_died_before_the_start_is_no_loss(journal: JournalPaths) -> None:
    run = journal.run(put(journal, "run"))
    with subprocess.Popen(["true"]) as gone:
        _claim(run, gone.pid, 1)
    assert liveness.observe(run, machine).status is Status.QUEUED
    recorder = Recorder()
    look(journal, recorder)
    assert started(journal, recorder) == ["run"]


def test_a_run_that_is_being_started_is_not_started_twice(journal: JournalPaths) -> None:
    run = journal.run(put(journal, "run"))
    _claim(run, os.getpid(), machine.process_start_ticks(os.getpid()))
    recorder = Recorder()
    assert look(journal, recorder) == {"run": "starting"}
    assert not recorder.plans


def test_two_supervisors_for_one_entry_start_it_once(journal: JournalPaths) -> None:
    run = journal.run(put(journal, "run"))
    entry = entries.read(entries.path_of(journal, run.id))
    out = journal.project / "started"
    plan = entry.plan._replace(command=("sh", "-c", f"echo x >> {out}; sleep 0.2"))
    launcher = LocalLauncher(machine)
    answers = [launcher.launch([plan]) for _ in range(3)]
    assert exit_of(run)["status"] == "DONE"
    assert out.read_text() == "x\n"
    assert [answer.trouble for answer in answers[1:]] == ["was started by somebody else"] * 2


def test_an_entry_that_outlived_its_start_is_dropped_and_not_started_again(journal: JournalPaths) -> None:
    run = journal.run(put(journal, "run"))
    run.attempts.mkdir()
    records.write(run.attempt(1), facts.make("attempt", {"n": 1}, run=run.id))
    recorder = Recorder()
    assert look(journal, recorder) == {}
    assert not recorder.plans
    assert not run.waiting.exists()


# -- from the command to the end -------------------------------------------------------------------------------------


def test_a_queued_run_runs_by_itself_and_the_next_follows(journal: JournalPaths) -> None:
    runs = [
        launch(journal, "sh", "-c", "echo $CUDA_VISIBLE_DEVICES; sleep 0.2", gpus=1, name=f"r{n}") for n in range(4)
    ]
    assert [exit_of(run)["status"] for run in runs] == ["DONE"] * 4
    assert {run.log.read_text() for run in runs} <= {"GPU-fake-0000\n", "GPU-fake-0001\n"}
    wait_for(lambda: not entries.names(journal))


def test_the_follower_says_what_a_run_waits_for(journal: JournalPaths) -> None:
    hold = launch(journal, "sleep", "60", name="hold")
    wait_for(hold.attempt(1).exists)
    launch(journal, "true", name="next")
    wait_for(lambda: "waits for its turn, after hold" in view.reasons(journal).values())
    follower = Follower.open(journal)
    follower.catch_up()
    row = next(row for row in follower.store.run_rows() if row.name == "next")
    assert (row.status, row.cause) == ("QUEUED", "waits for its turn, after hold")
    LocalLauncher(machine).stop(hold)
    wait_for(lambda: not entries.names(journal))
    follower.close()


def test_a_killed_keeper_is_replaced_by_the_next_look(journal: JournalPaths) -> None:
    hold = launch(journal, "sleep", "60", name="hold")
    wait_for(hold.attempt(1).exists)
    follows = launch(journal, "true", name="next")
    wait_for(lambda: follows.id in view.reasons(journal) and _keepers(journal))
    for pid in _keepers(journal):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not _keepers(journal))
    LocalLauncher(machine).stop(hold)  # the supervisor that ends looks at the queue
    assert exit_of(follows)["status"] == "DONE"


def _keepers(journal: JournalPaths) -> list[int]:
    """The processes that have the pipe of this queue open."""
    pipes = {str(path) for path in journal.queue.glob(".wake-*")}
    found = []
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if pipes & {os.readlink(fd) for fd in folder.iterdir()}:
                found.append(int(folder.parent.name))
        except OSError:
            continue
    return found


def test_a_queue_in_which_everything_dies_at_once_holds_itself(journal: JournalPaths) -> None:
    runs = [launch(journal, "sh", "-c", "exit 3", name=f"r{number}") for number in range(6)]
    wait_for(lambda: pausing.read(journal))
    pause = pausing.read(journal)
    assert pause is not None
    assert pause.by_itself
    assert "3 runs in a row failed within 30 s of their start, the last one with: exit code 3" in str(pause)
    wait_for(lambda: not _keepers(journal))
    assert len(entries.names(journal)) == 3
    assert liveness.observe(runs[5], machine).status is Status.QUEUED
    done = subprocess.run([*LABJOURNAL, "queue"], cwd=journal.project, capture_output=True, text=True, check=True)
    assert "labjournal queue resume" in done.stderr
    assert done.stdout.count("the queue is paused") == 3
    subprocess.run([*LABJOURNAL, "queue", "resume"], cwd=journal.project, capture_output=True, check=True)
    assert [exit_of(run)["exit_code"] for run in runs] == [3] * 6


def test_a_queued_run_can_be_stopped_also_while_the_queue_is_paused(journal: JournalPaths) -> None:
    call = {"cwd": journal.project, "check": True, "capture_output": True, "text": True}
    subprocess.run([*LABJOURNAL, "queue", "pause", "-m", "lunch"], **call)  # type: ignore[call-overload]
    run = launch(journal, "true", name="unwanted")
    subprocess.run([*LABJOURNAL, "stop", "unwanted", "-m", "not needed"], **call)  # type: ignore[call-overload]
    ended = exit_of(run)
    assert ended["status"] == "KILLED"
    assert "not needed, before it started" in ended["cause"]
    assert not run.log.exists() or not run.log.read_text()
    wait_for(lambda: not entries.names(journal))
    printed = subprocess.run([*LABJOURNAL, "queue", "--json"], **call).stdout  # type: ignore[call-overload]
    assert json.loads(printed)["paused"]["why"] == "lunch"


def test_two_journals_share_the_gpus_of_a_machine(journal: JournalPaths, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    other = JournalPaths(tmp_path / "second" / ".labjournal")
    make(other)
    hold = launch(journal, "sleep", "60", gpus=2, name="hold")
    wait_for(hold.attempt(1).exists)
    guest = launch(other, "true", gpus=1, name="guest")
    wait_for(lambda: "held by hold" in view.reasons(other).get(guest.id, ""))
    LocalLauncher(machine).stop(hold)
    assert exit_of(guest)["status"] == "DONE"


def test_a_run_with_gpus_that_does_not_queue_leases_them_too(journal: JournalPaths) -> None:
    request = LaunchRequest(("sleep", "60"), str(journal.project), name="now", gpus=1)
    first = launching.launch(request, journal, CONFIG)
    assert not [notice for notice in first.notices if "gpu" in notice]
    second = launching.launch(request._replace(name="too", gpus=2), journal, CONFIG)
    assert any("held by now; started at once on gpu 0, gpu 1 all the same" in notice for notice in second.notices)
    waits = launch(journal, "true", gpus=2, name="polite")
    wait_for(lambda: "gpu 0, held by now" in view.reasons(journal).get(waits.id, ""))
    for run in (first, second):
        LocalLauncher(machine).stop(journal.run(run.id))
    assert exit_of(waits)["status"] == "DONE"


def test_nothing_is_imported_for_the_queue_by_a_launch_that_does_not_use_it(tmp_path: Path) -> None:
    code = (
        "import sys; from labjournal.cli import main\n"
        "try: main(['run', '--', 'true'])\n"
        "except SystemExit: print([name for name in sys.modules if 'scheduler' in name or 'queueing' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_dispatch_on_an_empty_queue_starts_nothing(journal: JournalPaths) -> None:
    scheduler.dispatch(journal)
    assert not journal.queue.exists()
