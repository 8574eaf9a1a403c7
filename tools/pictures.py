"""Pictures of the app for the README: pictures.py JOURNAL_FOLDER OUT_FOLDER.

Drawn from the journal that the demo leaves, so that they show what a reader will see.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from labjournal import config, paths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed

SIZE = (100, 30)
KEYS = {"runs": (), "run": ("g", "j", "enter"), "compare": ("3", "B"), "diary": ("4", "t")}
"""What is pressed before a picture is taken: in Runs the second row is the run with the fault."""
PATIENCE_S = 30.0


async def draw(folder: Path, keys: tuple[str, ...]) -> str:
    """One screen as SVG, once everything is read."""
    journal = paths.at(folder)
    configuration = config.load(journal.project)
    app = JournalApp(Feed(journal, None, configuration), journal=configuration.journal.name or folder.name)
    async with app.run_test(size=SIZE) as pilot:

        async def settle() -> None:
            until = time.monotonic() + PATIENCE_S
            quiet = 0
            while quiet < 3 and time.monotonic() < until:
                await pilot.pause(0.05)
                quiet = quiet + 1 if app.settled else 0

        await settle()
        for key in keys:
            await pilot.press(key)
            await settle()
        # What the last key did is said for four seconds; a picture shows what stays.
        app.main.key_line.end_toast()
        await pilot.pause()
        return app.export_screenshot(title="labjournal")


def main() -> None:
    folder, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    for name, keys in KEYS.items():
        (out / f"{name}.svg").write_text(asyncio.run(draw(folder, keys)), encoding="utf-8")
        print(out / f"{name}.svg")


if __name__ == "__main__":
    main()
