"""How a run's state, finding and measured value look: sign, word and role, the same on every page."""

from __future__ import annotations

from datetime import datetime

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Span
from labjournal.vocabulary import Level, Status

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


def finding_spans(
    rule: str | None, level: str | None, more: int, watch: str | None, wide: bool, glyphs: Glyphs
) -> list[Span]:
    """The worst open finding; without one, whether anything was looked at: a blank means looked at and clean."""
    if rule is not None and level is not None:
        sign, role = level_sign(level, glyphs)
        if not wide:
            return [(f"{sign} {_LEVELS[Level(level)][2]}", role)]
        return [(f"{sign} {format.visible(rule)}", role), (f" +{more}" if more > 0 else "", "muted")]
    if watch is None or watch == "watched":
        return []
    head = "not yet" if watch.endswith(" yet") else watch.partition(":")[0]
    return [(format.visible(head) if wide else {"not watched": "unseen"}.get(head, format.visible(head)), "muted")]


def age_text(moment: datetime, now: datetime) -> str:
    """An age in at most seven cells: beyond 60 days the month, because a date in full would cost a list its names."""
    return format.age(moment, now)[:7]
