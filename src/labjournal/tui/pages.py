"""Which pages there are, and how each is loaded when it is first asked for: the first frame waits for none but Runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from labjournal.tui.feed import Feed
    from labjournal.tui.screens.page import Page

PAGES: Mapping[str, tuple[str, str]] = {
    "Runs": ("runs", "RunsPage"),
    "Run": ("run", "RunPage"),
    "Compare": ("compare", "ComparePage"),
    "Diary": ("diary", "DiaryPage"),
    "Checks": ("checks", "ChecksPage"),
    "Studies": ("studies", "StudiesPage"),
    "Queue": ("queue", "QueuePage"),
}
"""Name -> module and class."""

ON_THREADS = (
    "numpy.ma",
    "labjournal.events.lineage",
    "labjournal.store.findings",
    "labjournal.store.overview",
    "labjournal.store.runs",
    "labjournal.store.verdicts",
)
"""What the first look at a run would load while somebody waits for its curves; numpy loads the first at `unique`."""


def load_on_threads() -> None:
    """Load what questions import when they are asked."""
    for name in ON_THREADS:
        import_module(name)


def load(name: str) -> ModuleType:
    """The module of a page."""
    return import_module(f"labjournal.tui.screens.{PAGES[name][0]}")


def make(name: str, feed: Feed) -> Page:
    """A page, not mounted yet."""
    return cast("Page", getattr(load(name), PAGES[name][1])(feed, id=name))
