"""Dates as people write them in diaries, and the years they leave out.

A date in a heading may stand in any style and any of a dozen languages. A year that is not written is taken from the
dates around it, or from what the caller knows (front matter, git history); else it stays unknown and is shown as
``XXXX-03-23`` (the notation of ISO 8601-2 for an unspecified year). Nothing is guessed without evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal

_MONTHS_TEXT = """
jan january januar janvier enero gennaio janeiro januari stycznia января янв ocak ledna січня január ianuarie|feb
february februar fevrier février febrero febbraio fevereiro februari lutego февраля фев şubat února лютого február
februarie |mar march märz maerz mrz mars marzo março marco maart marca марта maret marts mart března березня március
martie|apr april avril avr abril aprile kwietnia апреля апр nisan dubna квітня április aprilie|may mai mayo maggio
maio mei maja мая maj mayıs května травня május|jun june juni juin junio giugno junho czerwca июня июн haziran června
червня június iunie|jul july juli juillet juil julio luglio julho lipca июля июл temmuz července липня július
iulie|aug august août aout agosto augustus sierpnia августа авг agustus augusti ağustos srpna серпня augusztus|sep
sept september septembre septiembre settembre setembro września сентября сен сент eylül září вересня szeptember
septembrie|oct october okt oktober octobre octubre ottobre outubro października октября окт ekim října жовтня október
octombrie|nov november novembre noviembre novembro listopada ноября ноя kasım listopadu листопада noiembrie|dec
december dez dezember decembre décembre diciembre dicembre dezembro grudnia декабря дек desember aralık prosince
грудня decembrie
"""
MONTHS = {name: number for number, names in enumerate(_MONTHS_TEXT.split("|"), 1) for name in names.split()}
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY_NAMES = """
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so lundi mardi mercredi jeudi
vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo segunda-feira terça-feira quarta-feira
quinta-feira sexta-feira segunda terça quarta quinta sexta lunedì martedì mercoledì giovedì venerdì sabato domenica
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag mandag måndag tirsdag tisdag onsdag torsdag fredag lørdag
lördag søndag söndag poniedziałek wtorek środa czwartek piątek sobota niedziela понедельник вторник среда четверг
пятница суббота воскресенье пн вт ср чт пт сб вс понеділок вівторок середа четвер субота неділя senin selasa rabu
kamis jumat sabtu minggu ahad pazartesi salı çarşamba perşembe cuma cumartesi pazar pondělí úterý středa čtvrtek pátek
neděle
"""
_WEEKDAYS = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|"
    + "|".join(sorted(_WEEKDAY_NAMES.split(), key=len, reverse=True))
    + r"|(?:星期|周|週)[一二三四五六日天]|[月火水木金土日]曜日?)"
)
_DAY = r"(?P<{d}>[0-3]?\d)(?:st|nd|rd|th|er|\.|º|°)?"
_YEAR = r"(?P<{y}>(?:19|20)\d\d|'\d\d)"
_TO = r"\s*(?:-|–|—|~|to|until|bis|au|/|至|〜|～)\s*"
_EDGE = r"(?<![\w./:])"
_END = r"(?![\w]|[./:]\d)"


_ISO = re.compile(
    rf"{_EDGE}(?P<y>(?:19|20)\d\d)(?P<s>[-/._])(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)(?=T\d|[^\d]|$)"
    rf"(?:{_TO}(?:(?P<y2>(?:19|20)\d\d)(?P=s))?(?:(?P<m2>\d\d?)(?P=s))?(?P<d2>\d\d?)(?![\d.]|:\d))?"
)
_COMPACT = re.compile(rf"{_EDGE}(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d){_END}")
_ASIAN = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d)\s*[年년]\s*)?(?P<m>\d\d?)\s*[月월]\s*(?P<d>\d\d?)\s*[日号號일]"
    rf"(?:{_TO}(?:(?P<m2>\d\d?)\s*[月월]\s*)?(?P<d2>\d\d?)\s*[日号號일])?"
)
_MONTH_DAY = re.compile(
    rf"{_EDGE}(?:{_YEAR.format(y='y0')}[\s,]+)?(?P<m>{_NAME})\.?[\s-]+{_DAY.format(d='d')}"
    rf"(?:{_TO}(?:(?P<m2>{_NAME})\.?\s+)?{_DAY.format(d='d2')}(?!\d))?"
    rf"(?:,?[\s-]+{_YEAR.format(y='y')})?(?!\d|[.:]\d|\w)",
    re.IGNORECASE,
)
_DAY_MONTH = re.compile(
    rf"{_EDGE}{_DAY.format(d='d')}"
    rf"(?:{_TO}{_DAY.format(d='d2')})?(?:\s+|-)(?:of\s+|de\s+)?(?P<m>{_NAME})\b\.?"
    rf"(?:(?:,|\s+de|\s+del)?[\s-]+{_YEAR.format(y='y')})?(?!\d)",
    re.IGNORECASE,
)
_DMY = re.compile(rf"{_EDGE}(?P<a>\d\d?)(?P<s>[./-])\s?(?P<b>\d\d?)(?P=s)\s?(?P<y>(?:19|20)\d\d){_END}")
_SHORT_DMY = re.compile(r"(?P<a>\d\d?)(?P<s>[./-])\s?(?P<b>\d\d?)(?:(?P=s)\s?(?P<y>\d\d)?)?$")
_SHORT_LEAD = re.compile(r"(?P<a>\d\d?)(?P<s>[./-])(?P<b>\d\d?)\??(?P=s)(?P<y>\d\d)(?=\s*:\s|\s+[–—|-]\s)")
_TIME = re.compile(r"\AT?\s?\d\d?:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?=\s*[|:—–-])")
_MONTH_YEAR = re.compile(
    rf"^(?:(?P<m>{_NAME})\.?,?\s+(?P<y>(?:19|20)\d\d)|(?P<y2>(?:19|20)\d\d)\s*[-年년]\s*(?P<m2>\d\d?)\s*[月월]?)$",
    re.IGNORECASE,
)
_ONLY_DAY = re.compile(r"^(?:day\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th|\.|日)?$", re.IGNORECASE)
_WEEKDAY = re.compile(rf"(?<!\w){_WEEKDAYS}\.?(?!\w)|[(（][月火水木金土日][)）]", re.IGNORECASE)
_AROUND = re.compile(
    r"\b(?:date|datum|fecha|data|day\s+\d+|entry|log|le|el|il|den|am|on)\b|日期|日付|날짜|[\s,.:;()\[\]【】（）*_#~|–—-]+"
    r"|T?\d\d?:\d\d(?::\d\d)?(?:\s?[ap]m)?(?:Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_NOT_AN_ENTRY = re.compile(
    r"\b(?:last\s+(?:updated?|modified|edited)|updated?|created|generated|deadline|due|version|since|until|license|"
    r"copyright|zuletzt|stand|aktualisiert|mis\s+à\s+jour|actualizado)\b|更新|截止|作成|최종",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A date as written; what was not written is None."""

    year: int | None
    month: int
    day: int
    start: int
    end: int
    order: Literal["", "day", "month", "either"] = ""
    """Of two bare numbers: which came first. "either" (``3/5/2024``) is read month first until others decide."""

    @property
    def text(self) -> str:
        """ISO 8601, with ``XXXX`` where the year is not known."""
        year = f"{self.year:04d}" if self.year is not None else "XXXX"
        return f"{year}-{self.month:02d}-{self.day:02d}"


