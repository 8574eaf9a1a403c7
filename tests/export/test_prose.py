"""A person's markdown inside a generated file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from labjournal.export.blocks import Block, parse
from labjournal.export.prose import embed, fenced


def test_headings_go_below_the_heading_they_stand_under() -> None:
    assert embed("# One\n## Two\n###### Six\n#no heading", 2) == "### One\n#### Two\n###### Six\n#no heading"
    assert embed("Title\n=====\ntext\n---", 2) == "Title\n\\=====\ntext\n\\---"


def test_an_open_fence_is_closed_and_code_is_left_as_it_is() -> None:
    assert embed("```py\n# not a heading <b>", 2) == "```py\n# not a heading <b>\n```"
    assert embed("~~~\n```\n~~~\n# x", 2) == "~~~\n```\n~~~\n### x"


def test_html_is_shown_and_links_and_code_are_kept() -> None:
    assert embed("<b>x</b> `<b>` <https://a.b> 1 < 2", 2) == "&lt;b>x&lt;/b> `<b>` <https://a.b> 1 < 2"
    assert embed("<!-- a comment", 2) == "&lt;!-- a comment"


def test_control_characters_are_visible() -> None:
    assert embed("a\x1b[31m\u202eb", 2) == "a␛[31m\\u202eb"


@given(st.text(alphabet="`~# \n<>!-ab*|[]=", max_size=80))
def test_nothing_a_person_writes_swallows_what_follows(text: str) -> None:
    file = f"{Block('A', embed(text, 2))}\n\n## after\n"
    headings = [token for token in MarkdownIt().parse(file) if token.type == "heading_open" and token.tag == "h2"]
    assert len(headings) == 1
    assert len(parse(file)) == 2


@given(st.text(alphabet="`ab\n~ ", max_size=60))
def test_a_code_block_cannot_be_closed_from_inside(text: str) -> None:
    tokens = MarkdownIt().parse(fenced(text))
    assert [token.type for token in tokens] == ["fence"]
