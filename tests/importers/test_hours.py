"""Headings with an hour in what somebody wrote into a day."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.importers.hours import Part, parts


@pytest.mark.parametrize(
    ("heading", "clock", "title"),
    [
        ("## 09:30 written by hand", time(9, 30), "written by hand"),
        ("## 9:30", time(9, 30), ""),
        ("# 09:30:15 - the probe ##", time(9, 30, 15), "the probe"),
        ("##  23:59: late", time(23, 59), "late"),
        ("## 14:05 Uhr, Pause", time(14, 5), "Pause"),
        ("## 24:00 x", None, ""),
        ("## 9:3 x", None, ""),
        ("## 1:10, numeric on", None, ""),
        ("## 2:30 hours of training", None, ""),
        ("## 09:30am x", None, ""),
        ("### 09:30 below a section", None, ""),
        ("09:30 no heading", None, ""),
    ],
)
def test_an_hour_is_read_where_a_section_begins_with_one(heading: str, clock: time | None, title: str) -> None:
    text = f"{heading}\nwhat happened"
    told = f"{title}\n\nwhat happened" if title else "what happened"
    assert parts(text, {"1:10"}) == [Part(clock, told if clock else text)]


LINES = st.sampled_from(
    ["## 09:30 a", "## 11:00", "# 7:15 - b", "### 08:00 c", "```", "words", "", "| a |", "---", "# d"]
)


@given(st.lists(LINES, max_size=12))
def test_no_word_is_lost(lines: list[str]) -> None:
    told = "\n".join(part.text for part in parts("\n".join(lines))).split("\n")
    for line in ("words", "| a |", "### 08:00 c", "# d"):
        assert told.count(line) == lines.count(line)
    for heading, title in (("## 09:30 a", "a"), ("# 7:15 - b", "b")):
        assert told.count(heading) + told.count(title) == lines.count(heading)
