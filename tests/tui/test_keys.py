"""Keys: none that a terminal, a multiplexer or a shell keeps for itself, and none with two meanings in one pane."""

from __future__ import annotations

import inspect

import pytest
from textual.binding import Binding
from textual.widget import Widget

from labjournal.tui.app import JournalApp
from labjournal.tui.screens.checks import ChecksPage
from labjournal.tui.screens.compare import ComparePage
from labjournal.tui.screens.diary import DiaryPage
from labjournal.tui.screens.page import Page
from labjournal.tui.screens.run import RunPage
from labjournal.tui.screens.runs import RunsPage
from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.tui.widgets.log_view import LogView
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.run_table import RunTable

PANES: list[type[Widget]] = [RunTable, ChartGrid, LogView, Reader]
PAGES: list[type[Page]] = [RunsPage, RunPage, ComparePage, DiaryPage, ChecksPage]
# tmux, screen, flow control, the shell's own, and what terminals send for backspace, tab and enter.
NEVER = {f"ctrl+{letter}" for letter in "basqzhijm"} | {"ctrl+backslash", "tilde"} | {f"f{n}" for n in range(1, 13)}


def keys_of(holder: type[object]) -> list[tuple[str, str]]:
    own = vars(holder).get("BINDINGS", [])
    return [(key, one.action) for one in own if isinstance(one, Binding) for key in one.key.split(",")]


@pytest.mark.parametrize("holder", [*PANES, *PAGES, JournalApp])
def test_no_key_is_taken_from_the_terminal_and_none_means_two_things(holder: type[object]) -> None:
    keys = [key for key, _ in keys_of(holder)]
    assert not set(keys) & NEVER
    assert not any(key.startswith("alt+") for key in keys)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("page", PAGES)
def test_what_changes_the_world_is_a_capital_or_a_form(page: type[Page]) -> None:
    for key, action in keys_of(page):
        if action in ("stop", "launch"):
            assert key.isupper() or action == "launch"


@pytest.mark.parametrize("holder", [*PANES, *PAGES, JournalApp])
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
