"""A journal of its own and the means to launch real processes into it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labjournal import facts, machine, tags
from labjournal.launchers import liveness, records
from labjournal.launchers.base import Plan, Started
from labjournal.launchers.local import LocalLauncher
from labjournal.launchers.protocols import Launcher
from labjournal.paths import JournalPaths, RunPaths, make

PATIENCE_S = 90.0


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """What ``what`` returns once it is true; fails loudly after a while."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.01)
    return found


class Place:
    """A journal in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = JournalPaths(folder / ".labjournal")
        make(self.paths)
        self.launcher: Launcher = LocalLauncher(machine)

    def plan(self, command: Sequence[str], **more: Any) -> Plan:
        """A plan whose ``run.json`` stands."""
        run = self.paths.run(facts.new_ulid())
        run.folder.mkdir(parents=True)
        launched = {"name": "test", "command": list(command), "launcher": self.launcher.name, "cwd": str(self.folder)}
        records.write(run.run, facts.make("run", launched, run=run.id))
        environment = {**os.environ, tags.ENV_RUN_ID: run.id, "PYTHONUNBUFFERED": "1"}
        given: dict[str, Any] = {"stop_int_s": 0.5, "stop_term_s": 0.5, "cwd": str(self.folder), **more}
        words = tuple(command)
        return Plan(run.id, str(run.folder), 1, words, words, environment=environment, **given)

    def launch(self, command: Sequence[str], **more: Any) -> RunPaths:
        plan = self.plan(command, **more)
        self.started: Started = self.launcher.launch([plan])
        return self.paths.run(plan.run_id)

    def python(self, code: str, **more: Any) -> RunPaths:
        return self.launch([sys.executable, "-c", code], **more)


def attempt_of(run: RunPaths) -> dict[str, Any]:
    return dict(json.loads(run.attempt(1).read_text())["data"])


def exit_of(run: RunPaths, seconds: float = PATIENCE_S) -> Mapping[str, Any]:
    """The end of a run, waited for."""
    wait_for(run.exit.exists, seconds)
    return dict(json.loads(run.exit.read_text())["data"])


def alive(pid: int) -> bool:
    return machine.process_alive(pid, None)


def numbers_in(run: RunPaths, count: int) -> list[int]:
    """The numbers a run printed, waited for."""
    return [int(word) for word in wait_for(lambda: _words(run, count))]


def _words(run: RunPaths, count: int) -> list[str] | None:
    words = run.log.read_text().split() if run.log.exists() else []
    return words if len(words) >= count else None


def observe(run: RunPaths, **more: Any) -> liveness.Observation:
    return liveness.observe(run, machine, **more)
