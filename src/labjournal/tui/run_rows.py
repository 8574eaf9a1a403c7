"""The list of runs as a source of rows: filtered, grouped by kind, cells made only for rows in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.look_of_runs import age_text, finding_spans, state_span
from labjournal.tui.reading_runs import Beside, MetricChoice
from labjournal.tui.text import Line, Span
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.tui.widgets.row_source import Group, GroupedRows, Row, RowSource
from labjournal.vocabulary import Level, RunKind, Status

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

_WIDE = 103
"""Cells of a table's columns from which trend and rule names have room."""
_WITH_REASON = 125
_PREFIX = 3
_GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("validations", (RunKind.VALIDATE,), "validations"),
    ("toys", (RunKind.TOY, RunKind.TRIAL), "toy runs and trials"),
)
"""(id, kinds, words) of what is folded away below the runs people look for."""
FOLDED_AT_FIRST = frozenset(f"group {name}" for name, _, _ in _GROUPS)


def columns(metric: str) -> tuple[Column, ...]:
    """Columns of the list; ``metric`` heads the measured one."""
    return (
        Column("state", "  state", ((0, 11), (_WIDE, 10))),
        Column("run", "run", ((0, 16),), cut=Cut.MIDDLE, grow=1),
        Column("step", "step", ((0, 9), (_WIDE, 10)), right=True, cut=Cut.WHOLE, gap=2),
        Column("metric", metric, ((0, 20),), cut=Cut.WHOLE),
        Column("trend", "trend", ((0, 0), (_WIDE, 8))),
        Column("finding", "finding", ((0, 8), (_WIDE, 24))),
        Column("reason", "reason", ((0, 0), (_WITH_REASON, 12)), grow=2),
        Column("age", "age", ((0, 7),), right=True),
    )


class RunRows:
    """All runs by id, newest first, and how they are shown."""

    def __init__(
        self,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        wanted: Callable[[Sequence[str]], None],
        width: Callable[[], int],
    ) -> None:
        """An empty list.

        Args:
            glyphs: The signs to use.
            now: The clock ages are told by.
            wanted: Called with runs that came in sight and of which nothing beside their row is known yet.
            width: Cells of the table that is drawn.
        """
        self._glyphs = glyphs
        self._now = now
        self._wanted = wanted
        self._width = width
        self._rows: dict[str, RunRow] = {}
        self._order: list[str] = []
        self._beside: dict[str, Beside] = {}
        self._accepts: Callable[[RunRow], bool] = lambda row: True
        self._filtered = False
        self.choice: MetricChoice | None = None

    @property
    def wide(self) -> bool:
        """Whether trend and rule names have room."""
        return self._width() - _PREFIX >= _WIDE

    # What there is

    def take(self, rows: Iterable[RunRow]) -> None:
        """Take in new and changed rows."""
        new = False
        for row in rows:
            new = new or row.id not in self._rows
            self._rows[row.id] = row
        if new:
            self._order = sorted(self._rows, reverse=True)

    def learn(self, beside: Mapping[str, Beside]) -> None:
        """Take in what stands beside rows."""
        self._beside.update(beside)

    def forget(self, ids: Iterable[str]) -> None:
        """Ask again for what stands beside these rows when they are in sight."""
        for run in ids:
            self._beside.pop(run, None)

    @property
    def known(self) -> list[Beside]:
        return list(self._beside.values())

    def row(self, id: str) -> RunRow | None:
        return self._rows.get(id)

    def count_of(self, status: Status) -> int:
        return sum(row.status == status for row in self._rows.values())

    @property
    def alarms(self) -> int:
        """Runs with an open alarm that nobody has retracted yet."""
        return sum(row.worst_level == Level.ALARM and not row.retracted for row in self._rows.values())

    @property
    def newest_alarm(self) -> str | None:
        """The newest run with an open alarm."""
        found = (run for run in self._order if self._rows[run].worst_level == Level.ALARM)
        return next((run for run in found if not self._rows[run].retracted), None)

    def __len__(self) -> int:
        return len(self._rows)

    def accept(self, accepts: Callable[[RunRow], bool] | None) -> int:
        """Show only rows that are accepted; returns how many are."""
        self._filtered = accepts is not None
        self._accepts = accepts or (lambda row: True)
        return sum(map(self._accepts, self._rows.values()))

    # As rows

    def source(self, folded: frozenset[str]) -> RowSource:
        """The rows as they are now: runs in the making and trainings first, groups of the others below."""
        shown = [row for run in self._order if self._accepts(row := self._rows[run])]
        apart = {kind for _, kinds, _ in _GROUPS for kind in kinds}
        main = [row for row in shown if row.kind not in apart or row.status in (Status.RUNNING, Status.QUEUED)]
        own = {row.id for row in main}
        groups = []
        for name, kinds, words in _GROUPS:
            members = [row for row in shown if row.kind in kinds and row.id not in own]
            if members:
                groups.append(Group(f"group {name}", self._head(words, members), _Slice(self, members)))
        # A filter looks everywhere: what it found must not be folded away.
        return Stacked(_Slice(self, main), GroupedRows(groups, frozenset() if self._filtered else folded))

    def _head(self, words: str, members: Sequence[RunRow]) -> Line:
        newest = members[0]
        age = format.age(datetime.fromisoformat(newest.created_at), self._now())
        told = f"  {format.count(len(members))}  newest {format.visible(newest.name)}, {age}"
        return [(words, "b text"), (told, "muted")]

    def made(self, rows: Sequence[RunRow]) -> list[Row]:
        """Rows of the table, and a question for what is not known beside them."""
        unknown = [row.id for row in rows if row.id not in self._beside]
        if unknown:
            self._wanted(unknown)
        return [Row(row.id, self._cells(row)) for row in rows]

    def _cells(self, row: RunRow) -> tuple[Line, ...]:
        beside = self._beside.get(row.id, Beside())
        moment = datetime.fromisoformat(row.started_at or row.created_at)
        ended = Status(row.status).ended
        age = age_text(datetime.fromisoformat(row.ended_at) if row.ended_at else moment, self._now())
        step = format.count(row.step) if row.step is not None else ""
        name: list[Span] = [(row.name, "muted" if row.retracted else "text")]
        return (
            [state_span(row.status, self._glyphs)],
            name,
            [(step, "muted")],
            self._metric(row, beside),
            [(self._trend(beside), "h4")],
            [(row.cause or "", "muted")]
            if row.status == Status.QUEUED
            else finding_spans(
                row.worst_rule,
                row.worst_level,
                (row.worst_count or 1) - 1,
                row.watch,
                self.wide,
                self._glyphs,
            ),
            [(row.reason or "", "muted")],
            [(age, "muted" if ended else "text")],
        )

    def _metric(self, row: RunRow, beside: Beside) -> Line:
        taint: Span = (f" {self._glyphs.tainted}", "muted")
        for choice, value, interval, tainted in beside.values:
            if choice == self.choice:
                role = "muted" if tainted or row.retracted else "text"
                shown: list[Span] = [(value, role), (f" {interval}" if interval else "", "muted")]
                return [*shown, taint] if tainted or row.retracted else shown
        return [(format.missing(), "muted")]

    def _trend(self, beside: Beside) -> str:
        if not (self.wide and beside.trend):
            return ""
        import numpy as np

        from labjournal.tui.widgets.small_signs import trend

        return trend(np.array(beside.trend), 8, self._glyphs)


