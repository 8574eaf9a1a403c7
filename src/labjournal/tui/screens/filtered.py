"""Pages that ``/`` filters: the line, its history, and the rule that the last filter that could be meant stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from labjournal.tui.base_app import now_of, remembered_of
from labjournal.tui.feed import Feed
from labjournal.tui.screens.page import Page

if TYPE_CHECKING:  # read with the first filter: the grammar is a tenth of what the first frame would wait for
    from labjournal.filtering import Filter, Keys
    from labjournal.tui.widgets.filter_line import FilterLine

_HISTORY = 30


class FilteredPage(Page):
    """A page with a filter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", "filter")]
    FILTER_HINT: ClassVar[str] = ""

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self.filter_text = ""
        """The filter in force, as it was typed."""
        self.filter: Filter | None = None

    # What a page says

    def filter_keys(self) -> Keys:
        """The keys its things answer to."""
        raise NotImplementedError

    def apply_filter(self) -> str:
        """Show what the filter in force lets through; returns how that is told: ``3 of 49``."""
        raise NotImplementedError

    async def read_for_filter(self) -> bool:
        """Read what a filter may ask of and the page does not hold; True when there is something new."""
        return False

    # The line

    def _line(self) -> FilterLine | None:
        from labjournal.tui.widgets.filter_line import FilterLine

        found = self.query(FilterLine)
        return found.first() if found else None

    async def action_filter(self) -> None:
        from labjournal.tui.widgets.filter_line import FilterLine

        if self._line() is not None:
            return
        history = remembered_of(self).texts(f"filters {self.id}")
        await self.mount(FilterLine(self.filter_text, history, self._names, self.FILTER_HINT))
        self.run_worker(self._learn_keys(), exit_on_error=False, exclusive=True, group="filter")

    async def _learn_keys(self) -> None:
        if await self.read_for_filter() and self._line() is not None:
            self.refilter()

    def _names(self) -> list[str]:
        keys = self.filter_keys()
        whole = [f"{key}:{value}" for key, values in keys.choices.items() for value in values]
        return [*keys.names(), *whole]

    def refilter(self) -> None:
        """Take the filter in again, for what is known by now."""
        line = self._line()
        self.set_filter(self.filter_text if line is None else line.text)

    def set_filter(self, typed: str) -> None:
        """Filter by this; one that cannot be meant changes nothing and is told on the line."""
        from labjournal.filtering import FilterError, compiled

        line = self._line()
        try:
            chosen = compiled(typed, self.filter_keys(), now_of(self))
        except FilterError as error:
            if line is not None:
                line.tell(error)
            return
        self.filter, self.filter_text = chosen, typed.strip()
        shown = self.apply_filter()
        if chosen is not None and (lacking := chosen.lacking_words()):
            shown = f"{shown}, {lacking}"
        if line is not None:
            line.tell(None, shown)

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        message.stop()
        self.set_filter(message.text)

    async def on_filter_line_left(self, message: FilterLine.Left) -> None:
        message.stop()
        line = self._line()
        if line is not None:
            await line.remove()
        if not message.kept:
            self.set_filter(line.before if line is not None else "")
        elif self.filter_text:
            memory = remembered_of(self)
            key = f"filters {self.id}"
            before = [one for one in memory.texts(key) if one != self.filter_text]
            memory.set(key, [self.filter_text, *before][:_HISTORY])
        self.focus_first()

    def step_out(self) -> bool:
        """Leave the filter in force first."""
        if not self.filter_text:
            return False
        self.set_filter("")
        return True
