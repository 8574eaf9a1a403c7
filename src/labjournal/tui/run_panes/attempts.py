"""Each process of the run: when it began, how it ended, what a later one made void."""

from __future__ import annotations

from labjournal import format
from labjournal.tui.reading_run import Life
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, paragraph, whole_spans

_LAST_ROLE = {"DONE": "ok", "FAILED": "alarm", "LOST": "warning"}


def lines(seen: Seen, width: int) -> list[Line]:
    """Oldest first, because a later attempt answers an earlier one."""
    lives = seen.view.lives
    if not lives:
        return [[(" no process was started yet", "muted")]]
    drawn: list[Line] = []
    for life in lives:
        ending = _ending(seen, life)
        role = _LAST_ROLE.get(ending.upper(), "muted") if life.status else "accent" if ending == "running" else "muted"
        began = format.moment_text(life.started_at) if life.started_at is not None else "not started"
        line: list[Span] = [
            (f" {life.number}  ", "muted"),
            (ending, role),
            (f"  {began}", "text"),
            (f"  {_took(seen, life)}", "muted"),
        ]
        if life.memory:
            line.append((f"  {format.size(life.memory)} at most", "muted"))
        if life.pid is not None and width >= 70:
            line.append((f"  pid {life.pid} on {format.visible(life.host or '')}", "muted"))
        drawn.append(whole_spans(line, width, seen.glyphs.ellipsis))
        if life.cause:
            drawn += paragraph(format.visible(life.cause), width, "muted", lead="    ")
    dead = seen.book.dead_points
    if dead:
        drawn += paragraph(
            f"{format.plural(dead, 'point')} written after where a later attempt went on: dimmed", width, "muted"
        )
    return drawn


def _ending(seen: Seen, life: Life) -> str:
    if life.status:
        return life.status.lower()
    newest = life.number == seen.view.lives[-1].number
    return seen.view.run.status.lower() if newest else "ended, how is not known"


def _took(seen: Seen, life: Life) -> str:
    if life.started_at is None:
        return ""
    end = life.ended_at or (seen.view.run.ended_at if seen.view.run.status.ended else seen.now)
    return format.duration((end - life.started_at).total_seconds()) if end is not None else ""


def state(seen: Seen) -> str:
    restarts = len(seen.view.lives) - 1
    return format.plural(restarts, "restart") if restarts > 0 else ""


def words(seen: Seen) -> str:
    """Each attempt as a sentence."""
    told = [
        f"Attempt {life.number}: {_ending(seen, life)} after {_took(seen, life) or 'no time'}"
        f"{f', {life.cause}' if life.cause else ''}."
        for life in seen.view.lives
    ]
    return " ".join(told) or "No process was started yet."
