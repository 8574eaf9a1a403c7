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
_ROOMY = 90
_NAMED = 112
"""Where ``† ▲ param_not_in_optimizer +2`` has room."""
_WITH_REASON = 125
TREND = 8


_METRIC = 19
_STATE = 9
"""``● running``."""
_FINDING = 13
"""``† not watched``."""
_SHORT = {"accuracy": "acc"}


def columns(metric: str) -> tuple[Column, ...]:
    """Columns of the list; ``metric`` is what is measured: ``accuracy 1:1 numeric=on``."""
    name, _, rest = metric.partition(" ")
    short = f"{_SHORT.get(name, name)} {rest}".strip()
    titles = [f"{metric}  95%", f"{short}  95%", metric, short] if metric else [""]
    title = next((one for one in titles if len(one) <= _METRIC), titles[-1])
    return (
        Column("state", "  state", ((0, _STATE), (_ROOMY, _STATE + 1))),
        Column("run", "run", ((0, 14), (WIDE, 16)), cut=Cut.MIDDLE, grow=1, least=12),
        Column("step", "step", ((0, 9), (WIDE, 10)), right=True, cut=Cut.WHOLE, gap=2),
        Column("metric", title, ((0, _METRIC), (_ROOMY, _METRIC + 2)), cut=Cut.WHOLE, firm=2),
        Column("trend", "trend", ((0, 0), (WIDE, TREND)), gap=2),
        # Never the first to go: a run with an alarm must not read "done" and nothing else.
        Column("finding", "finding", ((0, _FINDING), (WIDE, 25), (_NAMED, 28)), firm=3),
        Column("reason", "reason", ((0, 0), (_WITH_REASON, 12)), grow=2),
        Column("age", "age", ((0, 7),), right=True, firm=1),
    )


def cells(
    row: RunRow, beside: Beside, choice: MetricChoice | None, wide: bool, now: datetime, glyphs: Glyphs
) -> tuple[Line, ...]:
    """What stands in each column."""
    status = Status(row.status)
    # Since the launch, as everywhere: in the order of the list, and as `ls` and the filter mean it.
    age = age_text(datetime.fromisoformat(row.created_at), now)
    name: list[Span] = [(row.name, "muted" if row.retracted else "b text" if status is Status.RUNNING else "text")]
    return (
        [state_span(row.status, glyphs)],
        name,
        [(_step(row, status), "muted")],
        _waiting(row, glyphs) if status is Status.QUEUED else _metric(row, beside, choice, glyphs),
        [(_trend(beside, glyphs) if wide else "", "h4")],
        finding_spans(row, now, wide, glyphs),
        [(row.reason or "", "muted")],
        [(age, "muted" if status.ended else "text")],
    )


def _waiting(row: RunRow, glyphs: Glyphs) -> Line:
    """Why a run has not started, where its number will stand."""
    return [(cut_end(format.visible(row.cause or "waits"), _METRIC, glyphs.ellipsis), "muted")]


def _step(row: RunRow, status: Status) -> str:
    return format.count(row.step) if row.step is not None and status is not Status.QUEUED else ""


def _metric(row: RunRow, beside: Beside, choice: MetricChoice | None, glyphs: Glyphs) -> Line:
    for one, value, interval, tainted in beside.values:
        if one == choice:
            shown: list[Span] = [(value, "muted" if tainted or row.retracted else "text")]
            if tainted and not row.retracted:
                # Of this number alone; that a run was retracted stands in the column of findings.
                shown.append((f" {glyphs.tainted}", "muted"))
            return [*shown, (f" {interval}" if interval else "", "muted")]
    # Where nothing was measured of any run the column has no title either.
    return [(format.missing() if choice is not None else "", "muted")]


def _trend(beside: Beside, glyphs: Glyphs) -> str:
    if not beside.trend:
        return ""
    import numpy as np

    from labjournal.tui.widgets.small_signs import trend

    return trend(np.array(beside.trend), TREND, glyphs)
