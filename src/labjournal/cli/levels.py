"""The levels of findings as verbs print them."""

from __future__ import annotations

LEVELS = {"alarm": "▲ alarm", "warning": "△ warning", "notice": "· notice"}


def level_column(level: str) -> str:
    """As wide as the widest of them."""
    return f"{LEVELS[level]:9}"
