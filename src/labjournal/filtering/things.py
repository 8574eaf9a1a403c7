"""Rows of runs as things that a filter can look at. Duck-typed: lists read their rows straight from columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from labjournal.filtering.keys import Keys, Kind
from labjournal.filtering.matching import Value
from labjournal.vocabulary import Level, RunKind, Status

_NOTHING: Mapping[str, Sequence[Value]] = {}
_HAS = ("finding", "alarm", "warning", "notice", "result", "checkpoint", "retraction", "reason", "parent")


class ListedRow(Protocol):
    """The columns that every list of runs has."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def created_at(self) -> str: ...
    @property
    def watch(self) -> str | None: ...
    @property
    def worst_rule(self) -> str | None: ...
    @property
    def worst_level(self) -> str | None: ...
    @property
    def step(self) -> int | None: ...
    @property
    def retracted(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """One number that was measured of a run."""

    metric: str
    dataset: str
    """Name, else the hash; in lower case."""
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None

    def part(self, part: str) -> float | None:
        """The number, or what ``.low``, ``.high`` or ``.n`` reach."""
        return {"": self.value, ".low": self.low, ".high": self.high, ".n": self.n}[part]


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What a filter may ask of a run beyond its row."""

    settings: Mapping[str, Value]
    measured: tuple[MeasuredValue, ...] = ()
    tags: tuple[str, ...] = ()


NO_DETAILS = RunDetails({})


class RunThing:
    """A row of a list of runs."""

    __slots__ = ("_details", "_row", "_words")

    def __init__(self, row: ListedRow, details: RunDetails = NO_DETAILS) -> None:
        self._row, self._details = row, details
        self._words: str | None = None

    @property
    def id(self) -> str:
        return self._row.id

    def words(self) -> str:
        if self._words is None:
            row = self._row
            texts = (row.name, row.reason, row.status, row.kind, row.worst_rule)
            self._words = "\n".join(text for text in texts if text).lower()
        return self._words

    def is_of(self, row: ListedRow, details: RunDetails) -> bool:
        """Whether it was made of these very values, so that it can be kept while one types on."""
        return self._row is row and self._details is details

    def moment(self) -> datetime:
        stated = datetime.fromisoformat(self._row.created_at)
        return stated if stated.tzinfo else stated.replace(tzinfo=UTC)

    def values(self, key: str, data: frozenset[str]) -> Sequence[Value]:
        row, details = self._row, self._details
        if key in _ROW:
            value = getattr(row, _ROW[key], None)
            return () if value is None else (value if isinstance(value, (int, float)) else str(value),)
        if key == "has":
            return self._has()
        if key == "data":
            return [one.dataset for one in details.measured]
        if key == "metric":
            return [*(one.metric for one in details.measured), *details.tags]
        if key in details.settings:
            return (details.settings[key],)
        name, part = key, ""
        for ending in (".low", ".high", ".n"):
            if key.endswith(ending):
                name, part = key.removesuffix(ending), ending
        found = [
            one.part(part)
            for one in details.measured
            if one.metric == name and (not data or any(wanted in one.dataset for wanted in data))
        ]
        return [value for value in found if value is not None]

    def _has(self) -> list[Value]:
        row = self._row
        found: list[Value] = [text for text in (row.worst_level, row.worst_rule) if text]
        found += ["finding"] if row.worst_rule else []
        found += ["retraction"] if row.retracted else []
        found += ["reason"] if row.reason else []
        found += ["parent"] if getattr(row, "parent", None) else []
        found += ["checkpoint"] if getattr(row, "checkpoints", 0) else []
        return [*found, "result"] if self._details.measured else found


_ROW = {
    "status": "status",
    "kind": "kind",
    "name": "name",
    "reason": "reason",
    "id": "id",
    "step": "step",
    "tag": "git_tag",
    "code": "code",
    "exit": "exit_code",
    "watch": "watch",
    "parent": "parent",
    "rule": "worst_rule",
    "retracted": "retracted",
}


def run_keys(
    rules: Sequence[str] = (), numbers: Sequence[str] = (), texts: Sequence[str] = (), measured: Sequence[str] = ()
) -> Keys:
    """Keys of runs; ``rules`` of checks may stand behind ``has:``."""
    fixed = dict.fromkeys(_ROW, Kind.TEXT) | {"step": Kind.NUMBER, "exit": Kind.NUMBER}
    fixed |= {"has": Kind.TEXT, "data": Kind.TEXT, "metric": Kind.TEXT}
    fixed |= {"since": Kind.SINCE, "before": Kind.BEFORE, "age": Kind.AGE}
    choices = {
        "status": tuple(status.value.lower() for status in Status),
        "kind": tuple(kind.value for kind in RunKind),
        "has": (*_HAS, *(level.value for level in Level), *rules),
    }
    return Keys(fixed, choices, numbers, texts, measured, "setting or metric")
