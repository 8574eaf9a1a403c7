"""What is varied, as typed: ``lr=1e-3,1e-4``, ``depth=2..6``, ``x=0..1:5``, ``lr=1e-5..1e-1:log5``.

A list names values. A range of whole numbers is all of them, ``2..10/2`` every second. ``:5`` is five values at equal
distances, ``:log5`` in equal ratios. A range without a number of values can only be drawn from, by a search.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from labjournal.errors import InputError

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?:/({_NUMBER})|:(log)?(\d+)?(int)?)?\Z")
_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z")
_MOST = 100_000
_HINT = "For example lr=1e-3,1e-4, depth=2..6, x=0..1:5, lr=1e-5..1e-1:log5."


class Axis(NamedTuple):
    """One setting that is varied: by its values, or as a range to draw from."""

    name: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False
    """Only whole numbers are drawn."""

    @property
    def is_drawn(self) -> bool:
        return not self.values

    def as_data(self) -> dict[str, Any]:
        """As the ``sweep`` fact has it."""
        if self.values:
            return {"name": self.name, "values": list(self.values)}
        return {"name": self.name, "low": self.low, "high": self.high, "log": self.log, "whole": self.whole}


def from_data(raw: Mapping[str, Any]) -> Axis:
    if raw.get("values"):
        return Axis(str(raw["name"]), tuple(map(str, raw["values"])))
    log, whole = bool(raw.get("log")), bool(raw.get("whole"))
    return Axis(str(raw["name"]), (), float(raw["low"]), float(raw["high"]), log, whole)


def parse(text: str, drawn: bool = False) -> Axis:
    """Read ``NAME=VALUES``; ``drawn`` allows a range to draw from. Raises InputError."""
    name, equals, said = text.partition("=")
    name, said = name.strip(), said.strip()
    if not equals or not _NAME.match(name) or not said:
        raise InputError(f"{text!r} is not of the form name=values.", _HINT)
    match = _RANGE.match(said)
    if match is None:
        values = tuple(part.strip() for part in said.split(","))
        if not all(values):
            raise InputError(f"{text!r} has an empty value.", _HINT)
        return Axis(name, _distinct(values, text))
    return _range(name, text, match, drawn)


def _range(name: str, text: str, match: re.Match[str], drawn: bool) -> Axis:
    low, high = float(match[1]), float(match[2])
    log, count, whole = bool(match[4]), match[5], bool(match[6])
    if not low < high:
        raise InputError(f"{text!r}: {match[1]} is not below {match[2]}.", _HINT)
    if log and low <= 0:
        raise InputError(f"{text!r}: equal ratios need a start above 0.", _HINT)
    if match[3] is not None:
        return Axis(name, _distinct(_stepped(low, high, float(match[3]), text), text))
    if count is not None:
        return Axis(name, _distinct(_spread(low, high, int(count), log, text), text))
    if drawn:
        return Axis(name, (), low, high, log, whole or (_whole(match[1]) and _whole(match[2]) and not log))
    if log or not (_whole(match[1]) and _whole(match[2])):
        raise InputError(f"{text!r}: how many values?", "Say 0..1:5 or 1e-5..1e-1:log5, or draw them with --search.")
    return Axis(name, _distinct(_stepped(low, high, 1.0, text), text))


def _stepped(low: float, high: float, step: float, text: str) -> list[str]:
    if step <= 0 or (high - low) / step > _MOST:
        raise InputError(f"{text!r}: a step of {step:g} makes no range.", _HINT)
    return [written(low + at * step) for at in range(math.floor((high - low) / step + 1e-9) + 1)]


def _spread(low: float, high: float, count: int, log: bool, text: str) -> list[str]:
    if not 2 <= count <= _MOST:
        raise InputError(f"{text!r}: {count} values make no range.", _HINT)
    parts = [at / (count - 1) for at in range(count)]
    if log:
        return [written(low * (high / low) ** part) for part in parts]
    return [written(low + (high - low) * part) for part in parts]


def _distinct(values: Sequence[str], text: str) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise InputError(f"{text!r} names a value twice.", _HINT)
    return tuple(values)


def _whole(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+", text) is not None


def written(value: float) -> str:
    """A number as it is filled into a command: six digits, whole ones without a point."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.6g}"


def size(axes: Sequence[Axis]) -> int:
    return math.prod(len(axis.values) for axis in axes)
