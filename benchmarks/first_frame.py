"""CPU until the first frame with rows over 10,000 runs, against the first frame of an empty Textual app.

    python benchmarks/first_frame.py [--runs 10000]

Each is a fresh process of its own; medians of 5. The app's frame counts when the list is painted from the index.
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


def first_frame(folder: Path | None) -> float:
    """CPU milliseconds of this process from its start to the first frame; ``folder`` None is the empty app."""
    if folder is None:
        from textual.app import App

        async def empty() -> None:
            async with App[None]().run_test(size=(120, 35)):
                return

        asyncio.run(empty())
        return time.process_time() * 1000

    from labjournal import paths
    from labjournal.tui.app import JournalApp
    from labjournal.tui.feed import Feed
    from labjournal.tui.widgets.run_table import RunTable

    async def full() -> float:
        app = JournalApp(Feed(paths.find(folder)), journal="bench")
        async with app.run_test(size=(120, 35)):
            table = app.main.query_one(RunTable)
            while table.cursor_id is None:
                await asyncio.sleep(0.002)
            table.render_line(1)
            return time.process_time() * 1000

    return asyncio.run(full())


def measured(arguments: list[str]) -> float:
    """Median of fresh processes."""
    command = [sys.executable, __file__, *arguments]
    found = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(REPEATS)]
    return statistics.median(float(text.split()[-1]) for text in found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(first_frame(None if arguments.one == "empty" else Path(arguments.one)))
        return 0
    from labjournal.follower import Follower
    from startup import make_journal

    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    with tempfile.TemporaryDirectory() as name:
        follower = Follower.open(make_journal(Path(name), arguments.runs))
        follower.catch_up()
        follower.close()
        empty = measured(["--one", "empty"])
        full = measured(["--one", name])
    print(f"empty Textual app, first frame       {empty:7.0f} ms")
    print(f"the app over {arguments.runs:,} runs, first frame {full:7.0f} ms  {full / empty:.2f}x (at most {LIMIT}x)")
    return int(full > LIMIT * empty)


if __name__ == "__main__":
    raise SystemExit(main())
