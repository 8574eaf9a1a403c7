"""Spans measured in cells: nothing is wider than asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from labjournal.format import visible
from labjournal.tui.glyphs import ASCII, UNICODE, choose_glyphs
from labjournal.tui.text import (
    cut_end,
    cut_line,
    cut_middle,
    ends,
    fill_line,
    line_width,
    plain_text,
    whole_spans,
    wrap,
)

WORDS = st.text(st.sampled_from("ab1日本é\u0301👩\u200d🔬 -_/."), max_size=40)
LINES = st.lists(st.tuples(WORDS, st.just("text")), max_size=5)


@given(WORDS, st.integers(0, 30))
def test_cut_text_is_never_wider_than_asked_and_whole_when_it_fits(text: str, width: int) -> None:
    for cut in (cut_end, cut_middle):
        assert cell_len(cut(text, width)) <= width
        if cell_len(text) <= width:
            assert cut(text, width) == text


@given(LINES, st.integers(0, 30))
def test_cut_and_filled_lines_have_the_width_asked_for(line: list[tuple[str, str]], width: int) -> None:
    assert line_width(cut_line(line, width)) <= width
    assert line_width(whole_spans(line, width)) <= width
    assert line_width(fill_line(cut_line(line, width), width)) == width


@given(LINES, LINES, st.integers(2, 60))
def test_two_ends_fill_the_line(left: list[tuple[str, str]], right: list[tuple[str, str]], width: int) -> None:
    drawn = line_width(ends(left, right, width))
    assert drawn == width or line_width(right) >= width >= drawn


@given(WORDS, st.integers(2, 30))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(text.split())


def test_a_name_keeps_the_end_that_tells_it_from_its_family() -> None:
    assert cut_middle("sweep-lora-rank-16-seed-3", 12) == "sweep-…eed-3"


def test_a_number_gives_way_as_a_whole() -> None:
    cell = [("0.908", "text"), (" [.888 .924]", "muted")]
    assert plain_text(whole_spans(cell, 17)) == "0.908 [.888 .924]"
    assert plain_text(whole_spans(cell, 16)) == "0.908"
    assert plain_text(whole_spans(cell, 4)) == "…"


@given(st.text(max_size=30))
def test_ascii_terminals_get_ascii_of_the_same_width(text: str) -> None:
    shown = ASCII.shown(visible(text))
    assert shown.isascii()


def test_known_signs_have_the_same_width_in_ascii() -> None:
    for text in ("● ◌ ✓ ✗ ■ △ ◆", "▁▂▃▄▅▆▇█", "⣿⠉⣀⠀", "−…†┊━"):
        assert cell_len(ASCII.shown(text)) == cell_len(text)
    assert ASCII.shown("⠉⣀⣿⠀") == "'.: "


def test_glyphs_follow_the_terminal_unless_configured() -> None:
    assert choose_glyphs("auto", "utf-8") is UNICODE
    assert choose_glyphs("auto", "UTF8") is UNICODE
    assert choose_glyphs("auto", "latin-1") is ASCII
    assert choose_glyphs("auto", None) is ASCII
    assert choose_glyphs("unicode", None) is UNICODE
    assert choose_glyphs("ascii", "utf-8") is ASCII


def test_a_number_and_its_interval_stay_on_one_line() -> None:
    assert wrap("accuracy on 1:1 0.908 [.888 .924], n 10", 24) == ["accuracy on 1:1", "0.908 [.888 .924], n 10"]
    assert wrap("−0.110 [−.147 −.074], p", 21) == ["−0.110 [−.147 −.074],", "p"]
