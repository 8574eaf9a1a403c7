"""What was measured of the run, newest checkpoint first: value, interval, counts, and the majority to beat."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from labjournal import format
from labjournal.tui.reading_run import Measured
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, cut_end, cut_middle, line_width, pad, paragraph, whole_spans

_COUNT_FROM, _MAJORITY_FROM = 58, 72
_VALUE = 22
_LEAST = 5
"""Cells of a column of what was measured on, at least."""
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
    room = max(8, width - mark - count - majority - value - 2)
    data_head, *data = _data(measured, room, seen.glyphs.ellipsis)
    title = "checkpoint" if mark > len("checkpoint") else "at"
    head = f" {pad(title, mark)}{data_head}{pad('n', count, right=True) if count else ''}"
    drawn: list[Line] = [[(head, "muted"), (f"  {format.visible(measured[0].metric)} 95%", "muted")]]
    for one, on in zip(measured, data, strict=True):
        role = "muted" if one.taint else "text"
        left = width - 1 - mark - cell_len(on) - count
        line: list[Span] = [
            (f" {pad(cut_middle(one.checkpoint, mark - 1, seen.glyphs.ellipsis), mark)}", role),
            (on, role),
            (pad(format.count(one.n), count, right=True) if count else "", "muted"),
            *whole_spans(_value(one, seen.glyphs.tainted), left, seen.glyphs.ellipsis),
        ]
        if majority and one.majority is not None:
            line.append((f"  majority {format.rate(one.majority)}", "muted"))
        drawn.append(line)
    return [*told, *drawn]


def _data(measured: Sequence[Measured], room: int, ellipsis: str) -> list[str]:
    """What each was measured on, below its head: the data set and each option in a column of its own.

    Heads give way before what stands below them, which tells the rows apart.
    """
    names = list(dict.fromkeys(name for one in measured for name, _ in one.options))
    rows = [[one.data or one.dataset, *(dict(one.options).get(name, "") for name in names)] for one in measured]
    if room < _LEAST * (1 + len(names)):
        names, rows = [], [[one.dataset] for one in measured]
    heads = ["data set", *names]
    cells = [max(map(cell_len, column)) + 1 for column in zip(*rows, strict=True)]
    widths = [max(cell, cell_len(head) + 1) for cell, head in zip(cells, heads, strict=True)]
    widths[-1] = max(cells[-1], cell_len(heads[-1]))  # the number beside it keeps its distance by itself
    if sum(widths) > room:
        heads[0], widths[0] = "data", max(cells[0], _LEAST)
    for least in (cells, [_LEAST] * len(cells)):
        while sum(widths) > room and (wide := [at for at, cell in enumerate(widths) if cell > max(least[at], _LEAST)]):
            widths[max(wide, key=lambda at: widths[at])] -= 1
    fits = [*(wide - 1 for wide in widths[:-1]), widths[-1]]
    head = "".join(pad(cut_end(one, fit, ellipsis), wide) for one, fit, wide in zip(heads, fits, widths, strict=True))
    told = [
        "".join(pad(cut_middle(cell, wide - 1, ellipsis), wide) for cell, wide in zip(row, widths, strict=True))
        for row in rows
    ]
    return [head, *told]


def _value(one: Measured, tainted: str) -> list[Span]:
    role = "muted" if one.taint else "text"
    return [(f"  {one.value}", role), (f" {one.interval}{f' {tainted}' if one.taint else ''}", "muted")]


def _expectations(seen: Seen, width: int) -> list[Line]:
    verdicts = {one.expectation: one for one in seen.view.verdicts}
    drawn: list[Line] = []
    for text in seen.view.run.expect:
        found = verdicts.pop(text, None)
        word = found.word if found is not None else "open"
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
