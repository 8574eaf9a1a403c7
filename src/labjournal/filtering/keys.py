"""What a kind of thing can be asked for, and what a value of each key may be: where typing errors are found out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from labjournal.filtering.grammar import And, FilterError, Node, Not, Or, Term

PARTS = (".low", ".high", ".n")
"""What reaches into a measured number: its interval and its size."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d|w)\Z")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SHOWN = 3


class Kind(Enum):
    """What the values of a key are."""

    TEXT = "text"
    NUMBER = "number"
    MEASURED = "measured"
    """A number with ``.low``, ``.high`` and ``.n``."""
    SINCE = "since"
    BEFORE = "before"
    AGE = "age"
    """A length of time: 90s, 2h, 3d."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one kind of thing."""

    fixed: Mapping[str, Kind]
    choices: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The values that a key of texts can have; a beginning of one suffices."""
    numbers: Collection[str] = ()
    """Settings that hold numbers."""
    texts: Collection[str] = ()
    """Settings that hold texts."""
    measured: Collection[str] = ()
    """Metrics, by the names people use."""
    nouns: str = "key"
    """What an unknown key is said not to be: "setting or metric"."""

    def find(self, key: str) -> tuple[str, Kind] | None:
        """The key's full name and kind: as it stands, then by a beginning that only one metric or setting has."""
        bare, part = key, ""
        for ending in PARTS:
            if key.endswith(ending) and self._kind(key) is None:
                bare, part = key.removesuffix(ending), ending
        kind = self._kind(bare)
        if kind is None:
            found = {name for name in (*self.measured, *self.numbers, *self.texts) if name.startswith(bare)}
            if len(found) != 1:
                return None
            bare = found.pop()
            kind = self._kind(bare)
        if kind is None or (part and kind is not Kind.MEASURED):
            return None
        return bare + part, kind

    def _kind(self, key: str) -> Kind | None:
        if key in self.fixed:
            return self.fixed[key]
        if key in self.measured:
            return Kind.MEASURED
        if key in self.numbers:
            return Kind.NUMBER
        return Kind.TEXT if key in self.texts else None

    def names(self) -> list[str]:
        """Every key, for completion."""
        return sorted({*self.fixed, *self.measured, *self.numbers, *self.texts})


def check(node: Node | None, keys: Keys, now: datetime) -> None:
    """Raise FilterError for the first term that cannot be meant of these things."""
    match node:
        case Term():
            _check_term(node, keys, now)
        case Not(inner):
            check(inner, keys, now)
        case And(nodes) | Or(nodes):
            for inner in nodes:
                check(inner, keys, now)
        case _:
            return


def _check_term(term: Term, keys: Keys, now: datetime) -> None:
    found = keys.find(term.key)
    if found is None:
        raise FilterError(f'no {keys.nouns} "{term.key}"{_near(term.key, keys)}', term.start, term.value_start - 1)
    key, kind = found
    if not term.value:
        raise FilterError(f"{key}{term.operator} what?", term.start, term.end)
    if kind in (Kind.NUMBER, Kind.MEASURED):
        if term.operator != ":" and number(term.value) is None:
            raise FilterError(f"{key} is a number: {key}>1e-4", term.value_start, term.end)
    elif kind is Kind.AGE:
        if span_s(term.value) is None:
            raise FilterError(f"{key} is a length of time: {key}<2h, {key}>3d", term.value_start, term.end)
    elif kind in (Kind.SINCE, Kind.BEFORE):
        if moment(term.value, now) is None:
            raise FilterError(
                f"{term.value} is no time: {key}:mon, {key}:today, {key}:7d, {key}:2026-11-20",
                term.value_start,
                term.end,
            )
    elif key in keys.choices and not any(one.startswith(term.value.lower()) for one in keys.choices[key]):
        near = difflib.get_close_matches(term.value.lower(), keys.choices[key], n=_SHOWN, cutoff=0.3)
        told = ", ".join(near or sorted(keys.choices[key]))
        raise FilterError(f'no {key} "{term.value}": {told}', term.value_start, term.end)
    elif term.operator in ("<", "<=", ">", ">="):
        raise FilterError(f"{key} is a text: {key}:{term.value}", term.start, term.end)


def _near(key: str, keys: Keys) -> str:
    names = keys.names()
    near = [name for name in names if name.startswith(key)][:_SHOWN]
    near += [name for name in difflib.get_close_matches(key, names, n=_SHOWN, cutoff=0.5) if name not in near]
    return f": {', '.join(near[:_SHOWN])}?" if near else ""


def number(text: str) -> float | None:
    """A number as people type it; None for anything else."""
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return None


def span_s(text: str) -> float | None:
    """Seconds of ``90s``, ``2h``, ``3d``; None for anything else."""
    found = _SPAN.match(text)
    return float(found[1]) * _UNITS[found[2]] if found else None


def moment(text: str, now: datetime) -> datetime | None:
    """``mon`` (the last one), ``today``, ``yesterday``, ``7d``, a date or a time; None for anything else."""
    local = now.astimezone()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    word = text.lower()
    if word in ("today", "yesterday"):
        return midnight - timedelta(days=word == "yesterday")
    if word[:3] in _DAYS and word.isalpha():
        return midnight - timedelta(days=(midnight.weekday() - _DAYS.index(word[:3])) % 7)
    span = span_s(word)
    try:
        if span is not None:
            return local - timedelta(seconds=span)
        stated = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return stated if stated.tzinfo else stated.astimezone()
