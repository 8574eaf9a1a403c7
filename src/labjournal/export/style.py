"""How a table is to be written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal, get_args

from labjournal.config import TableConfig
from labjournal.errors import InputError

Interval = Literal["range", "plus-minus", "none"]
INTERVALS: tuple[Interval, ...] = get_args(Interval)


@dataclass(frozen=True, slots=True)
class Style:
    width: int = 80
    """Cells a line of text may have; other formats do not break lines."""
    full: bool = False
    """Everything there is: counts, code, times, all sentences and settings."""
    fuller: str = "--full"
    """The option that asks for it."""
    zone: tzinfo | None = None
    """Zone of the times shown; None is local."""
    interval: Interval = "range"
    """``0.908 [.888 .924]``, ``0.908 ± 0.018`` or the value alone."""
    digits: int | None = None
    """Decimals of every value; None for as many as its interval allows."""
    caption: str | None = None

    def kept(self, table: TableConfig, name: str) -> Style:
        """The style with what ``[tables.NAME]`` says. Raises InputError for an interval that is none."""
        words = {"±": "plus-minus", "+-": "plus-minus"}.get(table.interval, table.interval)
        interval = next((known for known in INTERVALS if known == words), None)
        if interval is None:
            raise InputError(f"tables.{name}.interval is {table.interval!r}.", f"There is {', '.join(INTERVALS)}.")
        return replace(self, interval=interval, digits=table.digits, caption=table.caption)
