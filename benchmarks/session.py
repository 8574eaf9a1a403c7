"""A recorded session of 500 keys over 10,000 runs: key to screen, and the longest turn of the event loop.

    python benchmarks/session.py [--runs 10000] [--keys 500] [--journal DIR]

The app runs in this process without a terminal. A turn is measured in CPU of the app's own thread, which other
programs on the machine cannot lengthen; from a key to the first line it changed, wall and CPU are both told.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

LIMIT_MS, LIMIT_TURN_MS = 50, 100
SESSION = (
    "j j j j k space j space j j G g ctrl+f ctrl+f ctrl+u j j enter i right right right left i y y + + - x x x > > 0 "
    "tab tab tab tab tab tab tab tab enter escape enter escape right_square_bracket left_square_bracket S escape L L "
    "c j b m C C i D B tab tab tab tab escape 1 slash r u n 9 escape j j j space M 5 j j k 4 j j 1 j k j k G k k g"
).split()


class TimedLoop(asyncio.SelectorEventLoop):
    """Remembers the CPU this thread spent in its longest turns."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[float] = []

    def _run_once(self) -> None:
        before = time.thread_time()
        super()._run_once()  # type: ignore[misc]
        self.turns.append(1000 * (time.thread_time() - before))


async def session(folder: Path, keys: int, loop: TimedLoop) -> tuple[list[float], list[float]]:
    """Wall and CPU ms from each key to the first update of the screen; keys that changed nothing are left out."""
    from labjournal import paths
    from labjournal.tui.app import JournalApp
    from labjournal.tui.feed import Feed

    app = JournalApp(Feed(paths.find(folder)), journal="bench")
    shown: list[tuple[float, float]] = []
    display = app._display

    def painted(*arguments: Any) -> None:
        display(*arguments)
        shown.append((time.perf_counter(), time.process_time()))

    app._display = painted  # type: ignore[method-assign]
    walls, cpus = [], []
    async with app.run_test(size=(120, 35)) as pilot:
        while not app.settled:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        loop.turns.clear()
        for at in range(keys):
            shown.clear()
            began = time.perf_counter(), time.process_time()
            await pilot.press(SESSION[at % len(SESSION)])
            for _ in range(30):
                if shown:
                    break
                await asyncio.sleep(0.005)
            if shown:
                walls.append(1000 * (shown[0][0] - began[0]))
                cpus.append(1000 * (shown[0][1] - began[1]))
            await asyncio.sleep(0.01)
    return walls, cpus


def make(folder: Path, runs: int) -> None:
    """A journal of many runs, the newest four with curves."""
    import follow
    from labjournal.follower import Follower
    from startup import make_journal

    journal = make_journal(folder, runs, live=0)
    for run in sorted(journal.run_ids())[-4:]:
        follow.write_events(journal.run(run).events / "events.out.tfevents.1", 40_000)
    follower = Follower.open(journal)
    follower.catch_up()
    follower.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=500)
    parser.add_argument("--journal", type=Path, help="keep the journal here, and use it when it is there")
    arguments = parser.parse_args()
    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.journal or Path(name)
        if not (folder / ".labjournal").is_dir():
            make(folder, arguments.runs)
        loops: list[TimedLoop] = []

        def made() -> TimedLoop:
            loops.append(TimedLoop())
            return loops[-1]

        with asyncio.Runner(loop_factory=made) as runner:
            runner.get_loop()
            walls, cpus = runner.run(session(folder, arguments.keys, loops[0]))
    turns = sorted(loops[0].turns)
    print(f"{len(walls)} of {arguments.keys} keys changed the screen")
    print(
        f"key to screen: median {statistics.median(walls):.0f} ms wall, {statistics.median(cpus):.0f} ms CPU ", end=""
    )
    print(f"(at most {LIMIT_MS}); 95 of 100 within {sorted(walls)[int(0.95 * len(walls))]:.0f} ms")
    print(f"longest turns of the event loop: {', '.join(f'{turn:.0f}' for turn in turns[:-6:-1])} ms CPU ", end="")
    print(f"(at most {LIMIT_TURN_MS})")
    return int(statistics.median(walls) > LIMIT_MS or turns[-1] > LIMIT_TURN_MS)


if __name__ == "__main__":
    raise SystemExit(main())
