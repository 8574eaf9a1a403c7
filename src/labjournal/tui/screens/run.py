"""How does this run go, what is wrong with it, and when will it end? Words, findings, curves, results, log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from labjournal import format, tags
from labjournal.model import Finding, Level, SeriesKey
from labjournal.tui import reading_run
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.feed import Feed
from labjournal.tui.headline import end_words, open_findings, sentences, step_words
from labjournal.tui.look_of_runs import level_sign, state_span
from labjournal.tui.messages import AckAsked, CompareAsked, NoteAsked, StopAsked
from labjournal.tui.panels import CurveBook, arrange, panel, quantity_of, short_modules, speaks_of
from labjournal.tui.reading_run import RunView
from labjournal.tui.reading_runs import main_curve
from labjournal.tui.screens.page import Page, sheet
from labjournal.tui.text import Line, Span, cut_middle, ends, pad, paragraph, whole_spans
from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.log_view import LogView
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.small_signs import heat

if TYPE_CHECKING:
    from labjournal.follower import Turned

_HEAT = (1e-6, 1e-2)
"""|dW|/|W| of the lowest and the highest level of heat: below a millionth nothing moves, above a percent all does."""


class RunPage(Page):
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
        ("X", "stop"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("L", "log", "log, and back"),
        Binding("n", "note", "note on this run"),
        Binding("c", "compare", "compare with its parent"),
        Binding("a", "acknowledge", "acknowledge the worst finding"),
        Binding("X", "stop", "stop this run"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._run: str | None = None
        self._view: RunView | None = None
        self._book: CurveBook | None = None
        self._panels: dict[str, tuple[SeriesKey, ...]] = {}
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        self._headline = Lines(self._headline_lines, id="headline")
        self._findings = Lines(self._finding_lines, ground="tint", id="findings")
        self._grid = ChartGrid()
        self._weights = Lines(self._weight_lines)
        self._results = Lines(self._result_lines)
        self._results_pane = Pane("Results", self._results, id="results")
        self._log = LogView()
        yield self._headline
        yield self._findings
        yield Pane("Charts", self._grid, id="charts")
        with Horizontal(id="low"):
            yield Pane("Weights", self._weights, state="update per step", id="weights")
            yield self._results_pane
        yield Pane("Log", self._log, id="log")

    def focus_first(self) -> None:
        (self._log if self.has_class("-log") else self._grid).focus()

    # Reading

    def show_run(self, run: str) -> None:
        """Show this run from now on."""
        if run != self._run:
            self._run, self._view, self._panels, self._shown = run, None, {}, ()
            self._book = CurveBook(glyphs_of(self))
            self._grid.show(())
            paths = self.feed.paths
            self._log.show(paths.run(run).log if paths is not None else None)
            self._redraw()
        self.reload()

    def concerns(self, turned: Turned) -> bool:
        return self._run is None or self._run in turned.runs or turned.words

    async def load(self) -> None:
        if self._run is None:
            newest = await self.ask(reading_run.newest_run)
            if newest is None:
                return
            self.show_run(newest)
        run = self._run
        assert run is not None
        view = await self.ask(lambda source: reading_run.view(source, run))
        if run != self._run:
            return
        self._view = view
        self._panels = arrange(view.infos)
        await self._read_curves(view)
        self._redraw()

    async def _read_curves(self, view: RunView) -> None:
        """Read what is in sight, and show it."""
        book = self._book
        if book is None:
            return
        in_sight = self._grid.in_sight or list(self._panels)[: self._grid.per_page]
        keys = {key for title in in_sight for key in self._panels.get(title, ())}
        keys |= {info.key for info in view.infos if info.key.tag.startswith(f"{tags.UPDATE_RATIO}/")}
        main = main_curve(view.infos)
        if main is not None:
            keys.add(main.key)
        known = book.totals(keys)
        news = await self.ask(lambda source: reading_run.curves(source, known))
        if view is not self._view:
            return
        again = book.take(news)
        shown = (tuple(self._panels.items()), view.findings, view.checkpoints, view.run.status.ended)
        first = any(not known[key] for key in news)
        if again or first or shown != self._shown:
            self._shown = shown
            glyphs = glyphs_of(self)
            panels = [
                panel(title, keys, book, view.findings, view.checkpoints, glyphs)
                for title, keys in self._panels.items()
            ]
            self._grid.show(panels, live=not view.run.status.ended)
        else:
            self._grid.points_came()

    def on_chart_grid_turned(self, message: ChartGrid.Turned) -> None:
        message.stop()
        if self._view is not None:
            self.reload()

    def _redraw(self) -> None:
        view = self._view
        self.set_class(view is not None and bool(open_findings(view)), "-found")
        if view is not None:
            self._results_pane.state = f"{len(view.measured)}" if view.measured else ""
        for lines in (self._headline, self._findings, self._weights, self._results):
            lines.redraw()

    # Drawing

    def _main_points(self) -> tuple[str, np.ndarray, np.ndarray, np.ndarray] | None:
        info = main_curve(self._view.infos) if self._view is not None else None
        if info is None or self._book is None:
            return None
        curve = self._book.curve(info.key)
        return info.key.name, curve.steps, curve.walls, curve.values

    def _headline_lines(self, width: int, height: int) -> list[Line]:
        view = self._view
        if view is None:
            told = "reading" if self._run is not None or not self.loaded else "no run yet; r launches one"
            return [[(f" {told}", "muted")]]
        run, now = view.run, datetime.now(UTC).astimezone()
        main = self._main_points()
        sign, role = state_span(run.status, glyphs_of(self))
        sign, _, word = sign.partition(" ")
        name = cut_middle(format.visible(run.name), max(12, width // 3), glyphs_of(self).ellipsis)
        first: list[Span] = [(f" {sign} ", role), (name, "b text"), (f"  {word}", role)]
        first.append((f"  {step_words(run)}", "text"))
        if view.parent is not None and width >= 100:
            first.append((f"  from {format.visible(view.parent)}", "muted"))
        steps, walls = (main[1], main[2]) if main is not None else (np.empty(0), np.empty(0))
        end: list[Span] = [(f"{end_words(run, steps, walls, now, width < 100)} ", "muted")]
        loss = (main[0], main[2], main[3]) if main is not None else None
        return [ends(first, end, width), *paragraph(sentences(view, now, loss), width, lead="   ")]

    def _finding_lines(self, width: int, height: int) -> list[Line]:
        found = open_findings(self._view) if self._view is not None else []
        if not found:
            return []
        worst, glyphs = found[0], glyphs_of(self)
        sign, role = level_sign(worst.level, glyphs)
        at = f", since step {format.count(worst.step)}" if worst.step is not None else ""
        head: list[Span] = [
            (f" {sign} ", role),
            (f"{worst.level}  {format.visible(worst.rule)}", f"b {role}"),
            (f"  {format.visible(worst.subject)}{at}", "text"),
        ]
        more = f"{len(found) - 1} more  " if len(found) > 1 else ""
        lines = [ends(head, [(f"{more}a acknowledge ", "muted")], width)]
        said = worst.message if worst.remedy is None else f"{worst.message} {worst.remedy}"
        return [*lines, *paragraph(format.visible(said), width, lead="   ")]

    def _weight_lines(self, width: int, height: int) -> list[Line]:
        view, book = self._view, self._book
        if view is None or book is None:
            return []
        glyphs = glyphs_of(self)
        found = [(info, quantity_of(info.key.tag)) for info in view.infos]
        modules = [(q[1], info) for info, q in found if q is not None and q[0] == tags.UPDATE_RATIO]
        if not modules:
            watch = "" if view.run.watch == "watched" else view.run.watch
            return paragraph(format.visible(watch) or "no weights were watched", width, "muted")
        short = short_modules([module for module, _ in modules])
        alarms = [one for one in open_findings(view) if one.level is Level.ALARM]
        accused = {module for module in short if any(speaks_of(one, module) for one in alarms)}
        modules.sort(key=lambda pair: (pair[0] not in accused, pair[0]))
        names, span = 13, max(4, width - 26)
        lines: list[Line] = []
        for module, info in modules[: max(1, height - 1)]:
            values = book.curve(info.key).values
            last = float(values[-1]) if values.size else float("nan")
            bad = module in accused or (values.size > 0 and last == 0)
            said = "0 exactly" if last == 0 else format.small(last)
            name = pad(" " + cut_middle(format.visible(short[module]), names - 2, glyphs.ellipsis), names)
            lines.append(
                [
                    (name, "b alarm" if bad else "muted"),
                    *heat(values, *_HEAT, span, glyphs),
                    (pad(said, width - names - span - 1, right=True), "alarm" if bad else "muted"),
                ]
            )
        left = len(modules) - len(lines)
        return [
            *lines,
            [(" " * names + (f"and {format.plural(left, 'more module')}" if left > 0 else "|dW|/|W|"), "muted")],
        ]

    def _result_lines(self, width: int, height: int) -> list[Line]:
        view = self._view
        if view is None:
            return []
        if not view.measured:
            return [[(" not measured yet", "muted")]]
        wide = width > 60
        mark = max(5, min(18, max(len(one.checkpoint) for one in view.measured) + 2))
        count = 8 if wide else 0
        data = max(8, width - mark - count - 24)
        title = "checkpoint" if mark > len("checkpoint") else "at"
        head = f" {pad(title, mark)}{pad('data set', data)}{pad('n', count, True) if wide else ''}"
        lines: list[Line] = [[(head, "muted"), (f"  {view.measured[0].metric} 95%", "muted")]]
        glyphs = glyphs_of(self)
        for one in view.measured[: max(1, height - 1)]:
            role = "muted" if one.taint else "text"
            taint = f" {glyphs.tainted}" if one.taint else ""
            values: list[Span] = [(f"  {one.value}", role), (f" {one.interval}{taint}", "muted")]
            lines.append(
                [
                    (f" {pad(cut_middle(one.checkpoint, mark - 1, glyphs.ellipsis), mark)}", role),
                    (pad(cut_middle(one.dataset, data - 1, glyphs.ellipsis), data), role),
                    (pad(format.count(one.n), count, right=True) if wide else "", "muted"),
                    *whole_spans(values, width - 1 - mark - data - count, glyphs.ellipsis),
                ]
            )
        return lines

    def say(self) -> str:
        view = self._view
        if view is None:
            return ""
        main = self._main_points()
        loss = (main[0], main[2], main[3]) if main is not None else None
        head = f"{view.run.name}: {view.run.status.lower()}. {sentences(view, datetime.now(UTC), loss)}"
        return format.visible(f"{head} {self._grid.say()}")

    # Keys

    def action_log(self) -> None:
        self.toggle_class("-log")
        self.focus_first()

    def action_note(self) -> None:
        if self._view is not None:
            self.post_message(NoteAsked((self._view.run.id,), self._view.run.name))

    def action_compare(self) -> None:
        if self._view is not None:
            run = self._view.run
            self.post_message(CompareAsked((run.id,) if run.parent is None else (run.parent, run.id)))

    def action_acknowledge(self) -> None:
        found: Sequence[Finding] = open_findings(self._view) if self._view is not None else ()
        if found:
            self.post_message(AckAsked(found[0].id, f"{found[0].rule} in {found[0].subject}"))
        else:
            self.toast("no open finding")

    def action_stop(self) -> None:
        if self._view is None:
            return
        run = self._view.run
        if run.status.ended:
            self.toast(f"{run.name} has ended already: {run.status.lower()}")
        else:
            self.post_message(StopAsked(run.id, run.name))
