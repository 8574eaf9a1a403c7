"""CPU until the first frame over 10,000 runs, 100,000 results, and until the curve of a million points after it.

    python benchmarks/first_frame.py [--runs 10000] [--results 100000] [--points 1000000] [--journal DIR]

Against the first frame of an empty Textual app; each is a fresh process, five pairs in turn, medians. The app's frame
counts when the list is painted from the index, the curve when its extremes stand in the chart of the newest run's
page. Making the journal takes some two minutes of CPU and says how far it has come.
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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.tui.app import JournalApp

REPEATS = 5
LIMIT = 1.5
LIMIT_WAIT_S = 60
WHOLE = 2
LIMIT_CURVE_MS = 150


def first_frame(folder: Path | None) -> tuple[float, float, float]:
    """CPU ms of this process until the first frame, from there to the curve and to all its points; None: empty app."""
    if folder is None:
        from textual.app import App

        async def empty() -> None:
            async with App[None]().run_test(size=(120, 35)):
                return

        asyncio.run(empty())
        return time.process_time() * 1000, 0.0, 0.0

    from labjournal import paths
    from labjournal.tui.app import JournalApp
    from labjournal.tui.feed import Feed
    from labjournal.tui.widgets.run_table import RunTable

    async def full() -> tuple[float, float, float]:
        app = JournalApp(Feed(paths.find(folder)), journal="bench")
        async with app.run_test(size=(120, 35)):
            table = app.main.query_one(RunTable)
            until = time.monotonic() + LIMIT_WAIT_S
            while table.cursor_id is None:
                await asyncio.sleep(0.002)
            table.render_line(1)
            frame = time.process_time() * 1000
            while not app.settled or any(worker.group == "load" and worker.is_running for worker in app.workers):
                # The pages' modules are loaded behind the first frame; that CPU is not the curve's.
                if time.monotonic() > until:
                    raise TimeoutError(f"not settled within {LIMIT_WAIT_S} s")
                await asyncio.sleep(0.01)
            await asyncio.sleep(1)
            return frame, *await curve(app, str(table.cursor_id))

    return asyncio.run(full())


async def curve(app: JournalApp, run: str) -> tuple[float, float]:
    """CPU ms until a run's curve is drawn, and until all of its points are."""
    from labjournal.tui.messages import RunAsked
    from labjournal.tui.widgets.chart import Chart

    def drawn(whole: bool) -> bool:
        # Looked for seldom and without a walk over the widgets: waiting must not cost what it measures.
        charts = page_charts()
        return any(chart.view is not None and not (whole and chart.series[0].curve.in_short) for chart in charts)

    def page_charts() -> list[Chart]:
        if not found and app.main.pages.current == "Run":
            found.extend(app.page.query(Chart))
        return found

    found: list[Chart] = []
    before, until = time.process_time(), time.monotonic() + LIMIT_WAIT_S
    app.post_message(RunAsked(run))
    told = []
    for whole in (False, True):
        while not drawn(whole):
            if time.monotonic() > until:
                raise TimeoutError(f"no curve within {LIMIT_WAIT_S} s")
            await asyncio.sleep(0.005)
        told.append((time.process_time() - before) * 1000)
    return told[0], told[1]


def measured(place: str) -> list[float]:
    """Numbers of one fresh process."""
    command = [sys.executable, __file__, "--one", place]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * LIMIT_WAIT_S, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return [float(word) for word in done.stdout.split()]


def make(folder: Path, runs: int, results: int, points: int) -> None:
    """A journal that was read when its runs ended, except for the newest."""
    import follow
    from labjournal.follower import Follower
    from startup import make_journal

    def say(what: str) -> None:
        print(f"{time.process_time():6.1f} s CPU: {what}", file=sys.stderr, flush=True)

    say(f"making {runs:,} runs")
    journal = make_journal(folder, runs, live=0)
    say(f"stating {results:,} results")
    add_results(folder, results // runs)
    say(f"writing {points:,} points")
    follow.TAGS = 1
    newest = max(journal.run_ids())
    follow.write_events(journal.run(newest).events / "events.out.tfevents.1", points)
    follower = Follower.open(journal, most=500)
    while (turned := follower.turn(with_curves=False)).unfinished:
        say(f"reading facts, {turned.left:,} runs left")
    with follower.store.writing():
        for run in follower.store.run_ids() - {newest}:
            follower.store.seal(run, WHOLE)  # what the checks say of runs without curves is not what is measured
    say("reading points")
    follower.catch_up()
    follower.close()


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
    parser.add_argument("--journal", type=Path, help="keep the journal here, and use it when it is there")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(*first_frame(None if arguments.one == "empty" else Path(arguments.one)))
        return 0
    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.journal or Path(name)
        if not (folder / ".labjournal").is_dir():
            make(folder, arguments.runs, arguments.results, arguments.points)
        pairs = [(measured("empty")[0], measured(str(folder))) for _ in range(REPEATS)]
    empty = statistics.median(one for one, _ in pairs)
    full, after, whole = (statistics.median(numbers[at] for _, numbers in pairs) for at in range(3))
    ratio = statistics.median(numbers[0] / one for one, numbers in pairs)
    print(f"empty Textual app, first frame       {empty:7.0f} ms")
    print(f"the app over {arguments.runs:,} runs, first frame {full:7.0f} ms  {ratio:.2f}x (at most {LIMIT}x)")
    print(f"the curve of {arguments.points:,} points after it {after:7.0f} ms (at most {LIMIT_CURVE_MS})")
    print(f"all of its points                    {whole:7.0f} ms")
    return int(ratio > LIMIT or after > LIMIT_CURVE_MS)


if __name__ == "__main__":
    raise SystemExit(main())
