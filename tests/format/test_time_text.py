"""Durations, ages and dates as text."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal import format as f
from labjournal.facts import now_iso

NOW = datetime(2026, 11, 20, 13, 44, 44, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "short", "prose"),
    [
        (0.84, "0s", "0.8 s"), (45, "45s", "45 s"), (480, "8m", "8 min"), (8640, "2h24", "2 h 24 min"),
        (3 * 86400 + 4 * 3600, "3d04", "3 d 4 h"),
    ],
)  # fmt: skip
def test_durations_are_short_in_tables_and_spelled_in_prose(seconds: float, short: str, prose: str) -> None:
    assert (f.duration_short(seconds), f.duration(seconds)) == (short, prose)


def test_an_age_turns_into_a_date_after_sixty_days() -> None:
    assert f.age(NOW - timedelta(minutes=8), NOW) == "8m"
    assert f.age(NOW - timedelta(days=6, hours=5), NOW) == "6d"
    assert f.age(NOW - timedelta(days=60), NOW, UTC) == "2026-09-21"
    assert f.age(NOW + timedelta(hours=1), NOW) == "0s"
    assert f.age(None, NOW) == "—"


def test_a_moment_is_shown_in_the_zone_that_is_named() -> None:
    zone = timezone(timedelta(hours=11))
    assert f.moment_text(NOW, zone) == "2026-11-21 00:44"
    assert f.zone_name(NOW, zone) == "UTC+11:00"
    assert f.zone_name(NOW, UTC) == "UTC"
    assert f.iso(NOW.astimezone(zone)) == "2026-11-20T13:44:44.000000Z"


@given(st.lists(st.datetimes(datetime(1980, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), max_size=20))
def test_ages_of_many_moments_are_the_age_of_each(moments: list[datetime]) -> None:
    ages = f.Ages(NOW)
    assert [ages.text(now_iso(moment.timestamp())) for moment in sorted(moments)] == [
        f.age(moment, NOW) for moment in sorted(moments)
    ]


@pytest.mark.parametrize("name", ["America/Santiago", "Pacific/Apia", "Asia/Kolkata", "America/St_Johns"])
def test_ages_know_days_that_are_short_long_or_left_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Midnights that do not exist, a day skipped in 2011, offsets of half an hour."""
    monkeypatch.setenv("TZ", name)
    time.tzset()
    try:
        ages = f.Ages(NOW)
        for hours in range(0, 24 * 365 * 20, 7):
            moment = datetime(2006, 1, 1, tzinfo=UTC) + timedelta(hours=hours, minutes=hours % 60)
            assert ages.text(now_iso(moment.timestamp())) == f.age(moment, NOW)
    finally:
        monkeypatch.undo()
        time.tzset()
