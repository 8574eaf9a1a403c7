"""What one rule of the watch is. Levels: alarm, warning, notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

ALARM = "alarm"
WARNING = "warning"
NOTICE = "notice"


@dataclass(frozen=True)
class Rule:
    """``level`` is the usual one; a finding may carry a lower one when there is a sign of intention."""

    slug: str
    level: str
    family: str
    means: str
    remedy: str
    aliases: Tuple[str, ...] = ()
    """Other names by which people call it; a finding always carries the slug."""
