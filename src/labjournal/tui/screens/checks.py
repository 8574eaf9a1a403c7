"""What is wrong anywhere, what does it rest on, and what to do about it? Findings over all runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from labjournal import format
from labjournal.model import Finding, Level
from labjournal.tui.base_app import glyphs_of, now_of
from labjournal.tui.feed import Feed, Source
from labjournal.tui.look_of_runs import age_text, level_role, level_sign
from labjournal.tui.messages import AckAsked, RunAsked
from labjournal.tui.screens.page import Page, sheet
from labjournal.tui.text import Line, paragraph
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.row_source import ListRows, Row
from labjournal.tui.widgets.run_table import RunTable

if TYPE_CHECKING:
    from labjournal.follower import Turned

_COLUMNS = (
    Column("sign", "", ((0, 2),)),
    Column("rule", "finding", ((0, 24),), cut=Cut.MIDDLE),
    Column("run", "run", ((0, 16), (100, 22)), cut=Cut.MIDDLE),
    Column("subject", "in", ((0, 12),), cut=Cut.MIDDLE, grow=1),
    Column("step", "step", ((0, 8),), right=True, cut=Cut.WHOLE),
    Column("age", "age", ((0, 7),), right=True),
)


def _read(source: Source) -> tuple[list[Finding], dict[str, str]]:
    found = source.store.findings()
    names = {row.id: row.name for row in source.store.run_rows_of({one.run for one in found})}
    return found, names


class ChecksPage(Page):
    """Open findings first, worst first; acknowledged ones stay below."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("enter", "its run"),
        ("a", "acknowledge"),
        ("o", "open only"),
        ("tab", "evidence"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", "acknowledge with a reason"),
        Binding("o", "open_only", "open ones only, or all"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._findings: dict[str, Finding] = {}
        self._names: Mapping[str, str] = {}
        self._open_only = True

    def compose(self) -> ComposeResult:
        self._table = RunTable(_COLUMNS, ListRows([]))
        self._reader = Reader(self._evidence_lines)
        self._pane = Pane("Checks", self._table, id="open")
        yield self._pane
        yield Pane("Evidence", self._reader, id="evidence")

    def focus_first(self) -> None:
        self._table.focus()

    def concerns(self, turned: Turned) -> bool:
        return bool(turned)

    async def load(self) -> None:
        found, self._names = await self.ask(_read)
        self._findings = {one.id: one for one in found}
        self._show()

    def _show(self) -> None:
        unanswered = [one for one in self._findings.values() if _is_open(one)]
        shown = unanswered if self._open_only else list(self._findings.values())
        shown.sort(key=lambda one: (one.acknowledged is not None, -one.level.rank, -one.first_seen.timestamp()))
        self._table.refresh_rows(ListRows([self._row(one) for one in shown]))
        runs = len({one.run for one in unanswered})
        every = "open only" if self._open_only else "all"
        self._pane.state = f"{len(unanswered)} open over {format.plural(runs, 'run')} · {every}"
        self._reader.rewrite()

    def _row(self, one: Finding) -> Row:
        glyphs = glyphs_of(self)
        known = one.acknowledged is not None
        sign, role = level_sign(one.level, glyphs)
        step = "" if one.step is None else format.count(one.step)
        return Row(
            one.id,
            (
                [(glyphs.notice if known else sign, "muted" if known else role)],
                [(one.rule, "muted" if known else role)],
                [(self._names.get(one.run, one.run[-6:].lower()), "muted" if known else "text")],
                [(one.subject, "muted")],
                [(step, "muted")],
                [(age_text(one.first_seen, now_of(self)), "muted")],
            ),
        )

    def _evidence_lines(self, width: int) -> list[Line]:
        one = self._findings.get(self._table.cursor_id or "")
        if one is None:
            nothing = "No open finding. What was not watched is said in the list of runs."
            return [] if self._table.cursor_id else paragraph(nothing, width, "muted")
        role = level_role(one.level)
        lines: list[Line] = [[(f" {one.level}  {format.visible(one.rule)}", f"b {role}")]]
        lines += paragraph(format.visible(one.message), width)
        if one.remedy:
            lines += paragraph(format.visible(one.remedy), width, "accent")
        if one.caused_by:
            lines += paragraph(f"follows from {format.visible(one.caused_by)}", width, "muted")
        for key, value in one.evidence.items():
            text = format.number(value) if isinstance(value, float) else format.setting(value)
            lines += paragraph(format.visible(f"{key}  {text}"), width, "muted", lead="   ")
        if one.acknowledged is not None:
            lines += paragraph(format.visible(f"acknowledged: {one.acknowledged}"), width, "muted")
        return lines

    def say(self) -> str:
        one = self._findings.get(self._table.cursor_id or "")
        return format.visible(f"{one.level} {one.rule}: {one.message}") if one is not None else "No open finding."

    # Keys

    def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        self._reader.rewrite()

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        one = self._findings.get(message.id)
        if one is not None:
            self.post_message(RunAsked(one.run))

    def action_acknowledge(self) -> None:
        one = self._findings.get(self._table.cursor_id or "")
        if one is not None and one.acknowledged is None:
            self.post_message(AckAsked(one.id, f"{one.rule} in {one.subject}"))

    def action_open_only(self) -> None:
        self._open_only = not self._open_only
        self._show()


def _is_open(one: Finding) -> bool:
    return one.acknowledged is None and one.level is not Level.NOTICE
