"""The signs of the app, once for Unicode and once for ASCII.

Structural signs have names, because some are two cells wide in ASCII. Text that carries others is
translated sign by sign in ``Glyphs.shown``, so that nothing unprintable reaches an ASCII terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.cells import cell_len

BRAILLE = 0x2800
SPARK = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs."""

    name: str
    running: str = "●"
    queued: str = "◌"
    done: str = "✓"
    failed: str = "✗"
    killed: str = "■"
    lost: str = "?"
    alarm: str = "▲"
    warning: str = "△"
    notice: str = "·"
    marked: str = "◆"
    focus: str = "▌"
    unfolded: str = "▾"
    folded: str = "▸"
    tainted: str = "†"
    majority: str = "┊"
    bar: str = "━"
    rule: str = "─"
    ellipsis: str = "…"
    minus: str = "−"
    cursor: str = "┊"
    spark: str = SPARK
    heat: str = "·░▒▓█"
    """From low to high; the density alone must tell the level (plain theme)."""
    markers: str = "●▲■◆"
    """One a series; colour is never the only sign."""
    axis: str = "│"
    tick: str = "┤"

    @property
    def is_ascii(self) -> bool:
        return self.name == "ascii"

    def shown(self, text: str) -> str:
        """The text as this terminal can show it, with the same width in cells."""
        if not self.is_ascii or text.isascii():
            return text
        return "".join(sign if sign.isascii() else _in_ascii(sign) for sign in text)


UNICODE = Glyphs("unicode")
ASCII = Glyphs(
    "ascii",
    running=">",
    queued=".",
    done="+",
    failed="x",
    killed="k",
    alarm="!!",
    warning="!",
    notice="-",
    marked="*",
    focus="|",
    unfolded="v",
    folded=">",
    tainted="(t)",
    majority=":",
    bar="=",
    rule="-",
    ellipsis="~",
    minus="-",
    cursor=":",
    spark="_..--^^^",
    heat=".-+x#",
    markers="o^#*",
    axis="|",
    tick="+",
)

_SINGLE: Mapping[str, str] = {
    **dict(zip("●◌✓✗■△·◆▌▾▸┊━─…−│┤▲", ">.+xk!-*|v>:=-~-|+!", strict=True)),
    **dict(zip(SPARK, "_..--^^^", strict=True)),
    **dict(zip("░▒▓→←↑↓±×├└┬┴▏†✎", "-+x><^v~x|`--|t*", strict=True)),
}


def _in_ascii(sign: str) -> str:
    if sign in _SINGLE:
        return _SINGLE[sign]
    dots = ord(sign) - BRAILLE
    if 0 <= dots < 256:
        upper, lower = dots & 0b00011011, dots & 0b11100100
        return ":" if upper and lower else "'" if upper else "." if lower else " "
    return "?" * cell_len(sign)


def choose_glyphs(configured: str, encoding: str | None) -> Glyphs:
    """The set for this terminal.

    Args:
        configured: ``[tui] glyphs``: "auto", "unicode" or "ascii".
        encoding: Encoding of the terminal's output; anything but UTF-8 means ASCII under "auto".

    ``●`` and its neighbours are of ambiguous width: terminals set up for East Asian text draw them two
    cells wide, which only the configured "ascii" can know.
    """
    if configured == "ascii":
        return ASCII
    if configured == "unicode":
        return UNICODE
    return UNICODE if (encoding or "").lower().replace("-", "").replace("_", "") == "utf8" else ASCII
