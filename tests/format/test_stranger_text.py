"""Text of runs, files and people is shown, never obeyed, and never breaks a line's width."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from labjournal import format as f


def test_escapes_and_direction_overrides_become_visible_signs() -> None:
    assert f.visible("a\x1b[31mb\u202ec\nd\te\x7f\x9b") == "a␛[31mb\\u202ec␊d e␡\\x9b"
    assert f.visible("one\r\ntwo\tx", lines=True) == "one\ntwo\tx"
    assert f.visible("one\rtwo", lines=True) == "one␍two"


def test_emoji_joined_by_zero_width_joiners_stay_whole() -> None:
    assert f.visible("👩‍🔬") == "👩‍🔬"


@given(st.text())
def test_no_control_or_reordering_sign_passes(text: str) -> None:
    shown = f.visible(text)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in shown)
    assert not any(
        unicodedata.bidirectional(sign) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI") for sign in shown
    )


def test_markdown_and_html_show_markup_as_text() -> None:
    assert f.markdown("a|b`c`<b>*x*_y_ [z](w) \\") == r"a\|b\`c\`&lt;b>\*x\*\_y\_ \[z\](w) \\"
    assert [f.markdown(text) for text in ("# a", "- b", "1. c", "+d")] == [r"\# a", r"\- b", r"1\. c", "+d"]
    assert f.markdown(">a") == r"\>a"
    assert f.markdown("p < .001, a -> b, R&D") == "p < .001, a -> b, R&D"
    assert f.markdown("+0.124 [+.089 +.162], see [.1 .2](x)") == r"+0.124 [+.089 +.162], see \[.1 .2\](x)"
    assert f.html("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"


@given(st.text(), st.integers(0, 40))
def test_cut_text_fits_the_width_it_was_given(text: str, width: int) -> None:
    shown = f.visible(text)
    for cut in (f.cut(shown, width), f.cut_middle(shown, width)):
        assert f.cells(cut) <= width
        assert f.cells(f.pad(cut, width)) == width


def test_a_name_is_cut_in_its_middle_and_prose_at_its_end() -> None:
    assert f.cut_middle("v4-own-group-with-long-name", 12) == "v4-own…-name"
    assert f.cut("a sentence that is long", 10) == "a sentenc…"
    assert f.cells("データ") == 6


def test_words_around_counts() -> None:
    assert [f.plural(1, "row"), f.plural(1200, "row"), f.plural(2, "entry", "entries")] == [
        "1 row", "1,200 rows", "2 entries",
    ]  # fmt: skip
    assert [f.listed([]), f.listed(["a"]), f.listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
    assert f.setting(0.1 + 0.2) == "0.3"
    assert f.commit("9be1f0aa77", dirty=True) == "9be1f0*"


def test_an_underscore_inside_a_word_is_left_alone_in_markdown() -> None:
    assert f.markdown("param_not_in_optimizer") == "param_not_in_optimizer"
    assert f.markdown("_so_ a_ __init__") == r"\_so\_ a\_ \_\_init\_\_"
