"""The top line: journal, screens by number, what is open and running, the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labjournal import format
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, cut_middle, ends, line_width
from labjournal.tui.widgets.lines import Lines

_WORDS_FROM = 100
"""Cells from which counts are told in words and every screen has its name."""
_HOST_FROM = 140
FLASH_S = 3.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What is open, running and waiting."""

    alarms: int = 0
    running: int = 0
    queued: int = 0


def header_line(
    journal: str,
    screens: Sequence[str],
    here: str,
    counts: Counts,
    clock: str,
    host: str,
    width: int,
    glyphs: Glyphs,
    unread: int = 0,
) -> list[Span]:
    """The line at a width. The number of every screen stands in it always; where there is no room, first the gaps
    give way, then the words of counts, the journal's name and the clock, then names of screens from the right, never
    that of the one shown.
    """
    reading: Line = [(f"reading {format.plural(unread, 'run')}  ", "warning")] if unread else []
    rights = [[*reading, *_counts(counts, host, width, glyphs, words)] for words in (width >= _WORDS_FROM, False)]
    worded, short = rights
    now: Span = (f"{clock} ", "muted")
    name, names = format.visible(journal), len(screens)
    wide, narrow = max(8, width // 6), max(4, width // 10)
    forms = [
        (wide, 2, names, [*worded, now]),
        (wide, 1, names, [*worded, now]),
        (wide, 1, names, [*short, now]),
        (narrow, 1, names, [*short, now]),
        *((narrow, 1, named, short) for named in range(names, -1, -1)),
    ]
    for most, gap, named, right in forms:
        left = _left(cut_middle(name, most, glyphs.ellipsis), screens, here, gap, named)
        if line_width(left) + line_width(right) < width:
            break
    return ends(left, right, width, glyphs.ellipsis)


def _left(journal: str, screens: Sequence[str], here: str, gap: int, named: int) -> list[Span]:
    """The journal and its screens, the first so many of them by name."""
    line: list[Span] = [(f" {journal}{' ' * (gap - 1)}", "b accent")]
    for number, name in enumerate(screens, 1):
        mine = name == here
        line.append((f"{' ' * gap}{number}", "accent" if mine else "muted"))
        if mine or number <= named:
            line.append((f" {name}", "b text" if mine else "muted"))
    return line


def _counts(counts: Counts, host: str, width: int, glyphs: Glyphs, words: bool) -> list[Span]:
    """What is open, running and waiting; each with the gap to what comes after it."""
    gap: Span = ("   " if words else "  ", "text")
    line: list[Span] = []
    if counts.alarms:
        told = format.plural(counts.alarms, "alarm") if words else format.count(counts.alarms)
        line += [(f"{glyphs.alarm} {told}", "b alarm"), gap]
    if counts.running:
        line += [(f"{glyphs.running} {format.count(counts.running)}{' running' if words else ''}", "accent"), gap]
    if counts.queued and words:
        line += [(f"{glyphs.queued} {format.count(counts.queued)} queued", "muted"), gap]
    if host and width >= _HOST_FROM:
        line += [(format.visible(host), "muted"), gap]
    return line


class Header(Lines):
    """The top line, redrawn only when what it says changed."""

    DEFAULT_CSS = "Header { height: 1; width: 1fr; dock: top; }"

    def __init__(self, journal: str, screens: Sequence[str], *, host: str = "", id: str | None = None) -> None:
        super().__init__(self._draw_line, ground="raised", id=id)
        self._journal = journal
        self._screens = tuple(screens)
        self._host = host
        self._here = self._screens[0] if self._screens else ""
        self._counts = Counts()
        self._clock = ""
        self._unread = 0

    def tell(
        self,
        *,
        here: str | None = None,
        counts: Counts | None = None,
        clock: str | None = None,
        unread: int | None = None,
    ) -> None:
        """Change what the line says; what is left out stays. ``unread``: runs that nobody has read yet."""
        told = (
            self._here if here is None else here,
            self._counts if counts is None else counts,
            self._clock if clock is None else clock,
            self._unread if unread is None else unread,
        )
        if told != (self._here, self._counts, self._clock, self._unread):
            self._here, self._counts, self._clock, self._unread = told
            self.redraw()

    def flash(self) -> None:
        """An alarm was confirmed: the line stands on the alarm's ground for three seconds."""
        self._ground = "tint"
        self.redraw()
        self.set_timer(FLASH_S, self._calm)

    def _calm(self) -> None:
        self._ground = "raised"
        self.redraw()

    def _draw_line(self, width: int, height: int) -> list[Line]:
        told = (self._here, self._counts, self._clock, self._host, width, glyphs_of(self), self._unread)
        return [header_line(self._journal, self._screens, *told)]
