"""Marker and colour of each run of a comparison: the same in its table, its settings and its curves."""

from __future__ import annotations

from collections.abc import Mapping

from labjournal.compare import Table
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.theme import series_marker, series_role

Looks = Mapping[str, tuple[str, str]]
"""Run id -> (marker, role)."""


def looks_of(table: Table, glyphs: Glyphs) -> Looks:
    """In the order of the rows."""
    runs = dict.fromkeys(row.run for row in table.rows)
    return {run: (series_marker(at, glyphs.markers), series_role(at)) for at, run in enumerate(runs)}
