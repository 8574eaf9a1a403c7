"""A live run on the app's screen: from flush to screen, and the CPU of 20 curves at 10 points a second each.

    python benchmarks/live.py [--seconds 15]

The app runs in a pseudo-terminal of its own. Wall times depend on what else the machine does; the share of a core is
user and system time of the app's process.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from follow import live_run, record
from labjournal import paths
from terminal import Terminal

CURVES, HERTZ = 20, 10
PROBES = 20
LIMIT_MS, LIMIT_SHARE = 150, 1 / 3


class Writer:
    """An event file that grows by one record a point, flushed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def add(self, points: dict[str, float], step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        now = time.time()
        for tag, value in points.items():
            one = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            self._file.write(record(Event(wall_time=now, step=step, summary=one).SerializeToString()))
        self._file.flush()


def values(step: int) -> dict[str, float]:
    return {f"part/curve_{at}": (at + 1) / (1 + step / 50) + random.random() / 20 for at in range(CURVES - 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    seconds = parser.parse_args().seconds
    random.seed(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = live_run(paths.find_or_make(folder), [])
        writer = Writer(run.events / "events.out.tfevents.1")
        for step in range(200):
            writer.add({"train/loss": 3 / (1 + step), **values(step)}, step)
        with Terminal(folder) as app:
            app.wait_for(b"live")
            app.press("2")
            app.wait_for(b"train/loss")
            app.drain(3)
            waits = []
            for probe in range(PROBES):
                shown = f"0.{4001 + 40 * probe}"
                writer.add({"train/loss": float(shown)}, 1000 + probe)
                waits.append(1000 * app.wait_for(shown.encode(), 10))
                app.drain(0.3)
            before, began, step = app.cpu_s(), time.perf_counter(), 2000
            while (passed := time.perf_counter() - began) < seconds:
                writer.add({"train/loss": 1 + random.random(), **values(step)}, step)
                step += 1
                app.drain(began + (step - 2000) / HERTZ - time.perf_counter())
            share = (app.cpu_s() - before) / passed
            memory = app.memory_bytes()
    median, worst = statistics.median(waits), max(waits)
    print(f"flush to screen: median {median:.0f} ms, worst {worst:.0f} ms of {PROBES} (at most {LIMIT_MS})")
    print(f"{CURVES} curves at {HERTZ} Hz: {100 * share:.0f} % of a core (at most {100 * LIMIT_SHARE:.0f} %)")
    print(f"memory {memory / 2**20:.0f} MiB")
    return int(median > LIMIT_MS or share > LIMIT_SHARE)


if __name__ == "__main__":
    raise SystemExit(main())
