"""What a filter over the list of runs asks, and which runs it lets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from labjournal.tui.feed import Feed, Source
from labjournal.tui.screens.filtered import FilteredPage

if TYPE_CHECKING:
    from labjournal.compare.asked import Asked
    from labjournal.filtering import Keys
    from labjournal.filtering.things import RunDetails, RunThing
    from labjournal.store.rows import RunRow
    from labjournal.tui.run_rows import RunRows


class RunsFilter(FilteredPage):
    """Runs by their rows at once; by settings and results as soon as those are read."""

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._asked: Asked | None = None
        self._things: dict[str, RunThing] = {}

    @property
    def runs(self) -> RunRows:
        raise NotImplementedError

    def filter_keys(self) -> Keys:
        from labjournal.filtering.things import run_keys

        rules = sorted({row.worst_rule for row in self.runs.rows if row.worst_rule})
        return self._asked.keys(rules) if self._asked is not None else run_keys(rules)

    async def read_for_filter(self) -> bool:
        rows = self.runs.rows
        # First what the rows say, then what takes longer to read: the first letter waits for neither.
        self._things = await self.ask(lambda source: _things(rows, {}))

        def read(source: Source) -> tuple[Asked, dict[str, RunThing]]:
            from labjournal.compare import asked

            found = asked.details(source.store, source.config)
            return found, _things(rows, found.details)

        self._asked, self._things = await self.ask(read)
        return True

    def accept(self) -> None:
        """Show the runs that the filter in force lets through."""
        chosen = self.filter
        if chosen is None:
            self.runs.accept(None)
            return
        from labjournal.filtering.things import NO_DETAILS, RunThing

        details = self._asked.details if self._asked is not None else {}
        for row in self.runs.rows:
            known, of_run = self._things.get(row.id), details.get(row.id, NO_DETAILS)
            if known is None or not known.is_of(row, of_run):
                self._things[row.id] = RunThing(row, of_run)
        accepted = chosen.accepted(self._things.values())
        self.runs.accept(frozenset(one.id for one in accepted if isinstance(one, RunThing)))


def _things(rows: Sequence[RunRow], details: Mapping[str, RunDetails]) -> dict[str, RunThing]:
    """Made on a thread, with their words put together: of 10,000 runs that is what a letter would wait for."""
    from labjournal.filtering.things import NO_DETAILS, RunThing

    things = {row.id: RunThing(row, details.get(row.id, NO_DETAILS)) for row in rows}
    for one in things.values():
        one.words()
    return things
