"""Curves, as the index names them."""

from __future__ import annotations

from dataclasses import dataclass

PRINTED = "printed"
"""The folder of curves that were read off what a run printed."""


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """A curve: ``folder`` is relative to the logdir or working folder, "" for its root."""

    run: str
    folder: str
    tag: str

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.tag}" if self.folder else self.tag


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    key: SeriesKey
    n: int
    first_step: int
    last_step: int
    last_value: float
    last_wall: float
    """Seconds since 1970; NaN for a printed curve, which has no times."""
