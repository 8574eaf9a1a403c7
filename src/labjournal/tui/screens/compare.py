"""Which is better, by how much, and may that be said? Results side by side with their uncertainty, and the curves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from labjournal import format
from labjournal.compare import Table, build_table
from labjournal.errors import JournalError
from labjournal.tui import reading_curves
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.compare_panes import difference, said, settings, table
from labjournal.tui.compare_panes.choice import Choice
from labjournal.tui.compare_panes.looks import Looks, looks_of
from labjournal.tui.compare_panes.table import Block, Look, table_block
from labjournal.tui.feed import Feed, Source
from labjournal.tui.messages import RunAsked
from labjournal.tui.panels import wants_log
from labjournal.tui.reading_runs import main_curve
from labjournal.tui.screens.page import Page, sheet
from labjournal.tui.text import Line
from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.panel import Panel
from labjournal.tui.widgets.plot import Series
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.row_reader import RowReader

if TYPE_CHECKING:
    from labjournal.compare.run_difference import RunDifference
    from labjournal.follower import Turned

_MOST_CURVES = 8
_TABLE_SHARE = 0.45
"""Of the page's height that the table takes at most where other panes stand below it."""


def _names(source: Source, runs: list[str]) -> list[str]:
    return [format.visible(source.store.resolve(run).name) for run in runs]


def _curves(source: Source, runs: tuple[str, ...]) -> dict[str, tuple[str, Curve]]:
    """The curve each run is judged by, with its name, by the run's id."""
    found = {}
    for run in runs[:_MOST_CURVES]:
        info = main_curve(source.store.series_list(run))
        if info is not None:
            read = reading_curves.curves(source, {info.key: 0}).get(info.key)
            if isinstance(read, reading_curves.Whole):
                found[run] = (info.key.name, read.curve)
    return found


