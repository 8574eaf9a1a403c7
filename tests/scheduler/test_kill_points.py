"""kill -9 at each point between the queue and the end of a run, and at random: none lost, none started twice."""

from __future__ import annotations

import json
import os
import pty
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import machine, scheduler
from labjournal.config import Config, WatchConfig
from labjournal.launchers import liveness
from labjournal.machine.devices import gpus
from labjournal.model import Status
from labjournal.paths import JournalPaths, RunPaths, make
from labjournal.runner import launching
from labjournal.runner.request import LaunchRequest, Queueing
from labjournal.scheduler import cards, entries, leases, pausing, view
from launching_place import exit_of, wait_for

KILLS = int(os.environ.get("LABJOURNAL_TEST_KILLS") or 25)
KILLS_S = float(os.environ.get("LABJOURNAL_TEST_KILLS_S") or 400)
CONFIG = Config(watch=WatchConfig(enabled=False))
SAY = "echo $LABJOURNAL_RUN_ID >> started; sleep {}"

# What is killed in a process of its own: the dispatcher, or the supervisor that it forks.
LOOK = """
import os, signal, sys
from pathlib import Path
from labjournal import machine
from labjournal.launchers import attempt, child, records, supervisor
from labjournal.launchers.local import LocalLauncher
from labjournal.paths import JournalPaths
from labjournal.scheduler import entries, dispatcher

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def die_at(owner, name, when=lambda *_: True, before=True):
    real = getattr(owner, name)
    def patched(*arguments, **more):
        if not when(*arguments):
            return real(*arguments, **more)
        found = None if before else real(*arguments, **more)
        die()
        return found
    setattr(owner, name, patched)

point = sys.argv[2]
is_attempt = lambda path, *_: Path(path).parent.name == "attempts" and Path(path).suffix == ".json"
is_claim = lambda path, *_: Path(path).name.startswith("claim-")
is_exit = lambda path, *_: Path(path).name == "exit.json"
if point == "dispatcher before the start":
    die_at(LocalLauncher, "launch")
elif point == "before the claim":
    die_at(records, "write_once", is_claim)
elif point == "after the claim":
    die_at(records, "write_once", is_claim, before=False)
elif point == "after the attempt":
    die_at(records, "write", is_attempt, before=False)
elif point == "before the release":
    die_at(child, "release")
elif point == "after the release":
    die_at(child, "release", before=False)
elif point == "before exit.json":
    die_at(records, "write_reserved", is_exit)
elif point == "after exit.json":
    die_at(records, "write_reserved", is_exit, before=False)
paths = JournalPaths(Path(sys.argv[1]))
dispatcher.Dispatcher(paths, machine, LocalLauncher(machine), machine.gpus).look()
"""


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JournalPaths]:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    monkeypatch.setenv("LABJOURNAL_LEASES", str(tmp_path / "leases"))
    paths = JournalPaths(tmp_path / ".labjournal")
    make(paths)
    yield paths
    for run_id in entries.names(paths):
        entries.path_of(paths, run_id).unlink(missing_ok=True)


def started(journal: JournalPaths) -> Counter[str]:
    path = journal.project / "started"
    return Counter(path.read_text().split() if path.exists() else [])


def queued(journal: JournalPaths) -> RunPaths:
    pausing.pause(journal)
    request = LaunchRequest(("sh", "-c", SAY.format(0)), str(journal.project), gpus=1, queue=Queueing())
    run = journal.run(launching.launch(request, journal, CONFIG).id)
    pausing.go_on(journal)
    return run


def all_free(journal: JournalPaths) -> bool:
    found = gpus()
    assert isinstance(found, list)
    place = leases.folder()
    with leases.allocating(place):
        return all(card.why_not is None for card in cards.survey(found, place))


@pytest.mark.parametrize(
    ("point", "times", "status"),
    [
        ("dispatcher before the start", 1, "DONE"),
        ("before the claim", 1, "DONE"),
        ("after the claim", 1, "DONE"),
        ("after the attempt", 1, "DONE"),
        ("before the release", 1, "DONE"),
        ("after the release", 1, "LOST"),
        ("before exit.json", 1, "LOST"),
        ("after exit.json", 1, "DONE"),
    ],
)
def test_a_run_is_started_once_wherever_the_kill_falls(
    journal: JournalPaths, point: str, times: int, status: str
) -> None:
    run = queued(journal)
    subprocess.run([sys.executable, "-c", LOOK, str(journal.folder), point], capture_output=True)

    def ended() -> bool:
        scheduler.dispatch(journal)
        return liveness.observe(run, machine).status.ended

    wait_for(ended)
    assert exit_of(run)["status"] == status
    assert started(journal) == {run.id: times}
    wait_for(lambda: all_free(journal))
    wait_for(lambda: scheduler.dispatch(journal) or not entries.names(journal))


