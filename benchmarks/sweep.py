"""A sweep of 1,008 short runs: CPU of the journal for each run, and the time its table takes.

Everything the sweep starts is reaped here (this process makes itself the reaper of its descendants), so that the CPU
of supervisors and of what minds the queue is counted whole. The peer is the same command started 1,008 times bare.

    python benchmarks/sweep.py [TRIALS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from descendants import adopt, cpu_s, reap
from labjournal import paths
from labjournal.follower import Follower
from labjournal.sweeps import plan, table

GRID = ("theta=0.5,0.75,1.0,1.25,1.5,2.0,2.5", "offset=0.5..2.0:4", "radius=0.06,0.10,0.15,0.20", "q=0,0.2,0.4")
SHEAR = "shear=0,0.02,0.04"
LIMIT_RUN_MS, LIMIT_TABLE_MS = 150, 100


def bare(trials: int) -> float:
    """CPU milliseconds of one bare start of the command."""
    began = cpu_s()
    for _ in range(trials):
        subprocess.run(["/bin/echo", "loss: 0.5"], check=True, stdout=subprocess.DEVNULL)
    return 1000 * (cpu_s() - began) / trials


def sweep(folder: Path, trials: int) -> float:
    """CPU milliseconds of one run of a sweep, from the call to its last trace."""
    axes = GRID if trials == 336 else (*GRID, SHEAR)
    words = [word for axis in axes for word in ("--grid", axis)]
    if trials not in (336, 1008):
        axes, words = (), ["--grid", f"theta=1..{trials}"]
    places = [f"{{{axis.partition('=')[0]}}}" for axis in (axes or ("theta=",))]
    began = cpu_s()
    command = [sys.executable, "-m", "labjournal", "sweep", "-n", "grid", *words, "--max-parallel", "2", "--"]
    subprocess.run([*command, "/bin/echo", "loss: 0.5", *places], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    runs = folder / ".labjournal" / "runs"
    while sum(1 for _ in runs.glob("*/exit.json")) < trials:
        reap()
        time.sleep(0.5)
    for _ in range(20):  # what minds the queue leaves a little later
        reap()
        time.sleep(0.5)
    return 1000 * (cpu_s() - began) / trials


def read(folder: Path) -> tuple[float, float]:
    """CPU seconds of taking it all in, CPU milliseconds of the table (median of 5)."""
    follower = Follower.open(paths.at(folder))
    began = time.process_time()
    follower.catch_up()
    taken_in = time.process_time() - began
    one = plan.find(follower.store, "grid")
    table.build(follower.store, one)
    times = []
    for _ in range(5):
        began = time.process_time()
        built = table.build(follower.store, one)
        times.append(1000 * (time.process_time() - began))
    assert len(built.rows) == one.size
    follower.close()
    return taken_in, sorted(times)[2]


def main() -> int:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1008
    adopt()
    alone = bare(trials)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = sweep(folder, trials)
        taken_in, shown = read(folder)
    print(f"{trials} trials: {each:.0f} ms CPU each ({each - alone:.0f} more than bare; at most {LIMIT_RUN_MS})")
    print(f"taken in: {1000 * taken_in / trials:.1f} ms CPU each; table: {shown:.1f} ms (at most {LIMIT_TABLE_MS})")
    return int(each - alone > LIMIT_RUN_MS or shown > LIMIT_TABLE_MS)


if __name__ == "__main__":
    sys.exit(main())
