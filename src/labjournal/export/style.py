"""How a table is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Style:
    width: int = 80
    """Cells a line of text may have; other formats do not break lines."""
    full: bool = False
    """Everything there is: counts, code, times, all sentences and settings."""
    zone: tzinfo | None = None
    """Zone of the times shown; None is local."""