def find(text: str) -> Mention | None:
    """The first date in a text, the start of a range included; None where there is none."""
    best: Mention | None = None
    for pattern in (_ISO, _COMPACT, _ASIAN, _MONTH_DAY, _DAY_MONTH, _DMY):
        for match in pattern.finditer(text):
            mention = _mention(match, pattern is _DMY)
            if mention is not None:
                if best is None or mention.start < best.start:
                    best = mention
                break
    return best


def alone(text: str) -> Mention | None:
    """The date when the text holds nothing else: a weekday, brackets and a time of day may stand around it."""
    stripped = text.strip(" \t*_#:=-–—[]()")
    mention = find(stripped)
    if mention is not None:
        rest = stripped[: mention.start] + " " + stripped[mention.end :]
        return mention if not _without_frame(rest) else None
    short = _SHORT_DMY.match(_WEEKDAY.sub("", stripped).strip(" ,")) if len(stripped) <= 16 else None
    return _mention(short, True) if short is not None else None


def _without_frame(text: str) -> str:
    return _AROUND.sub("", _WEEKDAY.sub(" ", text))


def leading(text: str) -> tuple[Mention, str] | None:
    """The date a line begins with, and what follows it: ``2024-03-05: first run`` and ``**Mar 5** — first run``."""
    stripped = text.lstrip(" \t*_`[(-+•")
    short = _SHORT_LEAD.match(stripped)
    mention = _mention(short, True) if short is not None else find(stripped[:60])
    if mention is None or _without_frame(stripped[: mention.start]):
        return None
    rest = stripped[mention.end :]
    after = _TIME.sub("", rest)
    if after and not re.match(r"\s*(?:[\])*_`]*\s*(?:$|[:—–|-])|[\])*_`]+(?:\s|$))", after):
        return None
    if after != rest:
        rest = rest.removeprefix("T")
    return mention, rest.strip(" \t*_`])(:—–-|")


