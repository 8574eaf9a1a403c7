"""Keys: none that a terminal keeps for itself, none with two meanings in one pane, and all of them in docs/app.md."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widget import Widget

from labjournal.tui.app import JournalApp
from labjournal.tui.dialogs import key_name
from labjournal.tui.pages import PAGES as NAMED
from labjournal.tui.screens.checks import ChecksPage
from labjournal.tui.screens.compare import ComparePage
from labjournal.tui.screens.diary import DiaryPage
from labjournal.tui.screens.editor import Editor
from labjournal.tui.screens.launch import LaunchScreen
from labjournal.tui.screens.page import Page
from labjournal.tui.screens.queue import QueuePage
from labjournal.tui.screens.run import RunPage
from labjournal.tui.screens.runs import RunsPage
from labjournal.tui.screens.studies import StudiesPage
from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.tui.widgets.log_view import LogView
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.run_table import RunTable

PANES: list[type[Widget]] = [RunTable, ChartGrid, LogView, Reader]
PAGES: list[type[Page]] = [
    getattr(import_module(f"labjournal.tui.screens.{module}"), kind) for module, kind in NAMED.values()
]
WITHIN: list[tuple[type[Page], type[Widget]]] = [
    (RunsPage, RunTable),
    (RunPage, ChartGrid),
    (RunPage, LogView),
    (RunPage, Reader),
    (DiaryPage, RunTable),
    (DiaryPage, Reader),
    (ChecksPage, RunTable),
    (StudiesPage, RunTable),
    (QueuePage, RunTable),
    (ComparePage, Reader),
]
# tmux, screen, flow control, the shell's own, and what terminals send for backspace, tab and enter.
NEVER = {f"ctrl+{letter}" for letter in "basqzhijm"} | {"ctrl+backslash", "tilde"} | {f"f{n}" for n in range(1, 13)}
SECTIONS: dict[str, type[object]] = {
    "Everywhere": JournalApp,
    "Table": RunTable,
    "Text": Reader,
    "Charts": ChartGrid,
    "Log": LogView,
    "Editor": Editor,
    "Launch form": LaunchScreen,
    **dict(zip(NAMED, PAGES, strict=True)),
}
# Going in and out is one idea, whatever it opens; so are pages of charts and days of the diary.
ONE_IDEA = ({"enter", "escape", "backspace", "n"},)


def keys_of(holder: type[object]) -> list[tuple[str, str]]:
    """(key, action) of a class and of what it is made of, Textual's own left out."""
    found: dict[str, str] = {}
    for part in reversed(holder.__mro__):
        if part.__module__.startswith("labjournal"):
            own = vars(part).get("BINDINGS", [])
            found |= {key: one.action for one in own if isinstance(one, Binding) for key in one.key.split(",")}
    return list(found.items())


def documented() -> dict[str, list[str]]:
    """Keys of each table of docs/app.md, by the heading above it."""
    text = (Path(__file__).parents[2] / "docs" / "app.md").read_text(encoding="utf-8")
    keys = text.partition("\n## Keys")[2].partition("\n## ")[0]
    tables = {}
    for section in keys.split("\n### ")[1:]:
        name, _, body = section.partition("\n")
        rows = [line for line in body.splitlines() if line.startswith("| `")]
        tables[name] = [key for row in rows for key in re.findall(r"`([^`]+)`", row.split("|")[1])]
    return tables


@pytest.mark.parametrize("holder", [*PANES, *PAGES, JournalApp, Editor, LaunchScreen])
def test_no_key_is_taken_from_the_terminal_and_none_means_two_things(holder: type[object]) -> None:
    own = vars(holder).get("BINDINGS", [])
    keys = [key for one in own if isinstance(one, Binding) for key in one.key.split(",")]
    assert not {key for key, _ in keys_of(holder)} & NEVER
    assert not any(key.startswith("alt+") for key in keys)
    assert len(keys) == len(set(keys))


def test_textual_keeps_no_key_of_the_terminal_in_the_app() -> None:
    bound = set(JournalApp._merged_bindings.key_to_bindings) if JournalApp._merged_bindings else set()
    assert not bound & NEVER


@pytest.mark.parametrize(("page", "pane"), WITHIN)
def test_a_key_of_a_page_means_nothing_else_in_its_panes(page: type[Page], pane: type[Widget]) -> None:
    both = {key for key, _ in keys_of(page)} & {key for key, _ in keys_of(pane)}
    assert not both - ONE_IDEA[0]


@pytest.mark.parametrize("name", SECTIONS)
def test_the_tables_of_the_documentation_are_the_keys_there_are(name: str) -> None:
    bound = [key_name(key) for key, _ in keys_of(SECTIONS[name])]
    assert sorted(documented()[name]) == sorted(bound)


def test_every_table_of_the_documentation_is_looked_at() -> None:
    assert set(documented()) == set(SECTIONS)


@pytest.mark.parametrize("page", PAGES)
def test_what_changes_the_world_is_a_capital_or_a_form(page: type[Page]) -> None:
    for key, action in keys_of(page):
        if action in ("stop", "launch", "pause", "run_study"):
            assert key.isupper() or action == "launch"


@pytest.mark.parametrize("holder", [*PANES, *PAGES, JournalApp, Editor, LaunchScreen])
def test_every_key_does_something(holder: type[object]) -> None:
    for _, action in keys_of(holder):
        name = action.partition("(")[0]
        assert callable(getattr(holder, f"action_{name}", None)), name


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_question_it_answers(page: type[Page]) -> None:
    module = inspect.getmodule(page)
    assert module is not None
    assert module.__doc__ is not None
    assert "?" in module.__doc__
    assert ("?", "keys") in page.HINTS
