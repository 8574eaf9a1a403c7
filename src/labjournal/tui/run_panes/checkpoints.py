"""Versions of the checkpoints as they stand on the disk, newest step first, and what was measured of each."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal import format
from labjournal.checkpoints import Counter, counted, position
from labjournal.model import Checkpoint
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, cut_middle, pad

_STEP, _SIZE, _AGE = 9, 9, 8
_NAME = 7
"""Columns that a file's name keeps, whatever stands beside it."""


def _ordered(seen: Seen) -> list[Checkpoint]:
    return sorted(seen.view.checkpoints, key=lambda one: (-(one.step or -1), one.path, -one.written_at.timestamp()))


def lines(seen: Seen, width: int) -> list[Line]:
    """A line a version; one that a later version replaced is muted and says so."""
    found = _ordered(seen)
    if not found:
        return [[(" no checkpoint was written yet", "muted")]]
    best = {one.checkpoint: f"{one.value} {one.interval}".strip() for one in reversed(seen.view.measured)}
    value = 22 if width >= 66 and best else 0
    age = _AGE if width >= 44 else 0
    name = max(8, width - 2 - _STEP - _SIZE - age - value)
    sizes = pad("size", _SIZE, right=True) + pad("age" if age else "", age, right=True)
    head = f" {pad(_counter(found), _STEP - 1, right=True)}  {pad('file', name)}{sizes}"
    drawn: list[Line] = [[(head, "muted")]]
    for one in found:
        by = seen.view.overwritten.get(one.path) if one.current else None
        role = "text" if one.current and by is None else "muted"
        gone = "" if one.current else "  replaced"
        if by is not None:
            most = max(0, name - 1 - len("  overwritten by ") - _NAME)
            gone = f"  overwritten by {cut_middle(format.visible(by.name), max(_NAME, most), seen.glyphs.ellipsis)}"
        file = cut_middle(format.visible(one.path), max(_NAME, name - len(gone)), seen.glyphs.ellipsis)
        line: list[Span] = [
            (f" {pad(format.count(one.step), _STEP - 1, right=True)}  ", role),
            (pad(file, name - len(gone)), role),
            (gone, "warning" if by is not None else role),
            (pad(format.size(one.size), _SIZE, right=True), "muted"),
            (pad(format.age(one.written_at, seen.now), age, right=True) if age else "", "muted"),
        ]
        if value and one.step is not None:
            line.append((f"  {best.get(str(one.step), '')}", role))
        drawn.append(line)
    return drawn


def _counter(found: Sequence[Checkpoint]) -> str:
    """What the numbers count, as far as the names of the files say."""
    counters = {position(one.path).counter for one in found if one.step is not None}
    return "step" if counters <= {Counter.STEP} else "epoch" if counters == {Counter.EPOCH} else "named"


def state(seen: Seen) -> str:
    count = len(seen.view.checkpoints)
    total = sum(one.size for one in seen.view.checkpoints if one.current)
    return f"{format.plural(count, 'version')}, {format.size(total)}" if count else ""


def words(seen: Seen) -> str:
    """How many, the newest, and how much room they take."""
    found = _ordered(seen)
    if not found:
        return "Checkpoints: none was written yet."
    newest = found[0]
    others = sorted({by.name for by in seen.view.overwritten.values()})
    count = len(seen.view.overwritten)
    lost = f" {format.plural(count, 'file')} overwritten since, by {format.listed(others)}." if others else ""
    at = f" at {counted(newest.path, newest.step)}" if newest.step is not None else ""
    return (
        f"Checkpoints: {state(seen)}. The newest is {newest.path}{at}, {format.size(newest.size)}, "
        f"written {format.moment_text(newest.written_at)}.{lost}"
    )