def labelled(text: str) -> Mention | None:
    """The date of a line such as ``**Date:** 2025-11-25``; "last updated" and its like date no entry."""
    match = re.match(
        r"[\s*_>#-]*(?:date(?:\s*[/&]?\s*time)?|time\s?stamp|(?:run|start(?:ed)?|training)\s+(?:date|time|at|on)|datum|fecha|data"
        r"|日期|时间|日付|날짜|дата)\s*[*_]*\s*[:：=]\s*[*_]*\s*(.+)$",
        text,
        re.I,
    )
    return find(match[1][:60]) if match is not None else None


def says_no_entry(text: str) -> bool:
    """Whether the words beside a date say that it dates something else than an entry."""
    return _NOT_AN_ENTRY.search(text) is not None


def month_of(text: str) -> tuple[int, int] | None:
    """(year, month) of a heading that names a month and no day."""
    match = _MONTH_YEAR.match(text.strip(" *_#:"))
    if match is None:
        return None
    month = MONTHS[match["m"].lower()] if match["m"] else int(match["m2"])
    return (int(match["y"] or match["y2"]), month) if 1 <= month <= 12 else None


def day_of(text: str) -> int | None:
    """The day in a heading under a month: ``5``, ``5th``, ``Day 5``."""
    match = _ONLY_DAY.match(_WEEKDAY.sub("", text).strip(" ,.:*_"))
    return int(match["d"]) if match is not None and 1 <= int(match["d"]) <= 31 else None


def _mention(match: re.Match[str], numeric: bool) -> Mention | None:
    groups = match.groupdict()
    order: Literal["", "day", "month", "either"] = ""
    if numeric:
        a, b = int(groups["a"]), int(groups["b"])
        year = _year(groups["y"])
        order = _order(a, b, groups["s"])
        day, month = (a, b) if order == "day" else (b, a)
    else:
        month = MONTHS[groups["m"].lower()] if not groups["m"].isdecimal() else int(groups["m"])
        day = int(groups["d"])
        year = _year(groups.get("y") or groups.get("y0"))
    if not _exists(year, month, day):
        return None
    return Mention(year, month, day, match.start(), match.end(), order)


def _order(a: int, b: int, sign: str) -> Literal["day", "month", "either"]:
    """Full stops are written by people who put the day first; with other signs the numbers must decide."""
    if sign == "." or a > 12:
        return "day"
    return "month" if b > 12 or a == b else "either"


