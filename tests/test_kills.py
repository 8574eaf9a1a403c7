"""kill -9 of the app, the launcher, the supervisor, the run and the follower at random moments.

Nothing that was stated is lost, nothing is counted twice, no run stays RUNNING for ever, and none is called LOST
that lives. The seed is printed: LABJOURNAL_TEST_SEED repeats a loop.
"""

from __future__ import annotations

import os
import pty
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from labjournal import facts, paths
from labjournal.follower import Follower, reindex
from labjournal.model import SeriesKey, Status
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store
from test_store import dump

ROUNDS = 50
AT_ONCE = 4

SCRIPT = """\
import os, sys, time
import labjournal
said = os.open(os.environ["SAID"] + os.environ["LABJOURNAL_RUN_ID"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for step in range(12):
    labjournal.log({"loss": step / 7}, step=step)
    os.write(said, f"{step}\\n".encode())  # stated, and known to be stated
    time.sleep(0.03)
labjournal.result(dataset="val", accuracy=0.5, n=100)
os.write(said, b"result\\n")
"""

FOLLOWER = """\
import sys, time
from pathlib import Path
from labjournal import paths
from labjournal.follower import Follower
follower = Follower.open(paths.at(Path(sys.argv[1])))
while True:
    follower.turn()
    time.sleep(0.02)
"""


def _drain(terminal: int) -> None:
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:  # the other end is closed
            break
    os.close(terminal)


class Victims:
    """The processes of the journal that may be shot."""

    def __init__(self, project: Path, chance: random.Random) -> None:
        self.project = project
        self.said = project / "said-"
        self.chance = chance
        self.launchers: list[subprocess.Popen[bytes]] = []
        self.follower = self._start_follower()
        self.app = self._start_app()

    def _start_app(self) -> subprocess.Popen[bytes]:
        """The real app on a terminal of its own, whose screen is read and thrown away."""
        master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        command = [sys.executable, "-m", "labjournal", "tui"]
        app = subprocess.Popen(
            command, cwd=self.project, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        threading.Thread(target=_drain, args=(master,), daemon=True).start()
        return app

    def _start_follower(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", FOLLOWER, str(self.project)], stderr=subprocess.DEVNULL)

    def launch(self, number: int) -> None:
        command = [sys.executable, "-m", "labjournal", "run", "-n", f"run-{number}", "--", sys.executable, "script.py"]
        environment = {**os.environ, "SAID": str(self.said), "NUMBER": str(number)}
        self.launchers.append(
            subprocess.Popen(
                command, cwd=self.project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        )

    def shoot(self) -> str:
        """Kill one of those that live now, whatever it is doing."""
        kinds = {"launcher": self._alive_launchers(), "follower": [self.follower.pid], **self._of_runs()}
        kinds["app"] = [self.app.pid]
        kind = self.chance.choice(sorted(kind for kind, pids in kinds.items() if pids))
        pid = self.chance.choice(kinds[kind])
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return "nobody"
        if kind == "follower":
            self.follower.wait()
            self.follower = self._start_follower()
        if kind == "app":
            self.app.wait()
            self.app = self._start_app()
        return kind

    def end(self) -> None:
        for process in (self.follower, self.app):
            process.kill()
            process.wait()

    def _alive_launchers(self) -> list[int]:
        return [launcher.pid for launcher in self.launchers if launcher.poll() is None]

    def _of_runs(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {"run": [], "supervisor": []}
        for path in (self.project / ".labjournal" / "runs").glob("*/attempts/*.json"):
            if path.name.endswith(".exit.json") or (path.parents[1] / "exit.json").exists():
                continue
            fact = facts.decode(path.read_bytes())
            for kind, key in (("run", "pid"), ("supervisor", "supervisor_pid")):
                pid = fact.data.get(key) if fact else None
                if isinstance(pid, int) and psutil.pid_exists(pid):
                    found[kind].append(pid)
        return found

    def accepted(self) -> set[str]:
        """Ids that ``labjournal run`` printed: these runs were promised."""
        return {
            (launcher.communicate()[0] or b"").decode().strip()
            for launcher in self.launchers
            if launcher.wait() is not None
        } - {""}


def carriers(run: str) -> list[int]:
    """Living processes that carry the mark of a run."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("LABJOURNAL_RUN_ID") == run and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def points(store: Store, run: str) -> list[tuple[int, float]]:
    data = store.series(SeriesKey(run, "", "loss"))
    return [] if data is None else list(zip(data.steps.tolist(), data.values.tolist(), strict=True))


def wait_for_ends(journal: JournalPaths, accepted: set[str]) -> Follower:
    """Turn until every run has ended and is sealed; fails when one stays RUNNING, or is LOST while it lives.

    A run has ended as soon as its exit is written, while its supervisor still lives; only a sealed one is read whole.
    """
    follower = Follower.open(journal)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        follower.catch_up()
        rows = follower.store.run_rows()
        for row in rows:
            if row.status == Status.LOST:
                assert not carriers(row.id), f"{row.name} is LOST and lives: {row.cause}"
        unsealed = follower.store.unsealed(2)
        open_runs = [row for row in rows if row.id in unsealed or not Status(row.status).ended]
        if not open_runs and accepted <= {row.id for row in rows}:
            return follower
        time.sleep(0.1)
    raise AssertionError(f"never ended: {[(row.name, row.status, row.cause) for row in open_runs]}")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_fifty_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("LABJOURNAL_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"LABJOURNAL_TEST_SEED={seed}")
    chance = random.Random(seed)
    (tmp_path / "script.py").write_text(SCRIPT)
    journal = paths.find_or_make(tmp_path)
    victims = Victims(tmp_path, chance)
    shot: dict[str, int] = {}
    try:
        for number in range(ROUNDS):
            while len(victims._alive_launchers()) >= AT_ONCE:
                time.sleep(0.02)
            victims.launch(number)
            time.sleep(chance.uniform(0.0, 0.7))
            kind = victims.shoot()
            shot[kind] = shot.get(kind, 0) + 1
        accepted = victims.accepted()
    finally:
        victims.end()
    print(shot)
    follower = wait_for_ends(journal, accepted)
    for run_id in journal.run_ids():
        _check_run(follower.store, journal.run(run_id), tmp_path)
    before, curves = dump(follower.store), {run: points(follower.store, run) for run in journal.run_ids()}
    follower.close()
    reindex.rebuild(journal)
    store = Store.open(journal)
    assert dump(store) == before
    assert {run: points(store, run) for run in journal.run_ids()} == curves


def _check_run(store: Store, run: RunPaths, project: Path) -> None:
    said = project / f"said-{run.id}"
    stated = said.read_text().split() if said.exists() else []
    steps = [step for step, _ in points(store, run.id)]
    assert sorted(set(steps)) == steps, "a point was counted twice"
    missing = {int(word) for word in stated if word != "result"} - set(steps)
    assert not missing, f"lost points {missing} of {run.id}"
    if "result" in stated:
        assert len(store.results(measured_by=run.id)) == 1, "a stated result is lost or doubled"
