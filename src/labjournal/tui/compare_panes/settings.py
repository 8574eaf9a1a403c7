"""Settings in which the compared runs differ, a column a run; what differs from the first is bright."""

from __future__ import annotations

from labjournal import format
from labjournal.compare import Table
from labjournal.export import cells
from labjournal.tui.compare_panes.looks import Looks
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, cut_middle, pad

_MOST_NAME = 24
_SETTING = 13
"""Cells of a value."""


def lines(table: Table, looks: Looks, width: int, glyphs: Glyphs) -> list[Line]:
    """A line a setting, then how many are equal."""
    equal: Line = [(f" {format.plural(table.equal_settings, 'setting')} equal", "muted")]
    if not table.differing_settings:
        return [[(" no setting differs", "muted")], equal] if table.rows else []
    names = cells.run_names(table)
    name_wide = min(_MOST_NAME, max(8, width // 3), max(map(len, table.differing_settings)) + 2)
    runs = list(names)[: max(1, (width - name_wide - 2) // _SETTING)]
    head: list[Span] = [(" " * (1 + name_wide), "text")]
    for run in runs:
        marker, role = looks[run]
        name = cut_middle(format.visible(names[run]), _SETTING - 4, glyphs.ellipsis)
        head.append((pad(f"{marker} {name}", _SETTING), role))
    drawn: list[Line] = [head]
    for setting, values in cells.settings(table).items():
        label = cut_middle(format.visible(setting), name_wide - 1, glyphs.ellipsis)
        line: list[Span] = [(" " + pad(label, name_wide), "muted")]
        first = values[runs[0]]
        for run in runs:
            text = values[run]
            role = "b text" if text != first else "text"
            line.append((pad(cut_middle(text, _SETTING - 2, glyphs.ellipsis), _SETTING), role))
        drawn.append(line)
    drawn += [[], equal]
    if len(names) > len(runs):
        drawn.append([(f" {format.plural(len(names) - len(runs), 'more run')} beside these", "muted")])
    return drawn


def state(table: Table) -> str:
    count = len(table.differing_settings)
    return f"{count} of {count + table.equal_settings}" if table.rows else ""


def words(table: Table) -> str:
    """Each differing setting with its values."""
    names = cells.run_names(table)
    told = [
        f"{setting}: " + ", ".join(f"{name} {values[run]}" for run, name in names.items()) + "."
        for setting, values in cells.settings(table).items()
    ]
    return " ".join(told) or "No setting differs."
