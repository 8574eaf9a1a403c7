"""One frame of the app as text: for CI, cron and mail."""

from __future__ import annotations

import asyncio
import time

from labjournal.tui.app import JournalApp
from labjournal.tui.written import screen_lines

_PATIENCE_S = 30.0


def one_frame(app: JournalApp, width: int, height: int) -> str:
    """The first page once everything is read, as plain lines; after 30 s what there is until then."""
    return asyncio.run(_one_frame(app, width, height))


async def _one_frame(app: JournalApp, width: int, height: int) -> str:
    async with app.run_test(size=(width, height)) as pilot:
        until = time.monotonic() + _PATIENCE_S
        # Settled twice in a row: what was read last has been drawn as well.
        quiet = 0
        while quiet < 2 and time.monotonic() < until:
            await pilot.pause(0.02)
            quiet = quiet + 1 if app.settled else 0
        await pilot.pause()
        return "".join(f"{line}\n" for line in screen_lines(app))