class ComparePage(Page):
    """Marked runs, or everything that was measured."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("b", "baseline"),
        ("o", "only changed"),
        ("m", "metric"),
        ("d", "diff"),
        ("B", "steps"),
        ("enter", "run"),
        ("?", "keys"),
        ("D", "data"),
        ("C", "counts"),
        ("i", "intervals"),
        ("tab", "pane"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "pane(1)", "next pane"),
        Binding("shift+tab", "pane(-1)", "pane before", show=False),
        Binding("o", "only_changed", "only columns that differ"),
        Binding("b", "baseline", "hold the others against this row's run"),
        Binding("m", "metric", "the next metric in front"),
        Binding("D", "data", "all data sets, or one"),
        Binding("C", "counts", "counts or rates"),
        Binding("i", "intervals", "how intervals are written"),
        Binding("d", "difference", "differences to the baseline: settings, code, packages"),
        Binding("B", "at", "all, last or best checkpoints"),
        Binding("enter", "open", "this row's run"),
        Binding("escape,backspace", "back", "back", show=False),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._choice = Choice()
        self._table: Table | None = None
        self._block = Block((), ())
        self._difference: RunDifference | None = None

    def compose(self) -> ComposeResult:
        self._rows = RowReader(self._table_lines, lambda: self._block.stops, id="rows")
        self._said = Reader(self._said_lines, id="claims")
        self._settings = Reader(self._setting_lines, id="settings-lines")
        self._diff = Reader(self._difference_lines, id="diff-lines")
        self._grid = ChartGrid()
        self._pane = Pane("Compare", self._rows, id="table")
        self._said_pane = Pane("What may be said", self._said, id="said")
        self._curves_pane = Pane("Curves", self._grid, id="curves")
        self._settings_pane = Pane("Differing settings", self._settings, id="settings")
        self._diff_pane = Pane("Difference", self._diff, state="esc back", id="diff")
        yield self._pane
        yield self._said_pane
        with Horizontal(id="below"):
            yield self._curves_pane
            yield self._settings_pane
        yield self._diff_pane

    def focus_first(self) -> None:
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            self._rows.focus()

    # Reading

    def compare(self, runs: tuple[str, ...]) -> None:
        """Put these runs beside each other; none means everything."""
        self._choice = self._choice.of_runs(runs)
        self.action_back()
        self.reload()

    def concerns(self, turned: Turned) -> bool:
        if self._table is None or turned.words:
            return True
        shown = {row.run for row in self._table.rows} | set(self._choice.selection.rows)
        # A new result makes its measuring run change too; a point of a curve alone changes no table of all runs.
        return bool(turned.runs & shown) or bool(turned.runs - shown)

    async def load(self) -> None:
        selection = self._choice.selection
        found = await self.ask(lambda source: build_table(source.store, selection, source.config))
        runs = tuple(dict.fromkeys([row.run for row in found.rows if row.run] or list(selection.rows)))
        curves = await self.ask(lambda source: _curves(source, runs)) if len(runs) > 1 or selection.rows else {}
        shown = {row.run for row in found.rows}
        empty = await self.ask(lambda source: _names(source, [run for run in selection.rows if run not in shown]))
        if selection is not self._choice.selection:
            return
        self._table = found
        self._choice = self._choice.learn(found)
        # Among the notes, below everything that may be said, it would look as if it had not been asked for.
        lacking = f"no results: {', '.join(empty)} · " if empty else ""
        self._pane.state = lacking + self._choice.state(found)
        self._said_pane.state = said.state(found)
        self._settings_pane.state = settings.state(found)
        self._show_curves(found, curves)
        self._rewrite()

    def on_resize(self, event: events.Resize) -> None:
        self._rewrite()

    def _rewrite(self) -> None:
        """Write every pane again; the table takes what it needs, up to a share where others stand below."""
        found = self._table
        if found is None or not self.size.width:
            return
        needed = len(table_block(found, self._look(found, self.size.width)).lines) + 1
        below = self.screen.has_class("-h30")
        self._pane.styles.max_height = max(6, min(needed, int(_TABLE_SHARE * self.size.height))) if below else None
        for reader in (self._rows, self._said, self._settings, self._diff):
            reader.rewrite()

    def _look(self, found: Table, width: int) -> Look:
        return Look(width, glyphs_of(self), self._looks(found), self._choice.counts, self._choice.style)

    def _looks(self, found: Table) -> Looks:
        return looks_of(found, glyphs_of(self))

    # Drawing

    def _table_lines(self, width: int) -> list[Line]:
        if self._table is None:
            return [[(" reading", "muted")]]
        self._block = table_block(self._table, self._look(self._table, width))
        return list(self._block.lines)

    def _said_lines(self, width: int) -> list[Line]:
        return said.lines(self._table, width) if self._table is not None else []

    def _setting_lines(self, width: int) -> list[Line]:
        if self._table is None:
            return []
        return settings.lines(self._table, self._looks(self._table), width, glyphs_of(self))

    def _difference_lines(self, width: int) -> list[Line]:
        return difference.lines(self._difference, width) if self._difference is not None else []

    def _show_curves(self, found: Table, curves: dict[str, tuple[str, Curve]]) -> None:
        glyphs, looks = glyphs_of(self), self._looks(found)
        names = {row.run: row.name for row in found.rows}
        series: dict[str, list[Series]] = {}
        for at, (run, (tag, curve)) in enumerate(curves.items()):
            marker, role = looks.get(run, (glyphs.markers[at % 4], f"s{at % 4 + 1}"))
            series.setdefault(tag, []).append(Series(run, names.get(run, run[-6:].lower()), curve, role, marker))
        self.set_class(bool(curves), "-curves")
        self._grid.show([Panel(tag, tuple(one), wants_log(one)) for tag, one in series.items()])

    def say(self) -> str:
        found = self._table
        if found is None:
            return ""
        focused = self.screen.focused
        if focused is self._grid:
            told = self._grid.say()
        elif focused is self._settings:
            told = settings.words(found)
        elif focused is self._said:
            told = said.words(found)
        else:
            told = f"{table.words(found)} {said.words(found)}"
        return format.visible(told)

    # Panes

    def action_pane(self, by: int) -> None:
        """Focus the next pane; one without room of its own takes the place of the table."""
        stops: list[Widget] = [self._rows, self._said]
        if self.has_class("-curves"):
            stops.append(self._grid)
        stops.append(self._settings)
        focused = self.screen.focused
        at = stops.index(focused) if focused in stops else 0
        self._bring(stops[(at + by) % len(stops)])

    def _bring(self, target: Widget) -> None:
        """Show and focus: in a low terminal one pane at a time."""
        for reader, name in (
            (self._said, "said"),
            (self._grid, "curves"),
            (self._settings, "settings"),
            (self._diff, "diff"),
        ):
            self.set_class(target is reader, f"-at-{name}")
        target.focus()

    def action_back(self) -> None:
        self._difference = None
        self._bring(self._rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # With the table in focus there is nothing to step out of, and the key belongs to the app.
        return self.screen.focused is not self._rows if action == "back" else True

    # Keys

    def _choose(self, chosen: tuple[Choice, str]) -> None:
        """Make a choice, say it, and read the table again where another selection needs it."""
        before = self._choice.selection
        self._choice, told = chosen
        self.toast(told)
        if self._choice.selection != before:
            self.reload()
        else:
            self._rewrite()

    def action_only_changed(self) -> None:
        self._choose(self._choice.toggled_columns())

    def action_metric(self) -> None:
        self._choose(self._choice.next_metric())

    def action_data(self) -> None:
        self._choose(self._choice.next_data())

    def action_counts(self) -> None:
        self._choose(self._choice.toggled_counts())

    def action_intervals(self) -> None:
        self._choose(self._choice.next_style())

    def action_at(self) -> None:
        self._choose(self._choice.next_at())

    @property
    def _run(self) -> tuple[str, str] | None:
        """(id, name) of the run under the cursor."""
        row = self._rows.row
        if self._table is None or row is None or row >= len(self._table.rows):
            return None
        found = self._table.rows[row]
        return (found.run, found.name) if found.run else None

    def action_baseline(self) -> None:
        run = self._run
        if run is not None:
            self._choose(self._choice.against(*run))

    def action_open(self) -> None:
        run = self._run
        if run is not None:
            self.post_message(RunAsked(run[0]))

    def action_difference(self) -> None:
        """The run under the cursor against the baseline, or against the first run of the table."""
        run = self._run
        if self._table is None:
            self.toast("still reading")
        if self._table is None or run is None or self.feed.paths is None:
            return
        runs = list(dict.fromkeys(row.run for row in self._table.rows if row.run))
        base = self._choice.selection.baseline or runs[0]
        other = run[0] if run[0] != base else next((one for one in runs if one != base), None)
        if other is None:
            self.toast("there is one run: nothing to hold it against")
            return
        if self._choice.selection.baseline is None:
            # Nobody said which is the older one: ids grow with time.
            base, other = sorted((base, other))
        self.toast("reading settings, code and packages of both")
        self.run_worker(self._read_difference(base, other), exclusive=True, group="diff", exit_on_error=False)

    async def _read_difference(self, base: str, other: str) -> None:
        from labjournal.compare.run_difference import diff_runs
        from labjournal.store import Store

        paths = self.feed.paths
        assert paths is not None
        config = await self.ask(lambda source: source.config)

        def read() -> RunDifference:
            # A connection of its own: git takes long, and curves must not wait for it.
            store = Store.open(paths, readonly=True)
            try:
                return diff_runs(store, paths, config, base, other)
            finally:
                store.close()

        try:
            self._difference = await asyncio.to_thread(read)
        except JournalError as error:
            self.toast(str(error).replace("\n", " "), "warning")
            return
        self.toast("")  # it was read: the keys are of more use than that it was being read
        self._diff_pane.title_text = difference.title(self._difference)
        self._diff.rewrite()
        self._bring(self._diff)
