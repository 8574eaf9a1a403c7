"""What the keys of the list of runs do. What the app remembers of the list is read and set here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from labjournal.tui.base_app import remembered_of
from labjournal.tui.messages import (
    AgainAsked,
    CompareAsked,
    DemoAsked,
    Done,
    LaunchAsked,
    NoteAsked,
    SeenAsked,
    StopAsked,
    VerbAsked,
)
from labjournal.tui.remembered import Remembered
from labjournal.tui.run_rows import SORTS
from labjournal.tui.screens.page import Page
from labjournal.vocabulary import RunKind, Status

if TYPE_CHECKING:
    from pathlib import Path

    from labjournal.store.rows import RunRow
    from labjournal.tui.reading_news import News
    from labjournal.tui.reading_runs import MetricChoice
    from labjournal.tui.run_rows import RunRows
    from labjournal.tui.widgets.run_table import RunTable


class RunsKeys(Page):
    """Actions over the run under the cursor, the marked ones, and the list as a whole."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("c", "compare", "compare marked runs, else with its parent"),
        Binding("d", "diff", "in what it differs from its parent, or two marked ones"),
        Binding("n", "note", "note on this run"),
        Binding("v", "validate", "validate a checkpoint of it"),
        Binding("f", "fork", "launch a fork of it"),
        Binding("b", "again", "bring it back: resume or retry a run that has ended"),
        Binding("i", "take_in", "take in event files or a diary"),
        Binding("D", "demo", "the demo, where there is no run yet"),
        Binding("m", "metric", "another number"),
        Binding("s", "sort", "another order"),
        Binding("comma", "reverse", "turn the order"),
        Binding("p", "glance", "at a glance, or not (from 160 columns)"),
        Binding("x", "hide", "hide; u brings it back"),
        Binding("X", "stop", "stop this run"),
    ]
    table: RunTable
    folded: frozenset[str]
    news: News | None

    @property
    def runs(self) -> RunRows:
        raise NotImplementedError

    @property
    def choices(self) -> list[MetricChoice]:
        """Numbers that can be shown."""
        raise NotImplementedError

    def show_rows(self) -> None:
        raise NotImplementedError

    def choose(self, choice: MetricChoice) -> None:
        raise NotImplementedError

    async def glance_at(self, run: str | None, again: bool = False) -> None:
        raise NotImplementedError

    async def learn_all(self) -> None:
        raise NotImplementedError

    # Remembering

    def recall(self, memory: Remembered) -> None:
        """Take up order, folds and hidden runs."""
        if memory.has("folds"):
            self.folded = frozenset(memory.texts("folds"))
        self.runs.hidden = frozenset(memory.texts("hidden"))
        sort = memory.text("sort", "age")
        # An order by a metric needs every result; it is not the first thing to wait for.
        self.runs.sort = sort if sort in SORTS and sort != "metric" else "age"
        self.runs.reverse = memory.flag("reverse") and self.runs.sort == sort

    def _recall_marks(self) -> None:
        """Take up marks and cursor, now that all runs are known."""
        memory = remembered_of(self)
        if not self.table.marks:
            known = [run for run in memory.texts("marks") if self.runs.row(run) is not None]
            if known:
                self.table.set_marks(known)
        cursor = memory.text("cursor")
        if cursor and not self.table.touched:
            self.show_rows()
            self.table.go_to(cursor)

    # Keys

    @property
    def cursor_run(self) -> RunRow | None:
        return self.runs.row(self.table.cursor_id or "")

    def action_compare(self) -> None:
        marks, row = self.table.marks, self.cursor_run
        if not marks and row is not None:
            marks = (row.id,) if row.parent is None else (row.parent, row.id)
        self.post_message(CompareAsked(marks))

    def action_diff(self) -> None:
        marks, row = self.table.marks, self.cursor_run
        if len(marks) == 2:
            pair = (marks[0], marks[1])
        elif row is not None and len(marks) == 1 and marks[0] != row.id:
            pair = (marks[0], row.id)
        elif row is not None and row.parent is not None:
            pair = (row.parent, row.id)
        else:
            self.toast("mark another run with space, then d here")
            return
        self.post_message(VerbAsked(f"diff {pair[0]} {pair[1]}", at_once=True))

    def action_note(self) -> None:
        row, news = self.cursor_run, self.news
        begin = ""
        if row is not None and news and any(one.run == row.name for one in news.verdicts):
            told = [f"{v.run}: expected {v.expectation}, {v.word}. {v.sentence}" for v in news.verdicts]
            begin = "\n".join(one for one in told if one.startswith(f"{row.name}:")) + "\n\n"
        asked = NoteAsked((row.id,), row.name, begin) if row is not None else NoteAsked((), "the journal")
        self.post_message(asked)

    def action_validate(self) -> None:
        row = self.cursor_run
        if row is None or row.kind == RunKind.VALIDATE:
            self.toast("a training run is what can be validated")
        else:
            self.post_message(VerbAsked(f"validate {row.id[-6:].lower()}:latest "))

    def action_fork(self) -> None:
        row = self.cursor_run
        if row is not None:
            self.post_message(LaunchAsked(row.id))

    def action_again(self) -> None:
        row = self.cursor_run
        if row is None:
            return
        if Status(row.status).ended:
            self.post_message(AgainAsked(row.id))
        else:
            self.toast(f"{row.name} is {row.status.lower()}; b is for runs that have ended")

    def action_take_in(self) -> None:
        self.post_message(VerbAsked("import "))

    def action_demo(self) -> None:
        self.post_message(DemoAsked())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # With runs in the list there is something better to look at.
        return not len(self.runs) if action == "demo" else True

    def action_stop(self) -> None:
        row = self.cursor_run
        if row is None:
            return
        if Status(row.status).ended:
            self.toast(f"{row.name} has ended already: {row.status.lower()}")
        else:
            self.post_message(StopAsked(row.id, row.name))

    def action_seen(self) -> None:
        self.post_message(SeenAsked(self.news.stated if self.news is not None else None))

    def action_hide(self) -> None:
        row = self.cursor_run
        if row is None:
            return
        if not Status(row.status).ended:
            self.toast(f"{row.name} goes on: it stays in sight", "warning")
            return
        self._hide(self.runs.hidden | {row.id})
        self.toast(f"{row.name} hidden   u brings it back, a filter finds it")
        self.post_message(Done(f"{row.name} hidden", lambda: self._hide(self.runs.hidden - {row.id})))

    def _hide(self, hidden: frozenset[str]) -> None:
        self.runs.hidden = hidden
        remembered_of(self).set("hidden", sorted(hidden))
        self.show_rows()

    def action_metric(self) -> None:
        choices = self.choices
        if not choices:
            self.toast("nothing was measured of the runs in sight")
            return
        at = choices.index(self.runs.choice) if self.runs.choice in choices else -1
        choice = choices[(at + 1) % len(choices)]
        self.choose(choice)
        remembered_of(self).set("metric", choice.title)
        self.table.refresh_rows()

    def action_sort(self) -> None:
        orders = [one for one in SORTS if one != "metric" or self.runs.choice is not None]
        at = orders.index(self.runs.sort) if self.runs.sort in orders else 0
        self._order(orders[(at + 1) % len(orders)], False)

    def action_reverse(self) -> None:
        self._order(self.runs.sort, not self.runs.reverse)

    def _order(self, sort: str, reverse: bool) -> None:
        self.runs.sort, self.runs.reverse = sort, reverse
        memory = remembered_of(self)
        memory.set("sort", sort)
        memory.set("reverse", reverse)
        self.show_rows()
        self.table.settle()
        if sort == "metric":
            self.run_worker(self.learn_all(), exit_on_error=False, exclusive=True, group="learn all")

    async def action_glance(self) -> None:
        memory = remembered_of(self)
        memory.set("glance", not memory.flag("glance", True))
        if self.screen.size.width < 160:
            self.toast("at a glance needs 160 columns")
        await self.glance_at(self.table.cursor_id, again=True)

    def editable(self) -> Path | str | None:
        """The output of the run under the cursor."""
        row, paths = self.cursor_run, self.feed.paths
        return paths.run(row.id).log if row is not None and paths is not None else None
