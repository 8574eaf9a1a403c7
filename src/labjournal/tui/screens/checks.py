"""What is wrong anywhere, what does it rest on, and what to do about it? Findings over all runs, and every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from labjournal import format
from labjournal.filtering import Keys
from labjournal.filtering.words import FindingThing, finding_keys
from labjournal.model import Finding, Level
from labjournal.tui.base_app import glyphs_of, now_of
from labjournal.tui.feed import Feed, Source
from labjournal.tui.look_of_runs import age_text, level_role, level_sign
from labjournal.tui.messages import AckAsked, NoteAsked, RunAsked
from labjournal.tui.run_panes.finding import numbers
from labjournal.tui.screens.filtered import FilteredPage
from labjournal.tui.screens.page import HintsChanged, sheet
from labjournal.tui.text import Line, paragraph
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.row_source import Group, GroupedRows, ListRows, Row, RowSource
from labjournal.tui.widgets.run_table import RunTable

if TYPE_CHECKING:
    from labjournal.checks import CheckRule
    from labjournal.follower import Turned

_COLUMNS = (
    Column("sign", "", ((0, 2),)),
    Column("rule", "finding", ((0, 24), (110, 28)), cut=Cut.MIDDLE),
    Column("run", "run", ((0, 16), (100, 22)), cut=Cut.MIDDLE),
    Column("subject", "in", ((0, 12),), cut=Cut.MIDDLE, grow=1),
    Column("step", "step", ((0, 8),), right=True, cut=Cut.WHOLE),
    Column("age", "age", ((0, 7),), right=True),
)
_RULES = (
    Column("sign", "", ((0, 2),)),
    Column("rule", "rule", ((0, 30),), cut=Cut.MIDDLE),
    Column("found", "found", ((0, 6),), right=True, gap=2),
    Column("means", "means", ((0, 24),), grow=1),
)
_MOST_EVIDENCE = 400
"""Cells of one piece of evidence."""
_VIEWS = ("open", "all", "every rule")


@dataclass(frozen=True, slots=True)
class _Read:
    findings: dict[str, Finding] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    rules: dict[str, CheckRule] = field(default_factory=dict)
    off: frozenset[str] = frozenset()


def _read(source: Source) -> _Read:
    from labjournal import checks

    found = source.store.findings()
    names = {row.id: row.name for row in source.store.run_rows_of({one.run for one in found})}
    rules = {one.rule: one for one in checks.catalogue()}
    return _Read({one.id: one for one in found}, names, rules, frozenset(source.config.checks.off))


class ChecksPage(FilteredPage):
    """Open findings first, worst first; acknowledged ones and the catalogue by ``t``."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("enter", "its run"),
        ("a", "acknowledge"),
        ("t", "open, all, every rule"),
        ("tab", "evidence"),
        ("/", "filter"),
        ("?", "keys"),
    )
    FILTER_HINT = "words, rule:zero_grad, level:alarm, run:v3-embed, since:mon, state:acknowledged"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", "acknowledge with a reason"),
        Binding("t", "view", "open findings, all, every rule"),
        Binding("n", "note", "note on this finding"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._known = _Read()
        self._view = 0
        self._shown: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        self._table = RunTable(_COLUMNS, ListRows([]))
        self._reader = Reader(self._evidence_lines)
        self._pane = Pane("Checks", self._table, id="open")
        self._evidence = Pane("Evidence", self._reader, id="evidence")
        with Horizontal(id="both"):
            yield self._pane
            yield self._evidence

    @property
    def hints(self) -> tuple[Hint, ...]:
        # Of a rule there is no run to enter and nothing to acknowledge, of no finding neither.
        serves = self._view != 2 and bool(self._shown)
        return self.HINTS if serves else tuple(hint for hint in self.HINTS if hint[0] not in ("enter", "a"))

    def focus_first(self) -> None:
        self._table.focus()

    def concerns(self, turned: Turned) -> bool:
        return bool(turned)

    async def load(self) -> None:
        self._known = await self.ask(_read)
        self._show()

    def _show(self) -> None:
        rules = self._view == 2
        self._table.set_columns(_RULES if rules else _COLUMNS)
        self._table.empty_words = "no finding matches   esc shows all" if self.filter_text else ""
        self._table.refresh_rows(self._rule_rows() if rules else self._finding_rows())
        unanswered = [one for one in self._known.findings.values() if _is_open(one)]
        runs = len({one.run for one in unanswered})
        told = [f"/{self.filter_text}"] if self.filter_text else []
        told.append(f"{len(unanswered)} open in {format.plural(runs, 'run')}" if unanswered else "none open")
        off = f", {len(self._known.off)} off" if self._known.off else ""
        told += [f"{len(self._known.rules)} rules{off}", _VIEWS[self._view]]
        self._pane.state = " · ".join(told)
        self.post_message(HintsChanged(self))
        self._evidence.title_text = "Rule" if rules else "Evidence"
        self._reader.rewrite()

    def _finding_rows(self) -> RowSource:
        found = list(self._known.findings.values())
        chosen = self.filter
        if chosen is not None:
            things = [FindingThing(one, self._known.names.get(one.run, "")) for one in found]
            kept = {thing.id for thing in chosen.accepted(things) if isinstance(thing, FindingThing)}
            found = [one for one in found if one.id in kept]
        elif self._view == 0:
            found = [one for one in found if _is_open(one)]
        found.sort(key=lambda one: (one.acknowledged is not None, -one.level.rank, -one.first_seen.timestamp()))
        self._shown = [one.id for one in found]
        return ListRows([self._row(one) for one in found])

    def _row(self, one: Finding) -> Row:
        glyphs = glyphs_of(self)
        known = one.acknowledged is not None
        sign, role = level_sign(one.level, glyphs)
        step = "" if one.step is None else format.count(one.step)
        # What follows from something else stands under its cause in words.
        rule = f"└ {one.rule}" if one.caused_by else one.rule
        return Row(
            one.id,
            (
                [(glyphs.notice if known else sign, "muted" if known else role)],
                [(rule, "muted" if known else role)],
                [(self._known.names.get(one.run, one.run[-6:].lower()), "muted" if known else "text")],
                [("acknowledged", "muted"), (f": {one.acknowledged}", "muted")] if known else [(one.subject, "muted")],
                [(step, "muted")],
                [(age_text(one.first_seen, now_of(self)), "muted")],
            ),
        )

    def _rule_rows(self) -> RowSource:
        counts = Counter(one.rule for one in self._known.findings.values())
        families: dict[str, list[CheckRule]] = {}
        for rule in self._known.rules.values():
            families.setdefault(rule.family, []).append(rule)
        glyphs = glyphs_of(self)

        def row(rule: CheckRule) -> Row:
            off = rule.rule in self._known.off
            sign, role = level_sign(rule.level, glyphs)
            found = format.count(counts[rule.rule]) if counts[rule.rule] else ""
            return Row(
                f"rule {rule.rule}",
                (
                    [(sign, "muted" if off else role)],
                    [(f"{rule.rule}{'  off' if off else ''}", "muted" if off else "text")],
                    [(found, "text")],
                    [(rule.means, "muted")],
                ),
            )

        groups = [
            Group(f"family {name}", [(name, "b text"), (f"  {len(rules)}", "muted")], ListRows(list(map(row, rules))))
            for name, rules in sorted(families.items())
        ]
        return GroupedRows(groups, air=self.screen.size.height >= 30)

    # Evidence

    @property
    def _finding(self) -> Finding | None:
        return self._known.findings.get(self._table.cursor_id or "")

    def _evidence_lines(self, width: int) -> list[Line]:
        rule = self._known.rules.get((self._table.cursor_id or "").removeprefix("rule "))
        if rule is not None:
            return self._rule_lines(rule, width)
        one = self._finding
        if one is None:
            nothing = "No open finding. What was not watched is said in the list of runs."
            return [] if self._table.cursor_id else paragraph(nothing, width, "muted")
        role = level_role(one.level)
        lines: list[Line] = [[(f" {one.level}  {format.visible(one.rule)}", f"b {role}")]]
        if one.acknowledged is not None:
            lines += paragraph(format.visible(f"acknowledged: {one.acknowledged}"), width, "muted")
        lines += paragraph(format.visible(one.message), width)
        if one.remedy:
            lines += [[], *paragraph(format.visible(one.remedy), width, "accent")]
        if one.caused_by:
            lines += paragraph(f"follows from {format.visible(one.caused_by)}", width, "muted")
        lines += [[]] if one.evidence else []
        for known in numbers(one.evidence, _MOST_EVIDENCE):
            lines += paragraph(format.visible(known), width, "muted", lead="   ")
        return lines

    def _rule_lines(self, rule: CheckRule, width: int) -> list[Line]:
        lines: list[Line] = [
            [(f" {rule.level}  {rule.rule}", f"b {level_role(rule.level)}"), (f"  {rule.family}", "muted")]
        ]
        lines += [*paragraph(rule.means, width), [], *paragraph(rule.remedy, width, "accent")]
        if rule.judged:
            lines += [[], *paragraph(f"How: {rule.judged}", width, "muted")]
        if rule.aliases:
            lines += paragraph(f"also called {', '.join(rule.aliases)}", width, "muted")
        if rule.rule in self._known.off:
            switch = "It is off, by [checks] off in labjournal.toml."
        else:
            switch = f'To switch it off: [checks] off = ["{rule.rule}"] in labjournal.toml.'
        return [*lines, [], *paragraph(switch, width, "muted")]

    def say(self) -> str:
        rule = self._known.rules.get((self._table.cursor_id or "").removeprefix("rule "))
        if rule is not None:
            return f"{rule.level} {rule.rule}: {rule.means} {rule.remedy}"
        one = self._finding
        return format.visible(f"{one.level} {one.rule}: {one.message}") if one is not None else "No open finding."

    # Filter

    def filter_keys(self) -> Keys:
        return finding_keys()

    def apply_filter(self) -> str:
        self._view = min(self._view, 1)
        self._show()
        self._table.settle()
        return f"{format.count(len(self._shown))} of {format.count(len(self._known.findings))}"

    # Keys

    def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        self._reader.rewrite()
        self._reader.action_first()

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        one = self._known.findings.get(message.id)
        if one is not None:
            self.post_message(RunAsked(one.run))

    def action_acknowledge(self) -> None:
        one = self._finding
        if one is not None and one.acknowledged is None:
            self.post_message(AckAsked(one.id, f"{one.rule} in {one.subject}"))

    def action_note(self) -> None:
        one = self._finding
        if one is not None:
            name = self._known.names.get(one.run, "its run")
            self.post_message(NoteAsked((f"f:{one.id}", one.run), f"{one.rule} in {name}"))
        else:
            self.post_message(NoteAsked((), "the journal"))

    def action_view(self) -> None:
        self._view = (self._view + 1) % len(_VIEWS)
        self._show()
        self._table.action_first()
        self._table.leave_head()


def _is_open(one: Finding) -> bool:
    return one.acknowledged is None and one.level is not Level.NOTICE
