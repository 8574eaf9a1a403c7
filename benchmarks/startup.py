"""What it costs to start: `--help`, and `ls` over 10,000 runs, as ratios to `python -c pass` in the same run.

python benchmarks/startup.py [--runs 10000]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from labjournal import facts, machine, paths
from labjournal.paths import JournalPaths

CREATED = 1.75e9


def cpu_ms(command: list[str], folder: Path, runs: int = 5) -> float:
    """Median CPU of a whole process, user and system, children included; one warm-up."""
    spent = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3)
    return statistics.median(spent[1:])


def make_journal(folder: Path, count: int, live: int = 3) -> JournalPaths:
    """A journal of ended runs and a few live ones, whose process is this one."""
    journal = paths.find_or_make(folder)
    here, pid = machine.identity(), os.getpid()
    ticks = machine.process_start_ticks(pid)
    place = {"machine": here.machine, "boot": here.boot, "pid_namespace": here.pid_namespace, "host": here.host}
    for number in range(count):
        run = journal.run(facts.new_ulid(CREATED + number * 60))
        run.folder.mkdir()
        start = facts.now_iso(CREATED + number * 60)
        data = {"name": f"run-{number}", "kind": "train", "reason": "benchmark", "command": ["python", "train.py"]}
        run.run.write_bytes(facts.encode(facts.make("run", {**data, "settings": {"lr": 1e-3}}, run.id, start)))
        if number >= count - live:
            alive = {"n": 1, "pid": pid, "start_ticks": ticks, "supervisor_pid": pid, "supervisor_ticks": ticks}
            run.attempts.mkdir()
            run.attempt(1).write_bytes(facts.encode(facts.make("attempt", {**alive, **place}, run.id, start)))
            run.heartbeat.touch()
        else:
            end = {"attempt": 1, "status": "DONE", "exit_code": 0, "cause": "ended by itself"}
            run.exit.write_bytes(facts.encode(facts.make("exit", end, run.id, start)))
    return journal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    count = parser.parse_args().runs
    labjournal = str(Path(sys.executable).with_name("labjournal"))
    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_journal(folder, count)
        subprocess.run([labjournal, "ls"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        base = cpu_ms([sys.executable, "-c", "pass"], folder, 15)
        print(f"python -c pass                {base:7.1f} ms")
        for title, command in {
            "labjournal --help": [labjournal, "--help"],
            f"labjournal ls ({count} runs)": [labjournal, "ls"],
            f"labjournal ls --json ({count} runs)": [labjournal, "ls", "--json"],
        }.items():
            spent = cpu_ms(command, folder)
            print(f"{title:30}{spent:7.1f} ms  {spent / base:5.1f}x")


if __name__ == "__main__":
    main()
