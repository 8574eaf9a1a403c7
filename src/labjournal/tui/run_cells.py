"""One run as a line of the list: which columns there are at which width, and what stands in each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.look_of_runs import age_text, finding_spans, state_span
from labjournal.tui.reading_runs import Beside, MetricChoice
from labjournal.tui.text import Line, Span, cut_end
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.vocabulary import Status

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

WIDE = 102
"""Cells of a table's columns from which trend and rule names have room."""
_WITH_REASON = 125
TREND = 8


_METRIC = 19
_SHORT = {"accuracy": "acc"}


def columns(metric: str) -> tuple[Column, ...]:
    """Columns of the list; ``metric`` is what is measured: ``accuracy 1:1 numeric=on``."""
    name, _, rest = metric.partition(" ")
    short = f"{_SHORT.get(name, name)} {rest}".strip()
    titles = [f"{metric}  95%", f"{short}  95%", metric, short] if metric else [""]
    title = next((one for one in titles if len(one) <= _METRIC), titles[-1])
    return (
        Column("state", "  state", ((0, 10), (WIDE, 10))),
        Column("run", "run", ((0, 16),), cut=Cut.MIDDLE, grow=1),
        Column("step", "step", ((0, 9), (WIDE, 10)), right=True, cut=Cut.WHOLE, gap=2),
        Column("metric", title, ((0, _METRIC), (WIDE, _METRIC + 2)), cut=Cut.WHOLE),
        Column("trend", "trend", ((0, 0), (WIDE, TREND)), gap=2),
        Column("finding", "finding", ((0, 8), (WIDE, 24)), gap=2),
        Column("reason", "reason", ((0, 0), (_WITH_REASON, 12)), grow=2),
        Column("age", "age", ((0, 7),), right=True),
    )


def cells(
    row: RunRow, beside: Beside, choice: MetricChoice | None, wide: bool, now: datetime, glyphs: Glyphs
) -> tuple[Line, ...]:
    """What stands in each column."""
    moment = datetime.fromisoformat(row.started_at or row.created_at)
    status = Status(row.status)
    age = age_text(datetime.fromisoformat(row.ended_at) if row.ended_at else moment, now)
    name: list[Span] = [(row.name, "muted" if row.retracted else "b text" if status is Status.RUNNING else "text")]
    return (
        [state_span(row.status, glyphs)],
        name,
        [(_step(row, status), "muted")],
        _waiting(row, glyphs) if status is Status.QUEUED else _metric(row, beside, choice, glyphs),
        [(_trend(beside, glyphs) if wide else "", "h4")],
        []
        if status is Status.QUEUED
        else finding_spans(row.worst_rule, row.worst_level, (row.worst_count or 1) - 1, row.watch, wide, glyphs),
        [(row.reason or "", "muted")],
        [(age, "muted" if status.ended else "text")],
    )


def _waiting(row: RunRow, glyphs: Glyphs) -> Line:
    """Why a run has not started, where its number will stand."""
    return [(cut_end(format.visible(row.cause or "waits"), _METRIC, glyphs.ellipsis), "muted")]


def _step(row: RunRow, status: Status) -> str:
    return format.count(row.step) if row.step is not None and status is not Status.QUEUED else ""


def _metric(row: RunRow, beside: Beside, choice: MetricChoice | None, glyphs: Glyphs) -> Line:
    taint: Span = (f" {glyphs.tainted}", "muted")
    for one, value, interval, tainted in beside.values:
        if one == choice:
            role = "muted" if tainted or row.retracted else "text"
            shown: list[Span] = [(value, role), (f" {interval}" if interval else "", "muted")]
            return [*shown, taint] if tainted or row.retracted else shown
    # What rests on retracted code or data is marked, whether anything was measured of it or not.
    return [(format.missing(), "muted"), *([taint] if row.retracted else [])]


def _trend(beside: Beside, glyphs: Glyphs) -> str:
    if not beside.trend:
        return ""
    import numpy as np

    from labjournal.tui.widgets.small_signs import trend

    return trend(np.array(beside.trend), TREND, glyphs)
