"""What programs print, made harmless: SGR colours in the theme's terms, every other escape as visible text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from labjournal.format import visible
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.theme import Look

_SGR = re.compile(r"\x1b\[([0-9;:]{0,64})m")
# The eight colours by meaning, so that they read well on every ground: black text would vanish on a dark one.
_ROLES = ("muted", "alarm", "ok", "warning", "accent", "s4", "s1", "text")
Ink = str | Color


@dataclass(frozen=True, slots=True)
class Pen:
    """The state of SGR within one line; each line starts anew, because a reader may begin anywhere."""

    fore: Ink | None = None
    back: Ink | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


_SWITCHES: dict[int, dict[str, Any]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    29: {"strike": False},
}


def spans(text: str) -> list[tuple[str, Pen]]:
    """The line as harmless text with pens."""
    found: list[tuple[str, Pen]] = []
    pen, at = Pen(), 0
    for match in _SGR.finditer(text):
        if match.start() > at:
            found.append((visible(text[at : match.start()]), pen))
        pen, at = _applied(pen, match.group(1)), match.end()
    if at < len(text):
        found.append((visible(text[at:]), pen))
    return found


def _applied(pen: Pen, parameters: str) -> Pen:
    codes = iter([int(part[:4]) if part else 0 for part in re.split("[;:]", parameters)])
    for code in codes:
        if code == 0:
            pen = Pen()
        elif code in _SWITCHES:
            pen = replace(pen, **_SWITCHES[code])
        elif code in (38, 48):
            ink = _extended(codes)
            pen = replace(pen, fore=ink) if code == 38 else replace(pen, back=ink)
        elif code == 39:
            pen = replace(pen, fore=None)
        elif code == 49:
            pen = replace(pen, back=None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            pen = replace(pen, fore=_ROLES[code % 10])
        elif 40 <= code <= 47 or 100 <= code <= 107:
            pen = replace(pen, back=_ROLES[code % 10])
    return pen


def _extended(codes: Iterator[int]) -> Ink | None:
    """Colour of ``5;n`` or ``2;r;g;b``; None where the sequence is cut short or out of range."""
    kind = next(codes, None)
    if kind == 5:
        number = next(codes, 256)
        return _ROLES[number % 8] if number < 16 else Color.from_ansi(number) if number < 256 else None
    if kind == 2:
        red, green, blue = (next(codes, 256) for _ in range(3))
        return Color.from_rgb(red, green, blue) if max(red, green, blue) < 256 else None
    return None


def segments(text: str, look: Look, glyphs: Glyphs, role: str = "text") -> list[Segment]:
    """The line as segments; text without a colour of its own has the role's."""
    return [Segment(glyphs.shown(piece), _style(pen, look, role)) for piece, pen in spans(text)]


def _style(pen: Pen, look: Look, role: str) -> Style:
    style = look.style(role)
    if isinstance(pen.fore, str):
        style = look.style(pen.fore)
    elif pen.fore is not None and not look.ansi:
        style += Style(color=pen.fore)
    if isinstance(pen.back, str):
        # A coloured ground becomes the theme's colour with the ground as ink, which always has contrast.
        style = look.style(pen.back) + Style(reverse=True)
    elif pen.back is not None and not look.ansi:
        style += Style(bgcolor=pen.back)
    if pen == Pen():
        return style
    return style + Style(
        bold=pen.bold or None,
        dim=pen.dim or None,
        italic=pen.italic or None,
        underline=pen.underline or None,
        reverse=not style.reverse if pen.reverse else None,
        strike=pen.strike or None,
    )
