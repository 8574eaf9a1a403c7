"""Text for LaTeX: what is no command, and which signs the plain engines set."""

from __future__ import annotations

import pytest

from labjournal import format as fmt


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("λ = 0.1", r"\ensuremath{\lambda} = 0.1"),
        ("Δ val loss", r"\ensuremath{\Delta} val loss"),
        ("ε_S ≥ 0.5", r"\ensuremath{\epsilon}\_S \ensuremath{\geq} 0.5"),
        ("χ²/ndf", r"\ensuremath{\chi}\ensuremath{^2}/ndf"),
        ("H₂O, x⁻¹", r"H\ensuremath{_2}O, x\ensuremath{^-}\ensuremath{^1}"),
        ("Α Β ο", "A B o"),  # Greek letters that LaTeX has no name for, as they look like Latin ones
        ('say "a"', r"say {\char34}a{\char34}"),  # \textquotedbl is unknown in OT1
        ("naïve Łódź", "naïve Łódź"),
    ],
)
def test_greek_and_mathematical_signs_become_commands(text: str, written: str) -> None:
    assert fmt.latex(text) == written
    assert fmt.beyond_latex(written) == ""


def test_signs_that_need_a_font_of_their_own_are_named_once() -> None:
    assert fmt.beyond_latex(fmt.latex("数据 and 数 🙂, “quoted” → λ")) == "数据🙂"
