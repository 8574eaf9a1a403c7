"""Colour roles: widgets name what a text means, a theme says how that looks.

A role is ``"[b ]name[ on ground]"``: ``b`` is bold, ``ground`` one of the ground roles. Contrast against the
plain ground is 4.9 or more for every role that carries meaning; ``faint`` (rules, axes) carries none. The
series colours are Okabe and Ito's set, its green and purple lightened for a dark ground; the colour-blind heat is
cividis. Series roles are the same in every colour theme's position, so a run keeps its colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rich.color import Color
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

SERIES = ("s1", "s2", "s3", "s4")
HEAT = ("h1", "h2", "h3", "h4", "h5")
GROUNDS = ("ground", "raised", "cursor", "tint")
_NAMES = (*GROUNDS, "text", "muted", "faint", "accent", "ok", "warning", "alarm", *SERIES, *HEAT)
ROLES = (*_NAMES[len(GROUNDS) :], "d1", "d2", "d3", "d4")

_TRUECOLOR = {
    "dark": "14171c 1b1f26 262c37 33201f d6dae1 949dab 3b424e 8ab4f8 86c58a e5b567 f2877b "
    "56b4e9 e69f00 2fbf94 d68fb8 2b3a55 3f587e 5f84ad 8fb8d8 d4ecf7",
    "light": "fbfaf7 f1efea e3e7ef fbe6e1 22262d 5c6470 c9c8c3 1f5fbf 2a6e35 8a5a00 b3261e "
    "0a6aa8 a35c00 00735a 9b3f78 d5e1ee a9c3dd 77a0c8 3f74a8 123f6e",
    "colour-blind": "14171c 1b1f26 262c37 33241a e2e5ea 9aa2af 3b424e 8ab4f8 56b4e9 f0e442 ff8a3d "
    "56b4e9 e69f00 2fbf94 d68fb8 33446b 585f70 86816f b8a75c ffe945",
}

_PLAIN = {
    "muted": Style(dim=True),
    "faint": Style(dim=True),
    "accent": Style(bold=True),
    "alarm": Style(bold=True),
    **{f"d{n}": Style(dim=True) for n in range(1, 5)},
}
_SIXTEEN = {
    "muted": Style(dim=True),
    "faint": Style(dim=True),
    "accent": Style(bold=True),
    "ok": Style(color="green"),
    "warning": Style(color="yellow"),
    "alarm": Style(color="red"),
    **{f"s{n}": Style(color=c) for n, c in enumerate(("cyan", "yellow", "green", "magenta"), 1)},
    **{f"d{n}": Style(color=c, dim=True) for n, c in enumerate(("cyan", "yellow", "green", "magenta"), 1)},
}
# Without a ground colour, only the cursor's row may be reversed: an alarm strip is set between "!!" by its widget.
_NO_GROUNDS = {
    "ground": Style(),
    "raised": Style(),
    "cursor": Style(reverse=True),
    "tint": Style(),
}


@dataclass(frozen=True)
class Look:
    """One theme as styles of roles."""

    name: str
    foregrounds: Mapping[str, Style]
    grounds: Mapping[str, Style]
    dark: bool = True
    ansi: bool = False
    """The terminal's own colours, or none."""
    _known: dict[str, Style] = field(default_factory=dict, repr=False)

    def style(self, role: str) -> Style:
        """The style of a role; never None, because a Segment without style crashes Textual under NO_COLOR.

        Raises:
            KeyError: The role does not exist: a mistake of the widget that names it.
        """
        known = self._known.get(role)
        if known is None:
            known = self._known[role] = self._made(role)
        return known

    def _made(self, role: str) -> Style:
        name, _, ground = role.partition(" on ")
        bold = name.startswith("b ")
        name = name[2:] if bold else name
        if name not in ROLES:
            raise KeyError(role)
        style = self.grounds[ground or "ground"] + self.foregrounds.get(name, Style())
        return style + Style(bold=True) if bold else style


def _truecolor(name: str) -> Look:
    table = dict(zip(_NAMES, (Color.parse(f"#{hexed}") for hexed in _TRUECOLOR[name].split()), strict=True))
    ground = table["ground"]
    # Raw values behind a smoothed line: the series' own colour, half way to the ground.
    table |= {f"d{n}": _between(table[f"s{n}"], ground) for n in range(1, 5)}
    return Look(
        name,
        foregrounds={role: Style(color=colour) for role, colour in table.items() if role not in GROUNDS},
        grounds={role: Style(bgcolor=table[role]) for role in GROUNDS},
        dark=name != "light",
    )


def _between(one: Color, other: Color) -> Color:
    first, second = one.get_truecolor(), other.get_truecolor()
    return Color.from_rgb(*((a + b) // 2 for a, b in zip(first, second, strict=True)))


LOOKS: Mapping[str, Look] = {
    **{name: _truecolor(name) for name in _TRUECOLOR},
    "plain": Look("plain", _PLAIN, _NO_GROUNDS, ansi=True),
    "16-colours": Look("16-colours", _SIXTEEN, _NO_GROUNDS, ansi=True),
}


def textual_theme(look: Look) -> Theme:
    """The same look for Textual's own widgets and style sheets."""
    if look.ansi:
        # Textual's ansi theme brings the variables its style sheets need; only its colours are replaced.
        warning, error, success = ("yellow", "red", "green") if look.name == "16-colours" else ("default",) * 3
        return replace(
            BUILTIN_THEMES["ansi-dark"],
            name=look.name,
            primary="ansi_default",
            secondary="ansi_default",
            accent="ansi_default",
            warning=f"ansi_{warning}",
            error=f"ansi_{error}",
            success=f"ansi_{success}",
        )

    def hexed(role: str) -> str:
        style = look.grounds[role] if role in GROUNDS else look.foregrounds[role]
        colour = style.bgcolor if role in GROUNDS else style.color
        return colour.get_truecolor().hex if colour is not None else "ansi_default"

    return Theme(
        name=look.name,
        primary=hexed("accent"),
        accent=hexed("accent"),
        warning=hexed("warning"),
        error=hexed("alarm"),
        success=hexed("ok"),
        foreground=hexed("text"),
        background=hexed("ground"),
        surface=hexed("raised"),
        panel=hexed("raised"),
        dark=look.dark,
    )


def choose_theme(configured: str | None, environ: Mapping[str, str]) -> str:
    """The theme to start with: NO_COLOR and dumb terminals win, then the configuration, then what TERM can show."""
    if "NO_COLOR" in environ or environ.get("TERM") == "dumb":
        return "plain"
    if configured is not None and configured in LOOKS:
        return configured
    term = environ.get("TERM", "")
    if not environ.get("COLORTERM") and (term in ("linux", "ansi", "cygwin") or term.endswith("-16color")):
        return "16-colours"
    return "dark"


def series_role(index: int) -> str:
    """The colour role of the n-th series; the colours repeat after four."""
    return SERIES[index % len(SERIES)]


def series_marker(index: int, markers: str) -> str:
    """The marker of the n-th series; where a colour repeats, the marker does not (sixteen pairs)."""
    return markers[(index + index // len(markers)) % len(markers)]
