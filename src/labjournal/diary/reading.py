"""The diary read back by days, and what people mean by a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from labjournal.errors import InputError
from labjournal.model import Entry

if TYPE_CHECKING:
    from labjournal.store import Store


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the diary, in the zone it is read in."""

    date: date
    entries: tuple[Entry, ...]


def days(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    grep: str | None = None,
    kinds: Sequence[str] | None = None,
    run: str | None = None,
    zone: tzinfo | None = None,
) -> list[Day]:
    """Entries by day, oldest first, automatic ones included; ``zone`` None is local."""
    by_day: dict[date, list[Entry]] = {}
    for entry in store.entries(since=since, until=until, kinds=kinds, grep=grep, run=run):
        by_day.setdefault(entry.t.astimezone(zone).date(), []).append(entry)
    return [Day(day, tuple(entries)) for day, entries in sorted(by_day.items())]


def moment_of(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """What a person means by ``--since``: a date, a time, ``7d``, ``12h``, ``today`` or ``yesterday``.

    Raises InputError.
    """
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if text in ("today", "yesterday"):
        return midnight - timedelta(days=text == "yesterday")
    unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}.get(text[-1:])
    if unit and text[:-1].isdecimal():
        return local - timedelta(**{unit: int(text[:-1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no time.", "Give a date (2026-11-20), today, yesterday, 12h or 7d.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=local.tzinfo) if zone else moment.astimezone()
