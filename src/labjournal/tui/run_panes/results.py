"""What was measured of the run, newest checkpoint first: value, interval, counts, and the majority to beat."""

from __future__ import annotations

from labjournal import format
from labjournal.tui.reading_run import Measured
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, cut_middle, line_width, pad, paragraph, whole_spans

_COUNT_FROM, _MAJORITY_FROM = 58, 72
_VALUE = 22
_VERDICT_ROLE = {"confirmed": "ok", "refuted": "warning", "undecided": "muted"}


def lines(seen: Seen, width: int) -> list[Line]:
    """Expectations with their verdicts, then a line a result."""
    measured = seen.view.measured
    told = _expectations(seen, width)
    if not measured:
        return [*told, [(" not measured yet   v validates", "muted")]]
    mark = max(5, min(18, max(len(one.checkpoint) for one in measured) + 2))
    count = 9 if width >= _COUNT_FROM else 0
    majority = 15 if width >= _MAJORITY_FROM and any(one.majority is not None for one in measured) else 0
    value = min(_VALUE, max(line_width(_value(one, seen.glyphs.tainted)) for one in measured))
    data = max(8, min(max(len(one.dataset) for one in measured) + 1, width - mark - count - majority - value - 2))
    title = "checkpoint" if mark > len("checkpoint") else "at"
    head = f" {pad(title, mark)}{pad('data set', data)}{pad('n', count, right=True) if count else ''}"
    drawn: list[Line] = [[(head, "muted"), (f"  {format.visible(measured[0].metric)} 95%", "muted")]]
    for one in measured:
        role = "muted" if one.taint else "text"
        line: list[Span] = [
            (f" {pad(cut_middle(one.checkpoint, mark - 1, seen.glyphs.ellipsis), mark)}", role),
            (pad(cut_middle(one.dataset, data - 1, seen.glyphs.ellipsis), data), role),
            (pad(format.count(one.n), count, right=True) if count else "", "muted"),
            *whole_spans(_value(one, seen.glyphs.tainted), width - 1 - mark - data - count, seen.glyphs.ellipsis),
        ]
        if majority and one.majority is not None:
            line.append((f"  majority {format.rate(one.majority)}", "muted"))
        drawn.append(line)
    return [*told, *drawn]


def _value(one: Measured, tainted: str) -> list[Span]:
    role = "muted" if one.taint else "text"
    return [(f"  {one.value}", role), (f" {one.interval}{f' {tainted}' if one.taint else ''}", "muted")]


def _expectations(seen: Seen, width: int) -> list[Line]:
    verdicts = {one.expectation: one for one in seen.view.verdicts}
    drawn: list[Line] = []
    for text in seen.view.run.expect:
        found = verdicts.pop(text, None)
        word = found.word if found is not None else "waits for its results"
        role = _VERDICT_ROLE.get(word, "muted")
        head: list[Span] = [(" expected ", "muted"), (format.visible(text), "text"), (f"  {word}", role)]
        drawn.append(head)
        if found is not None:
            drawn += paragraph(format.visible(found.sentence), width, "muted", lead="   ")
    return drawn


def state(seen: Seen) -> str:
    return format.plural(len(seen.view.measured), "result") if seen.view.measured else ""


def words(seen: Seen) -> str:
    """Every result as a sentence."""
    measured = seen.view.measured
    verdicts = [f"Expected {one.expectation}: {one.word}, {one.sentence}." for one in seen.view.verdicts]
    if not measured:
        return " ".join(["Results: not measured yet.", *verdicts])
    told = []
    for one in measured:
        at = f"{one.checkpoint} on {one.dataset}"
        majority = f", majority {format.rate(one.majority)}" if one.majority is not None else ""
        n = f", n {format.count(one.n)}" if one.n is not None else ", n unknown"
        told.append(f"{at}: {one.metric} {one.value} {one.interval}{n}{majority}. {one.told}".strip())
    return " ".join(["Results.", *told, *verdicts])
