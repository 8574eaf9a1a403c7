"""Runs a program as a launched run would: the start-up hook on PYTHONPATH, a run folder, nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labjournal import facts
from labjournal.watch.boot import prepare

PROGRAMS = Path(__file__).parents[1] / "programs"
RUN_ID = "01JCWATCHTEST0000000000000"


@dataclass(frozen=True)
class Hooked:
    """What one run under the hook left behind."""

    folder: Path
    returncode: int
    stdout: str
    stderr: str

    @property
    def facts(self) -> list[facts.Fact]:
        """All facts, file by file; a line that is no fact fails the test."""
        found: list[facts.Fact] = []
        for path in sorted((self.folder / "facts").glob("*.jsonl")):
            for _, fact in facts.read(path)[0]:
                assert fact is not None, f"{path} has a line that is no fact"
                found.append(fact)
        return found

    def data(self, kind: str) -> list[dict[str, Any]]:
        return [fact.data for fact in self.facts if fact.kind == kind]

    def findings(self, *levels: str) -> list[dict[str, Any]]:
        return [data for data in self.data("finding") if not levels or data["level"] in levels]


def run_hooked(
    command: Sequence[str | Path],
    folder: Path,
    env: Mapping[str, str] | None = None,
    python: str | Path = sys.executable,
    cwd: Path | None = None,
    hook: bool = True,
) -> Hooked:
    """``python *command`` with the hook; ``hook=False`` runs the same without it."""
    run_folder = folder / "run"
    run_folder.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LABJOURNAL_")}
    environment["OMP_NUM_THREADS"] = "1"
    if hook:
        environment["PYTHONPATH"] = str(prepare(folder / "cache"))
        environment["LABJOURNAL_RUN_ID"] = RUN_ID
        environment["LABJOURNAL_RUN_DIR"] = str(run_folder)
    extra = dict(env or {})
    if hook and "PYTHONPATH" in extra:
        extra["PYTHONPATH"] = environment["PYTHONPATH"] + os.pathsep + extra["PYTHONPATH"]
    environment.update(extra)
    done = subprocess.run(
        [str(python), *map(str, command)],
        cwd=cwd or folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    return Hooked(run_folder, done.returncode, done.stdout, done.stderr)


class Zygote:
    """One process with torch imported, from which programs are forked; see ``zygote.py``."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LABJOURNAL_")}
        environment["OMP_NUM_THREADS"] = "1"
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("zygote.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def run(self, program: Path, folder: Path, *args: str, hook: bool = True) -> Hooked:
        """``python program *args`` with the watch, or without it."""
        run_folder = folder / "run"
        run_folder.mkdir(parents=True, exist_ok=True)
        env = {"LABJOURNAL_RUN_ID": RUN_ID, "LABJOURNAL_RUN_DIR": str(run_folder)} if hook else {}
        job = {"cwd": str(folder), "env": env, "argv": [str(program.resolve()), *args], "hook": hook}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Hooked(run_folder, answer["returncode"], answer["stdout"], answer["stderr"])

    def close(self) -> None:
        self._process.communicate()
