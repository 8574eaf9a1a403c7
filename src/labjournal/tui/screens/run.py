"""How does this run go, what is wrong with it, and when will it end? Words, findings, curves, results, log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from labjournal import format
from labjournal.tui import reading_run
from labjournal.tui.base_app import glyphs_of, remembered_of
from labjournal.tui.feed import Feed
from labjournal.tui.machine_trace import EVERY_S
from labjournal.tui.messages import MarkedAsked
from labjournal.tui.open_run import OpenRun
from labjournal.tui.run_panes import PARTS, finding, headline
from labjournal.tui.screens.page import HintsChanged, sheet
from labjournal.tui.screens.run_keys import RunKeys
from labjournal.tui.text import Line
from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.log_view import LogView
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.part_deck import Card, PartDeck
from labjournal.vocabulary import Status

if TYPE_CHECKING:
    from labjournal.follower import Turned

_MOST_GUESTS = 7
_LOG_WORDS = 10
_MOST_WORDS = 3
"""Lines of headline and of the strip below it, at most."""


class RunPage(RunKeys):
    """One run."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("tab", "pane"),
        ("enter", "full"),
        ("y", "log y"),
        ("+ -", "smooth"),
        ("L", "log"),
        ("n", "note"),
        ("?", "keys"),
        ("X", "stop"),
        ("i", "cursor"),
        ("o", "overlay"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "pane(1)", "next pane"),
        Binding("shift+tab", "pane(-1)", "pane before", show=False),
        Binding("enter", "full", "full"),
        Binding("escape,backspace", "back", "back", show=False),
        Binding("L", "log", "log, and back"),
        Binding("o", "overlay", "overlay marked runs, else its parent"),
        *RunKeys.KEYS,
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._full: Widget | None = None
        self._read: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        self._headline = Lines(self._headline_lines, id="headline")
        self._finding = Lines(self._finding_lines, ground="tint", id="findings")
        self._grid = ChartGrid()
        self._charts = Pane("Charts", self._grid, id="charts")
        self._parts = {part.key: part for part in PARTS}
        cards = [
            Card(one.key, one.title, partial(self._part_lines, one.key), partial(self._part_state, one.key))
            for one in PARTS
        ]
        self._deck = PartDeck(cards, id="low")
        self._log = LogView()
        self._log_pane = Pane("Log", self._log, id="log")
        yield self._headline
        yield self._finding
        yield self._charts
        yield self._deck
        yield self._log_pane

    def on_mount(self) -> None:
        self._grid.recall(remembered_of(self).mapping("looks"))
        self.set_interval(EVERY_S, self._look_at_machine)

    @property
    def hints(self) -> tuple[Hint, ...]:
        view = self._view
        if view is None or not view.run.status.ended:
            return self.HINTS
        serving = tuple(hint for hint in self.HINTS if hint[0] != "X")
        first = ("c", "compare") if view.run.status is Status.DONE else ("b", "bring back")
        return (serving[0], first, *serving[1:])

    def focus_first(self) -> None:
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            (self._log if self._full is self._log_pane else self._grid).focus()

    # Reading

    @property
    def loaded(self) -> bool:
        # Charts that came in sight a moment ago are asked for in the next turn.
        return super().loaded and self._read.issuperset(self._grid.in_sight)

    def show_run(self, run: str) -> None:
        """Show this run from now on."""
        if self._open is None or run != self._open.run:
            self._open = OpenRun(run, self.feed, glyphs_of(self))
            self._grid.show(())
            self._headline.styles.height = self._finding.styles.height = 2
            paths = self.feed.paths
            self._log.show(paths.run(run).log if paths is not None else None)
            self._redraw()
        self.reload()

    def concerns(self, turned: Turned) -> bool:
        return self._open is None or bool(self._open.shown & turned.runs) or turned.words

    def tells_of(self, run: str) -> bool:
        return self._open is not None and self._open.run == run

    async def load(self) -> None:
        if self._open is None:
            newest = await self.ask(reading_run.newest_run)
            if newest is None:
                return
            self.show_run(newest)
        mine = self._open
        assert mine is not None
        await mine.read()
        titles = self._grid.in_sight or list(mine.panels)[: self._grid.per_page]
        if await mine.read_in_short(titles):
            self._show(mine, again=True)
        again = await mine.read_curves(titles, self._deck.in_sight)
        self._read = frozenset(titles)
        self._show(mine, again)

    def _show(self, mine: OpenRun, again: bool) -> None:
        """What was read of a run, if it is still the one that is looked at; ``again`` makes the panels anew."""
        if mine is not self._open or mine.view is None:
            return
        self.post_message(HintsChanged(self))
        if again:
            self._grid.show(mine.make_panels(), live=not mine.view.run.status.ended)
        else:
            self._grid.points_came()
        self._redraw()

    def on_chart_grid_looked_at(self, message: ChartGrid.LookedAt) -> None:
        message.stop()
        remembered_of(self).set("looks", message.grid.looks)

    def on_chart_grid_turned(self, message: ChartGrid.Turned) -> None:
        message.stop()
        if self._seen is not None:
            self.reload()

    async def _look_at_machine(self) -> None:
        """A look at the run's processes, only while somebody looks at the pane."""
        looked_at = self._open is not None and self.display and "system" in self._deck.in_sight
        if looked_at and self._open is not None and await self._open.look_at_machine():
            self._deck.rewrite()

    def on_resize(self, event: events.Resize) -> None:
        if self.screen.has_class("-h20"):
            self.set_class(False, "-at-low")
        self._headline.styles.height = self._finding.styles.height = 2
        self._redraw()

    def _redraw(self) -> None:
        self.set_class(self._seen is not None and bool(self._seen.open), "-found")
        width = self.size.width
        for lines, draw in ((self._headline, self._headline_lines), (self._finding, self._finding_lines)):
            # They grow with what there is to say and do not shrink: what is below must not jump.
            needed, height = len(draw(width, _MOST_WORDS)), lines.styles.height
            if width and (height is None or min(needed, _MOST_WORDS) > (height.value or 0)):
                lines.styles.height = max(2, min(needed, _MOST_WORDS))
        self._headline.redraw()
        self._finding.redraw()
        self._deck.rewrite()

    # Drawing

    def _headline_lines(self, width: int, height: int) -> list[Line]:
        seen = self._seen
        if seen is not None:
            return headline.lines(seen, width)
        told = "reading" if self._open is not None or not self.loaded else "no run yet; r launches one"
        return [[(f" {told}", "muted")]]

    def _finding_lines(self, width: int, height: int) -> list[Line]:
        return finding.lines(self._seen, width) if self._seen is not None else []

    def _part_lines(self, key: str, width: int) -> list[Line]:
        return list(self._parts[key].lines(self._seen, width)) if self._seen is not None else []

    def _part_state(self, key: str) -> str:
        return self._parts[key].state(self._seen) if self._seen is not None else ""

    def say(self) -> str:
        """The headline, then the pane with the focus."""
        seen = self._seen
        if seen is None:
            return ""
        focused = self.screen.focused
        if focused is self._log:
            told = "The log's last lines: " + " / ".join(self._log.lines[-_LOG_WORDS:])
        elif focused is not None and focused.id in self._parts:
            told = self._parts[focused.id].words(seen)
        else:
            told = self._grid.say()
        return format.visible(f"{headline.words(seen)} {finding.words(seen) if seen.open else ''} {told}")

    # Panes

    def _stops(self) -> list[Widget]:
        """What tab goes through; a log without room of its own is reached by its key."""
        if self._full is not None:
            return []
        return [self._grid, *map(self._deck.reader, self._deck.keys), *([self._log] if self._log_pane.display else [])]

    async def action_pane(self, by: int) -> None:
        """Focus the next pane, bringing it in sight."""
        stops = self._stops()
        if not stops:
            return
        focused = self.screen.focused
        at = stops.index(focused) if focused in stops else 0
        target = stops[(at + by) % len(stops)]
        # Where only one pane has room, the deck takes the place of the charts.
        self.set_class(target.id in self._parts and not self.screen.has_class("-h20"), "-at-low")
        if target.id in self._parts and target.id not in self._deck.in_sight:
            await self._deck.show(target.id)
            self.reload()
        target.focus()

    def action_full(self) -> None:
        """The pane in focus alone under the headline, or back."""
        if self._full is not None:
            self.action_back()
            return
        focused = self.screen.focused
        pane = next((one for one in focused.ancestors if isinstance(one, Pane)), None) if focused is not None else None
        if pane is not None:
            self._enlarge(pane)

    def action_back(self) -> None:
        if self._full is self._charts:
            self._grid.action_enlarge()
        elif self._full is not None:
            self._enlarge(None)
        else:
            self.set_class(False, "-at-low")
            self._grid.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Where there is nothing to step out of, the key belongs to the app.
        return self._full is not None or self.has_class("-at-low") if action == "back" else True

    def on_chart_grid_enlarged(self, message: ChartGrid.Enlarged) -> None:
        message.stop()
        self._enlarge(self._charts if message.full else None)

    def _enlarge(self, pane: Pane | None) -> None:
        for one in (*self.query(Pane), self._deck):
            one.set_class(one is pane or (one is self._deck and pane in self._deck.panes.values()), "-wide")
        self._full = pane
        self.set_class(pane is not None, "-full")

    def action_log(self) -> None:
        """The log alone, or back to the charts."""
        if self._full is self._log_pane:
            self._enlarge(None)
            self.set_class(False, "-at-low")
            self._grid.focus()
        else:
            if self._full is self._charts:
                self._grid.action_enlarge()
            self._enlarge(self._log_pane)
            self._log.focus()

    # Keys

    def action_overlay(self) -> None:
        """Lay the marked runs over the charts, or take them away."""
        if self._open is not None and self._open.guests:
            self._lay_over(())
        elif self._view is not None:
            self.post_message(MarkedAsked(self))

    def take_marked(self, marked: tuple[tuple[str, str], ...]) -> None:
        """The marked runs (id, name), as the list has them."""
        view = self._view
        if view is None:
            return
        found = [one for one in marked if one[0] != view.run.id]
        if not found and view.forked_from is not None:
            found = [(view.forked_from.id, view.forked_from.name)]
        if found:
            self._lay_over(tuple(found[:_MOST_GUESTS]))
        else:
            self.toast("nothing to lay over: mark runs with space in Runs")

    def _lay_over(self, guests: tuple[tuple[str, str], ...]) -> None:
        assert self._open is not None
        self._open.guests = guests
        self.toast(f"laid over: {format.listed(name for _, name in guests)}" if guests else "this run alone")
        self.reload()
