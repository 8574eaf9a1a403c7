"""What stands beside runs in the list, a number and its trend: read for what is in sight, not for 10,000 at a time."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal import format
from labjournal.errors import JournalError
from labjournal.tui import reading_runs
from labjournal.tui.base_app import remembered_of
from labjournal.tui.feed import Feed
from labjournal.tui.run_cells import columns
from labjournal.tui.run_rows import RunRows
from labjournal.tui.screens.page import Page
from labjournal.tui.widgets.run_table import RunTable

_AT_ONCE = 500
"""Runs whose results are read in one question, when all are to be sorted by a metric."""


class RunsBeside(Page):
    """Asks for what is wanted, and chooses the number that is shown."""

    table: RunTable

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._wanted: list[str] = []
        self._choices: list[reading_runs.MetricChoice] = []

    @property
    def runs(self) -> RunRows:
        raise NotImplementedError

    def show_rows(self) -> None:
        raise NotImplementedError

    def say_state(self, text: str) -> None:
        """Tell at the right end of the list's rule what is going on."""
        raise NotImplementedError

    @property
    def loaded(self) -> bool:
        return super().loaded and not self._wanted

    def want(self, ids: Sequence[str]) -> None:
        """Ask for what stands beside runs in sight; questions of one frame are put together."""
        first = not self._wanted
        self._wanted += [run for run in ids if run not in self._wanted]
        if first:
            self.call_after_refresh(self._ask_beside)

    def _ask_beside(self) -> None:
        if self._wanted:
            self.run_worker(self._learn(tuple(self._wanted)), exit_on_error=False, group="beside")

    async def _learn(self, ids: tuple[str, ...]) -> None:
        try:
            found = await self.ask(lambda source: reading_runs.beside(source, ids))
        except JournalError:
            # The rows stay; what stands beside them is asked for again when they are next in sight.
            self._wanted = []
            return
        self._wanted = [run for run in self._wanted if run not in found]
        self.runs.learn(found)
        self._choices = reading_runs.most_common(self.runs.known)
        if self.runs.choice is None and self._choices:
            kept = remembered_of(self).text("metric")
            self.choose(next((one for one in self._choices if one.title == kept), self._choices[0]))
        self.table.refresh_rows()
        self._ask_beside()

    async def learn_all(self) -> None:
        """Read what stands beside every run, for an order that depends on it."""
        while unknown := self.runs.unknown()[:_AT_ONCE]:
            self.say_state(f"reading results, {format.count(len(self.runs.unknown()))} runs left")
            found = await self.ask(lambda source, ids=tuple(unknown): reading_runs.beside(source, ids))  # type: ignore[misc]
            self.runs.learn({run: found.get(run, reading_runs.Beside()) for run in unknown})
        self.show_rows()

    def choose(self, choice: reading_runs.MetricChoice) -> None:
        """Show another number."""
        self.runs.choice = choice
        self.table.set_columns(columns(choice.title))
        if self.runs.sort == "metric":
            self.show_rows()

    @property
    def choices(self) -> list[reading_runs.MetricChoice]:
        return self._choices
