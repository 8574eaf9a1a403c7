"""Dates in every style, and the years people leave out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.importers import dates, read
from labjournal.importers.sources import read_diary


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-10-14", "2025-10-14"),
        ("[2025-10-14] Training", "2025-10-14"),
        ("#12 — 标题 (2026-05-07)", "2026-05-07"),
        ("exp A Completed - 2026-07-08", "2026-07-08"),
        ("2024/3/5", "2024-03-05"),
        ("12.03.2024", "2024-03-12"),
        ("Mar. 23rd", "XXXX-03-23"),
        ("Tuesday, 4 June 2024", "2024-06-04"),
        ("June 4th, 2024", "2024-06-04"),
        ("4th of June 2024", "2024-06-04"),
        ("04-Jun-2024", "2024-06-04"),
        ("23. März 2024", "2024-03-23"),
        ("1er mars 2024", "2024-03-01"),
        ("5 de marzo de 2024", "2024-03-05"),
        ("5 марта 2024", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        ("3月5日(火)", "XXXX-03-05"),
        ("2024년 3월 5일", "2024-03-05"),
        ("March 5-7, 2024", "2024-03-05"),
        ("5.–7. März 2024", "2024-03-05"),
        ("2024-03-05 – 2024-03-07", "2024-03-05"),
        ("20240305 notes", "2024-03-05"),
        ("2024-03-05T14:30:00Z", "2024-03-05"),
        ("Jan 3 '24", "2024-01-03"),
    ],
)
def test_a_date_is_read_in_any_style(text: str, iso: str) -> None:
    found = dates.find(text)
    assert found is not None
    assert found.text == iso


@pytest.mark.parametrize(
    "text",
    [
        "v1.2.2024-rc",
        "1:10 dataset",
        "Section 3.1.2",
        "6/21 signals",
        "Mistral-7B",
        "1e-4 to 3e-5",
        "may 99",
        "31.02.2024",
        "mar",
        "0.63",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.find(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-14",
        "**2025-10-14**",
        "Tue 2025-10-14 (10:30)",
        "14.10.2025, Dienstag",
        "2025年10月14日（火）",
        "Date: 2025-10-14",
        "14.10.",
    ],
)
def test_a_heading_that_is_a_date_and_nothing_else(text: str) -> None:
    found = dates.alone(text)
    assert found is not None
    assert (found.month, found.day) == (10, 14)


def test_a_title_beside_the_date_is_no_bare_date() -> None:
    assert dates.alone("2025-10-14 first run") is None


def test_year_runs_over_new_year_in_both_directions() -> None:
    forward = dates.settle(
        [m for text in ("Nov 30th 2023", "Dec 20th", "Jan 2nd", "Feb 3rd") if (m := dates.find(text))]
    )
    assert [mention.year for mention in forward] == [2023, 2023, 2024, 2024]
    back = dates.settle([m for text in ("Feb 3rd 2024", "Jan 2nd", "Dec 20th", "Nov 30th") if (m := dates.find(text))])
    assert [mention.year for mention in back] == [2024, 2024, 2023, 2023]


def test_unmistakable_dates_decide_which_number_is_the_day() -> None:
    european = [m for text in ("3/4/2024", "5/4/2024", "25/4/2024") if (m := dates.find(text))]
    assert [mention.text for mention in dates.settle(european)] == ["2024-04-03", "2024-04-05", "2024-04-25"]
    american = [m for text in ("4/3/2024", "4/5/2024", "4/25/2024") if (m := dates.find(text))]
    assert [mention.text for mention in dates.settle(american)] == ["2024-04-03", "2024-04-05", "2024-04-25"]


def test_order_decides_where_no_date_is_unmistakable() -> None:
    mentions = [m for text in ("28/02/2024", "1/3/2024", "2/3/2024", "4/3/2024") if (m := dates.find(text))][1:]
    assert [mention.text for mention in dates.settle(mentions)] == ["2024-03-01", "2024-03-02", "2024-03-04"]


def test_the_last_commit_dates_a_diary_without_years() -> None:
    mentions = [m for text in ("Nov. 3rd", "Dec. 1st", "Jan. 5th") if (m := dates.find(text))]
    settled = dates.settle(mentions, last=date(2021, 2, 1))
    assert [mention.text for mention in settled] == ["2020-11-03", "2020-12-01", "2021-01-05"]


@given(
    st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%B %d, %Y", "%d %b %Y", "%Y年%m月%d日"]),
)
def test_every_day_is_read_back(day: date, style: str) -> None:
    found = dates.find(f"## {day.strftime(style)} what happened")
    assert found is not None
    assert found.text == day.isoformat()


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for function in (dates.find, dates.alone, dates.leading, dates.labelled, dates.month_of, dates.day_of):
        function(text)


@pytest.mark.parametrize(
    ("text", "iso", "rest"),
    [
        ("11-13-19: lowered the rate", "2019-11-13", "lowered the rate"),
        ("11-10?-19: started", "2019-11-10", "started"),
        ("3/4/24 - tried", "2024-03-04", "tried"),
        ("- 2025-09-20T07:59:46Z | run complete | next", "2025-09-20", "07:59:46Z | run complete | next"),
        ("- 2024-03-05 10:30: resumed", "2024-03-05", "10:30: resumed"),
    ],
)
def test_a_line_may_begin_with_its_date_and_time(text: str, iso: str, rest: str) -> None:
    found = dates.leading(text)
    assert found is not None
    assert (found[0].text, found[1]) == (iso, rest)


@pytest.mark.parametrize("text", ["1-2-3: a list", "0.1/0.2/30 - sizes", "10:30: no date"])
def test_numbers_that_lead_a_line_are_not_dates(text: str) -> None:
    assert dates.leading(text) is None


@pytest.mark.parametrize(
    "text", ["le 12 avril 2024", "Le vendredi 12 avril 2024", "am 12. April 2024", "On April 12, 2024"]
)
def test_an_article_before_a_date_is_part_of_it(text: str) -> None:
    found = dates.alone(text)
    assert found is not None
    assert found.text == "2024-04-12"


def test_a_labelled_moment_dates_its_section(tmp_path: Path) -> None:
    for label in ("Date/Time:", "Timestamp:", "Started at:", "**Run date**:"):
        path = tmp_path / "log.md"
        path.write_text(f"## Session: one\n* {label} 2025-04-12 17:55:54\n* Trials: 20\n\n## Session: two\nwords\n")
        assert [entry.date for entry in read_diary(path).entries] == ["2025-04-12", None], label


def test_a_period_that_is_told_gives_days_their_year(tmp_path: Path) -> None:
    path = tmp_path / "log.md"
    path.write_text(
        "# Notebook\n\n**Period:** March 15 – April 12, 2026\n\n## Phase 1 (March 15)\nx\n\n## Phase 2 (April 1)\ny\n"
    )
    assert [entry.date for entry in read_diary(path).entries][1:] == ["2026-03-15", "2026-04-01"]


@pytest.mark.parametrize(
    ("heading", "iso", "title"),
    [
        ("### 2026-01-24 ~ 2026-01-25: base model", "2026-01-24", "base model"),
        ("## 27/4/21 - Ada", "2021-04-27", "Ada"),
        ("### Ensembling (2026-10-05, `results.json`)", "2026-10-05", "Ensembling (`results.json`)"),
        ("**Sabtu, 23 Mei 2026 — 180 menit**", "2026-05-23", "180 menit"),
        ("**Çarşamba, 5 Mart 2025: ilk deneme**", "2025-03-05", "ilk deneme"),
        ("## середа, 5 березня 2025", "2025-03-05", "Words."),
    ],
)
def test_a_heading_gives_its_day_and_keeps_the_rest_as_its_title(heading: str, iso: str, title: str) -> None:
    (entry,) = [one for one in read(f"# Log\n\n{heading}\n\nWords.\n").entries if one.date]
    assert (entry.date, entry.title) == (iso, title)


def test_bold_days_below_the_heading_of_a_week_are_entries() -> None:
    text = "### Week 1, 23–24 May 2026\n\n**Sat, 23 May 2026 — 3 h**\n\nA.\n\n**Sun, 24 May 2026 — 2 h**\n\nB.\n"
    assert [(entry.date, entry.text) for entry in read(text).entries if entry.text] == [
        ("2026-05-23", "A."),
        ("2026-05-24", "B."),
    ]


def test_a_table_with_a_column_of_dates_is_a_diary_where_nothing_else_is_dated() -> None:
    rows = "| 2021/5/28 | base | 0.61 |\n| | (again) | 0.62 |\n| 2021/6/1 | wide | 0.7 |\n"
    table = f"| date | what | result |\n|---|---|---|\n{rows}"
    found = [(entry.date, entry.title) for entry in read(f"# Runs\n\n{table}").entries if entry.date]
    assert found == [("2021-05-28", "base"), ("2021-06-01", "wide")]
    assert [entry.date for entry in read(f"# 2021-07-01\n\n{table}").entries] == ["2021-07-01"]


def test_a_full_date_in_a_sentence_gives_the_days_near_it_their_year() -> None:
    words = "Scope as of 2026-09-09: three hours."
    days = "## September 6\n\nA.\n\n## September 7\n\nB.\n"
    assert [entry.date for entry in read(f"{words}\n\n{days}").entries if entry.date] == ["2026-09-06", "2026-09-07"]
    far = "The data were released on 2019-02-01."
    assert {entry.date for entry in read(f"{far}\n\n{days}").entries if entry.date} == {"XXXX-09-06", "XXXX-09-07"}


def test_shares_in_a_sentence_are_no_right_answers_of_classes() -> None:
    assert read("## 2026-09-07\n\n- Rates: neutral 1/8, prompted 8/8, tuned 7/8. All reloaded.\n").results == ()
