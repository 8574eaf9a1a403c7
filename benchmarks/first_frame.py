"""CPU until the first frame over 10,000 runs, 100,000 results, and until the curve of a million points after it.

    python benchmarks/first_frame.py [--runs 10000] [--results 100000] [--points 1000000]

Against the first frame of an empty Textual app; each is a fresh process, medians of 5. The app's frame counts when
the list is painted from the index, the curve when it stands in the chart of the newest run's page.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 5
LIMIT = 1.5
LIMIT_CURVE_MS = 150


def first_frame(folder: Path | None) -> tuple[float, float]:
    """CPU ms of this process from its start to the first frame, and from there to the curve; None: the empty app."""
    if folder is None:
        from textual.app import App

        async def empty() -> None:
            async with App[None]().run_test(size=(120, 35)):
                return

        asyncio.run(empty())
        return time.process_time() * 1000, 0.0

    from labjournal import paths
    from labjournal.tui.app import JournalApp
    from labjournal.tui.feed import Feed
    from labjournal.tui.widgets.run_table import RunTable

    async def full() -> tuple[float, float]:
        app = JournalApp(Feed(paths.find(folder)), journal="bench")
        async with app.run_test(size=(120, 35)):
            table = app.main.query_one(RunTable)
            while table.cursor_id is None:
                await asyncio.sleep(0.002)
            table.render_line(1)
            frame = time.process_time() * 1000
            while not app.settled or any(worker.group == "load" and worker.is_running for worker in app.workers):
                # The pages' modules are loaded behind the first frame; that CPU is not the curve's.
                await asyncio.sleep(0.01)
            await asyncio.sleep(1)
            return frame, await curve(app, str(table.cursor_id))

    return asyncio.run(full())


async def curve(app: object, run: str) -> float:
    """CPU ms until the newest run's curve is drawn."""
    from labjournal.tui.app import JournalApp
    from labjournal.tui.messages import RunAsked
    from labjournal.tui.widgets.chart import Chart

    assert isinstance(app, JournalApp)
    before = time.process_time()
    app.post_message(RunAsked(run))
    while not any(chart.view is not None for chart in app.screen.query(Chart)):
        await asyncio.sleep(0.002)
    return (time.process_time() - before) * 1000


def measured(arguments: list[str]) -> tuple[float, float]:
    """Medians of fresh processes."""
    command = [sys.executable, __file__, *arguments]
    found = [
        [float(word) for word in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]
        for _ in range(REPEATS)
    ]
    return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)


def add_results(folder: Path, each: int) -> None:
    """So many results to every run, as its process would state them."""
    from labjournal import facts, paths

    journal = paths.find(folder)
    for run_id in journal.run_ids():
        run = journal.run(run_id)
        run.facts.mkdir(exist_ok=True)
        stated = [
            facts.make(
                "result",
                {
                    "subject": {"run": run_id, "step": 100 * at},
                    "dataset": {"name": "1:1", "hash": "a41f0000"},
                    "metrics": {"accuracy": 0.9 + at / 1000},
                    "n": 1000,
                    "role": "validation",
                    "how": "stated",
                },
                run_id,
            )
            for at in range(each)
        ]
        facts.append(facts.writer_path(run.facts, 1, "watch"), stated)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--results", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(*first_frame(None if arguments.one == "empty" else Path(arguments.one)))
        return 0
    import follow
    from labjournal.follower import Follower
    from startup import make_journal

    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    with tempfile.TemporaryDirectory() as name:
        journal = make_journal(Path(name), arguments.runs, live=0)
        add_results(Path(name), arguments.results // arguments.runs)
        follow.TAGS = 1
        follow.write_events(journal.run(max(journal.run_ids())).events / "events.out.tfevents.1", arguments.points)
        follower = Follower.open(journal)
        follower.catch_up()
        follower.close()
        empty, _ = measured(["--one", "empty"])
        full, after = measured(["--one", name])
    print(f"empty Textual app, first frame       {empty:7.0f} ms")
    print(f"the app over {arguments.runs:,} runs, first frame {full:7.0f} ms  {full / empty:.2f}x (at most {LIMIT}x)")
    print(f"the curve of {arguments.points:,} points after it {after:7.0f} ms (at most {LIMIT_CURVE_MS})")
    return int(full > LIMIT * empty or after > LIMIT_CURVE_MS)


if __name__ == "__main__":
    raise SystemExit(main())
