"""Runs as rows of text and as the objects of ``--json``; used by `ls` and `show`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from labjournal import format as fmt
from labjournal.store.rows import ListedRun, RunRow

_NAME_CELLS = 26
_OTHER_CELLS = 6 + 2 + 9 + 2 + 2 + 9 + 2 + 10 + 2
"""All columns but the name and the finding, with the gaps between them."""
_WORDS = {"alarm": "▲ alarm", "warning": "△ warning"}


def as_json(row: RunRow, job: str | None) -> dict[str, Any]:
    """One element of ``ls --json`` (docs/formats.md)."""
    worst = None
    if row.worst_rule:
        worst = {"rule": row.worst_rule, "level": row.worst_level, "count": row.worst_count}
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "status": row.status,
        "cause": row.cause,
        "reason": row.reason,
        "parent": row.parent,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "exit_code": row.exit_code,
        "commit": row.code,
        "dirty": None if row.dirty is None else bool(row.dirty),
        "git_tag": row.git_tag,
        "watch": row.watch,
        "worst_finding": worst,
        "checkpoints": row.checkpoints,
        "attempts": row.attempts,
        "job": job,
    }


def as_text(rows: Sequence[ListedRun | RunRow], now: datetime, instead: Mapping[str, str]) -> list[str]:
    """A heading and one line a run, as wide as the terminal; ``instead`` holds words for its last column."""
    if not rows:
        return []
    name_cells = min(_NAME_CELLS, max(4, *(fmt.cells(row.name) for row in rows)))
    rest = max(0, _columns() - name_cells - _OTHER_CELLS)
    head = f"{'id':6}  {'state':9}  {fmt.pad('run', name_cells)}  {'step':>9}  {'age':>10}  {fmt.cut('finding', rest)}"
    return [head, *(_line(row, name_cells, rest, now, instead) for row in rows)]


def _columns() -> int:
    """Width of the terminal; 80 where there is none."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 80


def _line(row: ListedRun | RunRow, name_cells: int, rest: int, now: datetime, instead: Mapping[str, str]) -> str:
    step = fmt.missing() if row.step is None else fmt.count(row.step)
    age = fmt.age(datetime.fromisoformat(row.created_at), now)
    finding = fmt.visible(instead[row.id]) if row.id in instead else _finding(row)
    shown = f"  {fmt.cut(finding, rest)}" if finding else ""
    name = _name(row.name, name_cells)
    return f"{row.id[-6:].lower()}  {row.status.lower():9}  {name}  {step:>9}  {age:>10}{shown}"


def _name(name: str, cells: int) -> str:
    if name.isascii() and name.isprintable() and len(name) <= cells:  # nearly all, at a tenth of the price
        return name.ljust(cells)
    return fmt.pad(fmt.cut_middle(fmt.visible(name), cells), cells)


def _finding(row: ListedRun | RunRow) -> str:
    taint = f"{fmt.TAINT} " if row.retracted else ""
    if row.worst_rule:
        others = (row.worst_count or 1) - 1
        more = f" +{others}" if others else ""
        return f"{taint}{_WORDS.get(row.worst_level or '', row.worst_level)} {row.worst_rule}{more}"
    watch = row.watch
    return taint if not watch or watch == "watched" else f"{taint}{fmt.visible(watch.partition(':')[0])}"
