"""Durations, ages and dates as text. Times are aware; the zone is local unless one is named."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta, tzinfo

from labjournal import facts
from labjournal.format.numbers import missing

AGE_AS_DATE_D = 60


def duration_short(seconds: float | None) -> str:
    """For tables: ``45s``, ``8m``, ``2h24``, ``3d04``."""
    if seconds is None or not math.isfinite(seconds):
        return missing()
    total = max(0, int(seconds))
    if total < 60:
        return f"{total}s"
    if total < 3600:
        return f"{total // 60}m"
    if total < 86400:
        return f"{total // 3600}h{total % 3600 // 60:02d}"
    return f"{total // 86400}d{total % 86400 // 3600:02d}"


def duration(seconds: float | None) -> str:
    """For prose: ``0.8 s``, ``45 s``, ``8 min``, ``2 h 24 min``, ``3 d 4 h``."""
    if seconds is None or not math.isfinite(seconds):
        return missing()
    if 0 < seconds < 10:
        return f"{seconds:.1f} s"
    total = max(0, int(seconds))
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min"
    if total < 86400:
        return f"{total // 3600} h {total % 3600 // 60} min"
    return f"{total // 86400} d {total % 86400 // 3600} h"


def age(moment: datetime | None, now: datetime, zone: tzinfo | None = None) -> str:
    """How long ago: ``8m``, ``2h24``, ``6d``; beyond 60 days the date. A time ahead of the clock reads ``0s``."""
    if moment is None:
        return missing()
    seconds = (now - moment).total_seconds()
    if seconds >= AGE_AS_DATE_D * 86400:
        return day(moment, zone)
    return f"{int(seconds // 86400)}d" if seconds >= 86400 else duration_short(seconds)


class Ages:
    """`age` of many moments as facts write them; neighbours in a list mostly share a day, and finding it costs."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._old = now - timedelta(days=AGE_AS_DATE_D)
        self._begin = self._end = self._day = ""

    def text(self, written: str) -> str:
        """``written`` in ISO 8601, in UTC: then text sorts as time does, and most need not be read."""
        if self._begin <= written < self._end and written[-1] == "Z":
            return self._day
        moment = datetime.fromisoformat(written)
        if moment > self._old:
            return age(moment, self._now)
        local = time.localtime(moment.timestamp())
        self._day = day(moment)
        self._begin, self._end = (
            facts.now_iso(time.mktime((local.tm_year, local.tm_mon, local.tm_mday + more, 0, 0, 0, 0, 0, -1)))
            for more in (0, 1)
        )
        self._end = min(self._end, facts.now_iso(self._old.timestamp()))
        return self._day


def day(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-20`` in the zone (default: local)."""
    if zone is None:  # a third of the time of astimezone, and lists of runs ask 10,000 times
        local = time.localtime(moment.timestamp())
        return f"{local.tm_year:04}-{local.tm_mon:02}-{local.tm_mday:02}"
    return moment.astimezone(zone).date().isoformat()


def clock(moment: datetime, zone: tzinfo | None = None) -> str:
    """``13:44`` in the zone (default: local)."""
    if zone is None:
        local = time.localtime(moment.timestamp())
        return f"{local.tm_hour:02}:{local.tm_min:02}"
    there = moment.astimezone(zone)
    return f"{there.hour:02}:{there.minute:02}"


def moment_text(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-20 13:44`` in the zone (default: local)."""
    return f"{day(moment, zone)} {clock(moment, zone)}"


def zone_name(moment: datetime, zone: tzinfo | None = None) -> str:
    """``UTC`` or ``UTC+02:00``: the offset in force at that moment."""
    offset = moment.astimezone(zone).strftime("%z")
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with microseconds, as the facts have it; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
