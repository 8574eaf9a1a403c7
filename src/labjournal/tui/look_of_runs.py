"""How a run's state, finding and measured value look: sign, word and role, the same on every page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Span
from labjournal.vocabulary import Level, Status, watch_word

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

_STATES = {
    Status.RUNNING: ("running", "accent"),
    Status.QUEUED: ("queued", "muted"),
    Status.DONE: ("done", "ok"),
    Status.FAILED: ("failed", "alarm"),
    Status.KILLED: ("killed", "warning"),
    Status.TIMEOUT: ("killed", "warning"),
    Status.PREEMPTED: ("killed", "warning"),
    Status.LOST: ("lost", "warning"),
}
_LEVELS = {
    Level.ALARM: ("alarm", "alarm", "alarm"),
    Level.WARNING: ("warning", "warning", "warn"),
    Level.NOTICE: ("notice", "muted", "notice"),
}


def state_span(status: str, glyphs: Glyphs) -> Span:
    """``● running``."""
    glyph, role = _STATES[Status(status)]
    return (f"{getattr(glyphs, glyph)} {status.lower()}", role)


def level_sign(level: str, glyphs: Glyphs) -> Span:
    """``▲`` with its role."""
    glyph, role, _ = _LEVELS[Level(level)]
    return (getattr(glyphs, glyph), role)


def level_role(level: str) -> str:
    return _LEVELS[Level(level)][1]


def finding_spans(row: RunRow, now: datetime, wide: bool, glyphs: Glyphs) -> list[Span]:
    """The worst open finding; without one, whether anything was looked at: a blank means looked at and clean.

    ``†`` before it: the run was retracted. It stands here, and not with its number, because this is the column that
    no width of the terminal hides.
    """
    # Where the sign is a word it needs no space, and the column has none to spare.
    taint: list[Span] = (
        [(glyphs.tainted if glyphs.is_ascii else f"{glyphs.tainted} ", "muted")] if row.retracted else []
    )
    if row.status == Status.QUEUED:
        return taint
    if row.worst_rule is not None and row.worst_level is not None:
        sign, role = level_sign(row.worst_level, glyphs)
        if not wide:
            return [*taint, (f"{sign} {_LEVELS[Level(row.worst_level)][2]}", role)]
        more = (row.worst_count or 1) - 1
        named = (f"{sign} {format.visible(row.worst_rule)}", role)
        return [*taint, named, (f" +{more}" if more > 0 else "", "muted")]
    began = row.started_at if row.status == Status.RUNNING else None
    running_s = (now - datetime.fromisoformat(began)).total_seconds() if began else None
    return [*taint, (format.visible(watch_word(row.watch, running_s)), "muted")]


def age_text(moment: datetime, now: datetime) -> str:
    """An age in at most seven cells: beyond 60 days the month, because a date in full would cost a list its names."""
    return format.age(moment, now)[:7]
