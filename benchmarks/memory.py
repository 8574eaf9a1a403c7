"""Memory of the app over eight simulated hours of ten live runs of a million points each, visited in turn.

    python benchmarks/memory.py [--hours 8] [--minute 0.15]

The app runs in a pseudo-terminal. A simulated minute brings six points to each of five curves of each run; every fifth
minute another run is opened, every thirtieth all are compared. Growth counts from the end of the first hour.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from follow import live_run, write_events
from labjournal import paths
from live import Writer
from terminal import Terminal

RUNS, CURVES, POINTS = 10, 5, 1_000_000
LIMIT_GROWTH, LIMIT_MB = 0.10, 250


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--minute", type=float, default=0.15, help="seconds that a simulated minute takes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = paths.find_or_make(folder)
        files = []
        for _ in range(RUNS):
            run = live_run(journal, [])
            files.append(run.events / "events.out.tfevents.1")
            if len(files) == 1:
                write_events(files[0], POINTS)
            else:
                shutil.copy(files[0], files[-1])
        writers = [Writer(file) for file in files]
        with Terminal(folder, (120, 35)) as app:
            app.wait_for(b"live", 120)
            app.drain(20)
            began, sizes, step = time.perf_counter(), [], POINTS
            for minute in range(60 * arguments.hours):
                for writer in writers:
                    for _ in range(6):
                        step += 1
                        writer.add({f"train/metric_{at}": 1 / step for at in range(CURVES)}, step)
                if minute % 30 == 29:
                    app.press("3")
                elif minute % 5 == 4:
                    app.press("1j\r" if minute % 50 != 4 else "1g\r")
                app.drain(began + (minute + 1) * arguments.minute - time.perf_counter())
                if minute % 30 == 29:
                    sizes.append(app.memory_bytes() / 1e6)
    warm, last = sizes[1], sizes[-1]
    print("MB every half hour: " + " ".join(f"{size:.0f}" for size in sizes))
    print(
        f"growth after the first hour {100 * (last / warm - 1):+.1f} % (at most {100 * LIMIT_GROWTH:.0f} %), ", end=""
    )
    print(f"{last:.0f} MB (at most {LIMIT_MB})")
    return int(last > warm * (1 + LIMIT_GROWTH) or last > LIMIT_MB)


if __name__ == "__main__":
    raise SystemExit(main())
