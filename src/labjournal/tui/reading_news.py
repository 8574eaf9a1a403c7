"""What happened since somebody looked: read from the diary's own entries, told in a line and a few more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.feed import Source
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.look_of_runs import state_span
from labjournal.tui.text import Line, Span, ends

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

_NAMED = 2
_MOST_VERDICTS = 3
_VERDICT_ROLES = {"confirmed": "ok", "refuted": "warning"}


@dataclass(frozen=True, slots=True)
class VerdictNews:
    """What became of something that was expected."""

    run: str
    status: str
    expectation: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class News:
    """What happened since the owner last said that he had looked."""

    moment: datetime
    stated: str
    """The moment as the facts have it."""
    ended: tuple[tuple[str, str, datetime], ...] = ()
    """(name, status, when) of trainings and the like that ended, newest first."""
    validations: int = 0
    results: int = 0
    alarms: int = 0
    verdicts: tuple[VerdictNews, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ended or self.validations or self.results or self.alarms or self.verdicts)


def news(source: Source) -> News | None:
    """News for this user; None when he never said that he had looked."""
    from labjournal import facts

    me = facts.user_name()
    said = [fact for fact in source.store.facts_of_kind("seen") if fact.user == me]
    if not said:
        return None
    newest = max(said, key=lambda fact: (fact.t, fact.id))
    stated = str(newest.data.get("until") or newest.t)
    moment = datetime.fromisoformat(stated)
    entries = source.store.entries(since=moment, kinds=("end", "result", "alarm"))
    ids = {entry.run for entry in entries if entry.kind == "end" and entry.run is not None}
    rows = {row.id: row for row in source.store.run_rows_of(ids)}
    ends = [(rows[entry.run], entry.t) for entry in entries if entry.kind == "end" and entry.run in rows]
    verdicts = [one for one in source.store.verdicts() if one.t >= moment] if ids else []
    return News(
        moment,
        stated,
        tuple((row.name, row.status, t) for row, t in reversed(ends) if row.kind != "validate"),
        sum(row.kind == "validate" for row, _ in ends),
        sum(entry.kind == "result" for entry in entries),
        sum(entry.kind == "alarm" for entry in entries),
        tuple(_verdicts(verdicts, rows)),
    )


def _verdicts(found: Sequence[object], rows: dict[str, RunRow]) -> list[VerdictNews]:
    from labjournal.model import Verdict

    told = []
    for one in found:
        assert isinstance(one, Verdict)
        row = rows.get(one.run)
        if row is not None and one.word != "undecided":
            told.append(VerdictNews(row.name, row.status, one.expectation, one.word, one.sentence))
    return told[-_MOST_VERDICTS:]


def news_lines(told: News, now: datetime, width: int, glyphs: Glyphs, more: int) -> list[Line]:
    """The first line of the first page, and ``more`` lines of what became of expectations."""
    when = format.clock(told.moment) if (now - told.moment).days < 1 else format.moment_text(told.moment)
    parts: list[str] = []
    lost = [name for name, status, _ in told.ended if status == "LOST"]
    if len(told.ended) <= _NAMED:
        parts += [f"{name} {_word(status)} {format.clock(t)}" for name, status, t in told.ended]
    else:
        parts.append(f"{format.count(len(told.ended))} runs ended")
    parts += [format.plural(told.validations, "validation")] if told.validations else []
    parts += [format.plural(told.results, "result")] if told.results else []
    line: list[Span] = [(f" since {when}   ", "muted")]
    if told.alarms:
        # First, because what does not fit is cut at the end.
        line.append((f"{glyphs.alarm} {format.plural(told.alarms, 'new alarm')}", "b alarm"))
        line.append((" · " if parts else "", "muted"))
    if lost and len(told.ended) > _NAMED:
        # A run whose end nobody wrote down must not go under in a number.
        names = ", ".join([*lost[:_NAMED], *([glyphs.ellipsis] if len(lost) > _NAMED else [])])
        line += [(format.visible(f"{glyphs.lost} {len(lost)} lost: {names}"), "warning"), (" · ", "muted")]
    line.append((format.visible(" · ".join(parts)), "text"))
    if parts and not told.alarms:
        line.append((" · no new alarm", "muted"))
    lines: list[Line] = [ends(line, [("z", "b text"), (" seen ", "muted")], width)]
    for one in told.verdicts[:more]:
        sign, role = state_span(one.status, glyphs)
        lines.append(
            [
                (f"   {sign.partition(' ')[0]} ", role),
                (format.visible(one.run), "text"),
                (f"  expected {format.visible(one.expectation)}  ", "muted"),
                (one.word, _VERDICT_ROLES.get(one.word, "text")),
                (f": {format.visible(one.sentence)}", "muted"),
            ]
        )
    return lines


def _word(status: str) -> str:
    return {"DONE": "finished"}.get(status, status.lower())