@pytest.mark.slow
@pytest.mark.timeout(KILLS_S + 300)
def test_kills_at_random_moments_lose_no_run_start_none_twice_and_leak_no_gpu(journal: JournalPaths) -> None:
    """Supervisors, keepers, commands that queue, an open app; LABJOURNAL_TEST_KILLS=200 for the long loop."""
    seed = int(os.environ.get("LABJOURNAL_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"LABJOURNAL_TEST_SEED={seed}")
    chance = random.Random(seed)
    callers: list[subprocess.Popen[bytes]] = []
    app = App(journal)
    shot: Counter[str] = Counter()
    deadline = time.monotonic() + KILLS_S
    while shot.total() < KILLS and time.monotonic() < deadline:
        app.keep_open()
        if sum(caller.poll() is None for caller in callers) < 2 and len(entries.names(journal)) < 6:
            words = [
                "run",
                "--queue",
                *chance.choice((["-G", "1"], ["-G", "1", "--gpu-memory", "4G"], ["-G", "2"], [])),
            ]
            command = ["sh", "-c", SAY.format(chance.choice((0, 0.05, 0.3)))]
            callers.append(
                subprocess.Popen(
                    [sys.executable, "-m", "labjournal", *words, "--", *command],
                    cwd=journal.project,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
        time.sleep(chance.uniform(0, 0.3))
        victims = {kind: pids for kind, pids in _victims(journal, callers).items() if pids}
        victims |= {"app": [app.process.pid]} if app.process is not None and chance.random() < 0.3 else {}
        kinds = sorted(victims)
        if kinds == ["caller"] and chance.random() < 0.9:
            continue  # nothing would ever be queued
        if kinds:
            (kind,) = chance.choices(kinds, [1 if kind == "caller" else 6 for kind in kinds])
            try:
                os.kill(chance.choice(victims[kind]), signal.SIGKILL)
                shot[kind] += 1
            except ProcessLookupError:
                continue
    app.close()
    print(dict(shot))
    promised = {(caller.communicate()[0] or b"").decode().strip() for caller in callers} - {""}

    def all_ended() -> bool:
        scheduler.dispatch(journal)
        # A caller killed between making the folder and run.json promised nothing, and nobody will say more of it.
        told = [journal.run(run_id) for run_id in journal.run_ids() if journal.run(run_id).run.exists()]
        states = [liveness.observe(run, machine).status for run in told]
        return all(status.ended for status in states) and not entries.names(journal)

    pausing.go_on(journal)
    try:
        wait_for(all_ended, 240)
    except AssertionError:
        open_runs = [run for run in journal.run_ids() if not journal.run(run).exit.exists()]
        told = [
            (run, liveness.observe(journal.run(run), machine), sorted(os.listdir(journal.run(run).folder)))
            for run in open_runs
        ]
        raise AssertionError(f"never ended: {told}, in the queue: {view.reasons(journal)}") from None
    counted = started(journal)
    assert promised <= set(journal.run_ids())
    assert max(counted.values(), default=0) <= 1, "started twice"
    lost = [run_id for run_id in promised if not counted[run_id]]
    assert not lost, [json.loads(journal.run(run_id).exit.read_text())["data"]["cause"] for run_id in lost]
    done = Counter(str(exit_of(journal.run(run_id))["status"]) for run_id in promised)
    print(dict(done))
    assert set(done) <= {Status.DONE, Status.LOST}
    wait_for(lambda: all_free(journal))


class App:
    """`labjournal tui` in a terminal of its own, opened again when it was shot."""

    def __init__(self, journal: JournalPaths) -> None:
        self._journal = journal
        self._terminal, self._inside = pty.openpty()
        self.process: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._drain, daemon=True).start()

    def keep_open(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "labjournal", "tui"],
                cwd=self._journal.project,
                env={**os.environ, "TERM": "xterm-256color"},
                stdin=self._inside,
                stdout=self._inside,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _drain(self) -> None:
        """Reads what it draws, or it would wait for ever."""
        while True:
            try:
                os.read(self._terminal, 65536)
            except OSError:
                return


def _victims(journal: JournalPaths, callers: list[subprocess.Popen[bytes]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"caller": [caller.pid for caller in callers if caller.poll() is None]}
    pipes = {str(path) for path in journal.queue.glob(".wake-*")} if journal.queue.is_dir() else set()
    found["keeper"], found["supervisor"] = [], []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text().strip()
            if pipes & {os.readlink(fd) for fd in (folder / "fd").iterdir()}:
                found["keeper"].append(int(folder.name))
            elif name == "labjournal-run" and str(journal.folder) in os.readlink(folder / "fd" / "2"):
                found["supervisor"].append(int(folder.name))
        except OSError:
            continue
    return found
