"""What a queue of 1,000 runs on 4 made-up GPUs costs: CPU time of the dispatching process for each start.

Measured is the keeper's part: looking at the queue, leasing, the claim's way into a supervisor, up to the answer that
the command runs. The supervisors' own time is the runs'. Then the same with many ended runs in the journal: the cost
of a look must not depend on them.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

from labjournal import facts, machine
from labjournal.config import Config, WatchConfig
from labjournal.launchers import records
from labjournal.launchers.local import LocalLauncher
from labjournal.machine.devices import gpus
from labjournal.paths import JournalPaths, make
from labjournal.runner import launching
from labjournal.runner.request import LaunchRequest, Queueing
from labjournal.scheduler import entries, frozen, pausing, view
from labjournal.scheduler.dispatcher import Dispatcher


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=60, help="how many of them are started")
    parser.add_argument("--ended", type=int, nargs="+", default=[0, 10000])
    given = parser.parse_args()
    os.environ["LABJOURNAL_FAKE_GPUS"] = "4"
    for ended in given.ended:
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["LABJOURNAL_LEASES"] = f"{scratch}/leases"
            paths = JournalPaths(Path(scratch, ".labjournal"))
            make(paths)
            fill(paths, ended)
            queued_s = put(paths, given.runs)
            per_start, first_s, idle_s = measure(paths, given.starts)
            print(
                f"{ended:6} ended, {given.runs} queued: {statistics.median(per_start) * 1000:5.1f} ms CPU a start "
                f"(worst {max(per_start) * 1000:.1f}), first look {first_s * 1000:.0f} ms, "
                f"a look that starts nothing {idle_s * 1000:.1f} ms, queueing {queued_s * 1000:.1f} ms a run"
            )


def fill(paths: JournalPaths, ended: int) -> None:
    for _ in range(ended):
        run = paths.run(facts.new_ulid(time.time() - 86400))
        run.folder.mkdir()
        data = {"name": "other", "kind": "train", "command": ["python", "other.py"], "cwd": "/"}
        records.write(run.run, facts.make("run", data, run=run.id))
        records.write(run.exit, facts.make("exit", {"attempt": 1, "status": "DONE"}, run=run.id))


def put(paths: JournalPaths, runs: int) -> float:
    """CPU seconds for each of the runs that are queued by one call, as a sweep does."""
    pausing.pause(paths)
    request = LaunchRequest(("sleep", "2"), str(paths.project), gpus=1, queue=Queueing())
    begin = cpu_s()
    launching.launch_all([request] * runs, paths, Config(watch=WatchConfig(enabled=False)))
    pausing.go_on(paths)
    return (cpu_s() - begin) / runs


def measure(paths: JournalPaths, starts: int) -> tuple[list[float], float, float]:
    """CPU seconds for each start, of the first look (which reads every entry), and of a look with all GPUs taken."""
    dispatcher = Dispatcher(paths, machine, LocalLauncher(machine), gpus, frozen.prepare)
    board = view.Board(paths)
    begin = cpu_s()
    looked = dispatcher.look()
    first = cpu_s() - begin
    begun, spent = len(looked.started), []
    idle = None
    while begun < starts and entries.names(paths):
        begin = cpu_s()
        looked = dispatcher.look()
        board.show(looked.waiting)
        used = cpu_s() - begin
        if looked.started:
            spent.append(used / len(looked.started))
            begun += len(looked.started)
        else:
            idle = used if idle is None else min(idle, used)
            time.sleep(0.02)
    return spent, first, idle or 0.0


def cpu_s() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


if __name__ == "__main__":
    main()