def _year(text: str | None) -> int | None:
    if not text:
        return None
    digits = text.lstrip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _exists(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def settle(mentions: Sequence[Mention], year: int | None = None, last: date | None = None) -> list[Mention]:
    """Fills in what the dates leave open, from each other and from what the caller knows.

    Args:
        mentions: in the order of the text.
        year: of the first date, when front matter, a file name or the user says so.
        last: the text is not younger than this (its last commit); decides the year when nothing else does and all
            dates without a year fit into the twelve months before.

    A date that could be read in two ways (``3/5/2024``) is read as the others show; month first where nothing does.
    """
    ordered = _ordered(mentions)
    if any(mention.year is None for mention in ordered):
        ordered = _with_years(ordered, year, last)
    return ordered


NEAR = 31
"""Days between a full date in a sentence and a day without a year that it may date."""


def with_year_of(mentions: Sequence[Mention], full: Sequence[Mention]) -> list[Mention]:
    """The dates, one of them with the year of the full dates near it, where these agree on one year."""
    near = [
        (at, one.year)
        for one in full
        for at, mention in enumerate(mentions)
        if abs((one.month - mention.month) * 31 + one.day - mention.day) <= NEAR
    ]
    if len({year for _, year in near}) != 1:
        return list(mentions)
    at, year = near[0]
    return [replace(mention, year=year) if i == at else mention for i, mention in enumerate(mentions)]


def _ordered(mentions: Sequence[Mention]) -> list[Mention]:
    """Day and month the way the unmistakable dates have them; else the way that jumps about least."""
    orders = {mention.order for mention in mentions}
    other = [
        replace(mention, month=mention.day, day=mention.month) if mention.order == "either" else mention
        for mention in mentions
    ]
    if "either" not in orders or ("month" in orders and "day" not in orders):
        return list(mentions)
    if "day" in orders and "month" not in orders:
        return other
    return other if _disorder(other) < _disorder(mentions) else list(mentions)


def _disorder(mentions: Sequence[Mention]) -> int:
    """Steps back in time, and the days the text would jump over."""
    keys = [(mention.year or 0) * 372 + mention.month * 31 + mention.day for mention in mentions]
    steps = [b - a for a, b in pairwise(keys)]
    back = sum(step < 0 for step in steps)
    back = min(back, sum(step > 0 for step in steps))
    return back * 10_000 + sum(abs(step) for step in steps)


def _with_years(mentions: Sequence[Mention], year: int | None, last: date | None) -> list[Mention]:
    known = [mention.year for mention in mentions]
    newest_first = _newest_first(mentions)
    if all(value is None for value in known):
        if year is not None:
            known[-1 if newest_first else 0] = year
        elif last is not None:
            at = 0 if newest_first else len(known) - 1
            newest = mentions[at]
            known[at] = last.year if (newest.month, newest.day) <= (last.month, last.day) else last.year - 1
    order = range(len(known))
    for sequence, backwards in ((order, newest_first), (reversed(order), not newest_first)):
        before: tuple[int, int, int] | None = None
        for index in sequence:
            mention = mentions[index]
            found = known[index]
            if found is None and before is not None:
                found = _next_year(before, mention.month, backwards)
                known[index] = found
            if found is not None:
                before = (found, mention.month, mention.day)
    return [replace(mention, year=found) for mention, found in zip(mentions, known, strict=True)]


def _next_year(neighbour: tuple[int, int, int], month: int, backwards: bool) -> int:
    """The year of a date beside a known one: only a jump of more than half a year crosses into another."""
    jump = month - neighbour[1]
    if backwards:
        return neighbour[0] - 1 if jump > 6 else neighbour[0]
    return neighbour[0] + 1 if jump < -6 else neighbour[0]


def _newest_first(mentions: Sequence[Mention]) -> bool:
    keys = [mention.month * 31 + mention.day for mention in mentions]
    steps = [b - a for a, b in pairwise(keys) if abs(b - a) < 186]
    return sum(step < 0 for step in steps) > sum(step > 0 for step in steps)
