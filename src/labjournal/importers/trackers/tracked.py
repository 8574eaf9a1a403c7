"""A run as another tracker kept it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from labjournal.watch.masking import masked

Point = tuple[int, float, float]
"""Step, seconds since 1970, value."""
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


@dataclass(slots=True)
class TrackedRun:
    """What is known of it; what the tracker does not say stays None."""

    tracker: str
    """mlflow, trackio or wandb."""
    key: str
    """The tracker's own id of the run, unique within the tracker."""
    place: str
    """The file or folder it was read from."""
    name: str
    project: str | None = None
    began: float | None = None
    """Seconds since 1970."""
    ended: float | None = None
    status: str | None = None
    """DONE, FAILED or KILLED; None while it goes on, and where nobody says."""
    settings: dict[str, Any] = field(default_factory=dict)
    commit: str | None = None
    notes: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    """Tags of the tracker, with their values where they have some."""
    curves: dict[str, list[Point]] = field(default_factory=dict)
    summary: dict[str, float] = field(default_factory=dict)
    """Numbers stated of the whole run that no curve ends in."""

    def add(self, tag: str, step: int, wall: float, value: object) -> None:
        """One point, if the value is a number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return
        self.curves.setdefault(tag, []).append((step, wall, float(value)))

    def first_moment(self) -> float:
        """When it began, as far as that is known: its first point, else 1970."""
        walls = [points[0][1] for points in self.curves.values() if points]
        return self.began if self.began is not None else min(walls, default=0.0)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``import --json``."""
        return {
            "tracker": self.tracker,
            "key": self.key,
            "place": self.place,
            "name": self.name,
            "project": self.project,
            "status": self.status,
            "began": _iso(self.began),
            "ended": _iso(self.ended),
            "settings": masked(self.settings),
            "commit": self.commit,
            "notes": self.notes,
            "labels": self.labels,
            "curves": {tag: len(points) for tag, points in self.curves.items()},
            "summary": self.summary,
        }


def numbers_in(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of nested mappings, with the names of all levels: ``val/acc``. "NaN" and "Infinity" are numbers."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from numbers_in(value, f"{prefix}{name}/")
        elif isinstance(value, bool) or (isinstance(value, str) and value not in _NOT_FINITE):
            continue
        elif isinstance(value, (int, float, str)):
            yield f"{prefix}{name}", float(value)


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings with the names of all levels, as a dotted path."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def plain_setting(text: str) -> object:
    """What a tracker kept as text, as the number or truth value that it was."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) and "_" not in text else text
    return text


def _iso(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()
