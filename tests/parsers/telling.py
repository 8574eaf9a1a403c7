"""What the tests say of a result: its role, its metrics and its options."""

from __future__ import annotations

from labjournal.parsers import ParsedResult

Wanted = tuple[str, dict[str, float], dict[str, str]]


def told(result: ParsedResult) -> Wanted:
    return result.role, dict(result.metrics), dict(result.options)