class _Slice:
    """A part of the runs as a row source."""

    def __init__(self, runs: RunRows, rows: Sequence[RunRow]) -> None:
        self._runs = runs
        self._rows = rows
        self._index: dict[str, int] | None = None

    def count(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return self._runs.made(self._rows[max(0, start) : stop])

    def index_of(self, id: str) -> int | None:
        if self._index is None:
            self._index = {row.id: at for at, row in enumerate(self._rows)}
        return self._index.get(id)


class Stacked:
    """One source above another."""

    def __init__(self, upper: RowSource, lower: RowSource) -> None:
        self._upper, self._lower = upper, lower

    def count(self) -> int:
        return self._upper.count() + self._lower.count()

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        cut = self._upper.count()
        upper = self._upper.rows(start, min(stop, cut)) if start < cut else []
        lower = self._lower.rows(max(0, start - cut), stop - cut) if stop > cut else []
        return [*upper, *lower]

    def index_of(self, id: str) -> int | None:
        inside = self._upper.index_of(id)
        if inside is not None:
            return inside
        below = self._lower.index_of(id)
        return None if below is None else self._upper.count() + below


def filter_of(typed: str) -> Callable[[RunRow], bool] | None:
    """What a typed filter accepts: words in name, reason, state, kind, finding or id, and ``key:value`` of some.

    ``!`` before a word means not. None for an empty filter.
    """
    words = typed.lower().split()
    if not words:
        return None

    def accepts(row: RunRow) -> bool:
        return all(_holds(row, word.removeprefix("!")) != word.startswith("!") for word in words)

    return accepts


def _holds(row: RunRow, word: str) -> bool:
    key, colon, value = word.partition(":")
    if colon and key in ("status", "kind"):
        return str(getattr(row, key)).lower() == value
    if colon and key == "has":
        return value in (row.worst_level, row.worst_rule)
    texts = (row.name, row.reason, row.status, row.kind, row.worst_rule, row.id)
    return any(word in text.lower() for text in texts if text)
