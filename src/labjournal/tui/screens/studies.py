"""How far is each study, what did its gates say, which way did its decisions go? Stages with their reasons."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from labjournal import format
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.feed import Feed
from labjournal.tui.messages import RunAsked, VerbAsked
from labjournal.tui.reading_studies import StudyView, studies
from labjournal.tui.screens.page import HintsChanged, Page, sheet
from labjournal.tui.text import Line, Span, paragraph
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.row_source import Group, GroupedRows, ListRows, Row
from labjournal.tui.widgets.run_table import RunTable

if TYPE_CHECKING:
    from labjournal.follower import Turned
    from labjournal.studies.standing import Standing

_AT_MOST_EVERY_S = 2.0
"""Judging a study reads its runs and asks git; points of a curve alone must not make it do so at each turn."""
_COLUMNS = (
    Column("sign", "", ((0, 2),)),
    Column("stage", "stage", ((0, 18), (110, 36)), cut=Cut.MIDDLE),
    Column("state", "state", ((0, 13),)),
    Column("because", "because", ((0, 20),), grow=1),
    Column("runs", "runs", ((0, 4),), right=True),
    Column("took", "took", ((0, 8),), right=True),
)
_ROLES = {
    "passed": ("done", "ok"),
    "failed": ("failed", "alarm"),
    "running": ("running", "accent"),
    "gate shut": ("killed", "warning"),
    "undecided": ("lost", "warning"),
    "other code": ("warning", "warning"),
    "changed since": ("warning", "warning"),
    "incomplete": ("queued", "text"),
}


class StudiesPage(Page):
    """Studies as groups of stages; beside them what the stage under the cursor had to show."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("enter", "its run"),
        ("R", "run the study"),
        ("t", "tables"),
        ("tab", "criteria"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "run_study", "run what has not passed, by the : line"),
        Binding("t", "table", "tables of the study"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._views: list[StudyView] = []
        self._read = False
        self._folded: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        self._table = RunTable(_COLUMNS, ListRows([]))
        self._reader = Reader(self._stage_lines)
        self._pane = Pane("Studies", self._table, id="stages")
        with Horizontal(id="both"):
            yield self._pane
            yield Pane("Stage", self._reader, id="stage")

    @property
    def hints(self) -> tuple[Hint, ...]:
        return self.HINTS if self._views else tuple(hint for hint in self.HINTS if hint[0] == "?")

    def focus_first(self) -> None:
        self._table.focus()

    def concerns(self, turned: Turned) -> bool:
        return bool(turned.runs)

    async def load(self) -> None:
        if self._read:
            await asyncio.sleep(_AT_MOST_EVERY_S)
        self._views = await self.ask(studies)
        self._read = True
        self._show()
        self.post_message(HintsChanged(self))

    def _show(self) -> None:
        groups = [
            Group(f"study {view.name}", self._head(view), ListRows([self._row(view, one) for one in view.standings]))
            for view in self._views
        ]
        self._table.refresh_rows(GroupedRows(groups, self._folded, air=self.screen.size.height >= 30))
        if not self._table.touched:
            self._table.leave_head()
        passed = sum(one.state == "passed" for view in self._views for one in view.standings)
        total = sum(len(view.standings) for view in self._views)
        self._pane.state = f"{passed} of {format.plural(total, 'stage')} passed" if total else ""
        self._reader.rewrite()

    def _head(self, view: StudyView) -> Line:
        size = f" ({view.size})" if view.size else ""
        head: list[Span] = [(f"{format.visible(view.name)}{size}", "b text")]
        if view.trouble is not None:
            return [*head, (f"  {format.visible(view.trouble)}", "warning")]
        return [*head, (f"  {format.visible(view.question)}", "muted")]

    def _row(self, view: StudyView, one: Standing) -> Row:
        glyphs = glyphs_of(self)
        sign, role = _ROLES.get(one.state.value, ("notice", "muted"))
        fault = f" (fault of {one.stage.fault.of})" if one.stage.fault else ""
        took = format.duration(one.took_s) if one.took_s is not None else ""
        return Row(
            f"{view.name}\0{one.stage.name}",
            (
                [(getattr(glyphs, sign), role)],
                [(f"{one.stage.name}{fault}", "text")],
                [(one.state.value, role)],
                [(one.because, "muted")],
                [(str(len(one.runs)) if one.runs else "", "muted")],
                [(took, "muted")],
            ),
        )

    @property
    def _at(self) -> tuple[StudyView, Standing | None] | None:
        cursor = self._table.cursor_id or ""
        if cursor.startswith("study "):
            view = next((one for one in self._views if f"study {one.name}" == cursor), None)
            return (view, None) if view is not None else None
        name, _, stage = cursor.partition("\0")
        for view in self._views:
            if view.name == name:
                return view, next((one for one in view.standings if one.stage.name == stage), None)
        return None

    def _stage_lines(self, width: int) -> list[Line]:
        at = self._at
        if at is None:
            if not self._read:
                return [[(" reading", "muted")]]
            told = (
                "No study yet. A study is a folder entries/NAME with a study.toml: a question, and stages with gates, "
                "as docs/formats.md tells. Here they are listed then, and R runs what has not passed."
            )
            return paragraph(told, width, "muted")
        view, one = at
        if one is None:
            lines = paragraph(format.visible(view.question or view.trouble or ""), width, "b text")
            return [*lines, [], *self._decisions(view, width)]
        return [*self._standing_lines(one, width), *self._decisions(view, width)]

    def _standing_lines(self, one: Standing, width: int) -> list[Line]:
        glyphs = glyphs_of(self)
        sign, role = _ROLES.get(one.state.value, ("notice", "muted"))
        lines: list[Line] = [
            [(f" {getattr(glyphs, sign)} ", role), (one.stage.name, "b text"), (f"  {one.state.value}", role)]
        ]
        about = one.stage.section.about if one.stage.fault is None else one.stage.fault.about
        lines += paragraph(format.visible(about), width, "muted") if about else []
        lines += paragraph(format.visible(one.because), width) if one.because else []
        if one.stage.section.after:
            lines += paragraph(f"after {', '.join(one.stage.section.after)}", width, "muted")
        lines.append([])
        for judged in one.criteria:
            passed = judged.outcome.passed
            mark, colour = (glyphs.done, "ok") if passed else (glyphs.failed, "alarm")
            if passed is None:
                mark, colour = glyphs.lost, "muted"
            lines.append([(f" {mark} ", colour), (format.visible(judged.text), "text")])
            lines += paragraph(format.visible(judged.outcome.sentence), width, "muted", lead="   ")
        for run in one.runs[-6:]:
            lines.append([(f"   {run.status.lower():9}", "muted"), (format.visible(run.name), "text")])
        if one.missing:
            lines += paragraph(f"{format.plural(len(one.missing), 'run')} to go", width, "muted", lead="   ")
        return lines

    def _decisions(self, view: StudyView, width: int) -> list[Line]:
        """The decision tree: which way was taken, and why not the others."""
        lines: list[Line] = []
        for one in view.standings:
            decided = one.decided
            if decided is None:
                continue
            head = f" decision {format.visible(decided.decision.name)}"
            lines += [[], [(head, "b text"), (f"  after {format.visible(one.stage.name)}", "muted")]]
            for path in decided.decision.path:
                taken = path.name == decided.path
                sign = "├" if path is not decided.decision.path[-1] else "└"
                lines.append(
                    [
                        (f"   {sign} ", "faint"),
                        (format.visible(path.name), "b accent" if taken else "muted"),
                        (f"  {format.visible(path.when or 'else')}", "muted"),
                        ("  taken" if taken else "", "accent"),
                    ]
                )
                if taken and path.text:
                    lines += paragraph(format.visible(path.text), width, lead="     ")
            lines += paragraph(format.visible(decided.because), width, "muted", lead="     ")
        return lines

    def say(self) -> str:
        at = self._at
        if at is None or at[1] is None:
            return at[0].question if at is not None else "No study yet."
        one = at[1]
        told = [f"{judged.text}: {judged.outcome.sentence}." for judged in one.criteria]
        return format.visible(f"{one.stage.name}: {one.state.value}. {one.because} {' '.join(told)}".strip())

    # Keys

    def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        self._reader.rewrite()
        self._reader.action_first()

    def on_run_table_fold_toggled(self, message: RunTable.FoldToggled) -> None:
        message.stop()
        self._folded = self._folded | {message.id} if message.fold else self._folded - {message.id}
        self._show()

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        at = self._at
        if at is not None and at[1] is not None and at[1].runs:
            self.post_message(RunAsked(at[1].runs[-1].id))
        else:
            self.toast("this stage has not run yet; R runs the study")

    def action_run_study(self) -> None:
        at = self._at
        if at is not None:
            size = f" --size {at[0].size}" if at[0].size else ""
            self.post_message(VerbAsked(f"study run {at[0].name}{size}"))

    def action_table(self) -> None:
        at = self._at
        if at is not None:
            self.post_message(VerbAsked(f"study table {at[0].name}", at_once=True))
