"""Roles become styles in every theme, and what carries meaning can be read."""

from __future__ import annotations

import pytest
from rich.color import Color
from rich.style import Style

from labjournal.tui.theme import GROUNDS, HEAT, LOOKS, ROLES, choose_theme, series_marker, series_role

MEANING = ("text", "muted", "accent", "ok", "warning", "alarm", "s1", "s2", "s3", "s4")


def luminance(colour: Color) -> float:
    channels = [value / 255 for value in colour.get_truecolor()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    lighter, darker = sorted((luminance(style.color), luminance(style.bgcolor)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", LOOKS)
def test_every_role_has_a_style_on_every_ground(name: str) -> None:
    for role in ROLES:
        for ground in GROUNDS:
            assert isinstance(LOOKS[name].style(f"b {role} on {ground}"), Style)
    with pytest.raises(KeyError):
        LOOKS[name].style("red")


@pytest.mark.parametrize("name", [name for name, look in LOOKS.items() if not look.ansi])
def test_what_carries_meaning_reads_well_and_rules_stay_faint(name: str) -> None:
    # 4.5 is WCAG's AA; the cursor's and the alarm's grounds cost a little of the plain ground's 4.9.
    assert min(contrast(LOOKS[name].style(role)) for role in MEANING) >= 4.9
    assert min(contrast(LOOKS[name].style(f"{role} on cursor")) for role in MEANING) >= 4.0
    assert contrast(LOOKS[name].style("faint")) < 2


@pytest.mark.parametrize("name", [name for name, look in LOOKS.items() if not look.ansi])
def test_heat_is_monotone_in_lightness(name: str) -> None:
    styles = [LOOKS[name].style(role).color for role in HEAT]
    light = [luminance(colour) for colour in styles if colour is not None]
    assert light == sorted(light, reverse=not LOOKS[name].dark)


def test_plain_and_sixteen_colours_use_only_the_terminals_own() -> None:
    for name in ("plain", "16-colours"):
        for role in ROLES:
            colour = LOOKS[name].style(role).color
            assert colour is None or (colour.number is not None and colour.number < 16)
    assert all(LOOKS["plain"].style(role).color is None for role in ROLES)


def test_the_environment_chooses_the_theme() -> None:
    assert choose_theme("light", {"NO_COLOR": ""}) == "plain"
    assert choose_theme("light", {"TERM": "xterm-256color"}) == "light"
    assert choose_theme(None, {"TERM": "linux"}) == "16-colours"
    assert choose_theme(None, {"TERM": "xterm-16color"}) == "16-colours"
    assert choose_theme(None, {"TERM": "dumb"}) == "plain"
    assert choose_theme("no such theme", {"TERM": "xterm-256color"}) == "dark"


def test_sixteen_series_differ_by_colour_or_marker() -> None:
    pairs = {(series_role(n), series_marker(n, "●▲■◆")) for n in range(16)}
    assert len(pairs) == 16
    assert [series_marker(n, "●▲■◆") for n in range(4)] == list("●▲■◆")
