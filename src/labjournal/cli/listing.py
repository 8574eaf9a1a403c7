"""Runs as rows of text and as the objects of ``--json``; used by `ls` and `show`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from labjournal import format as fmt
from labjournal.model import short_id
from labjournal.store.runs import RunRow

_NAME_CELLS = 26
_WORDS = {"alarm": "▲ alarm", "warning": "△ warning"}


def as_json(row: RunRow) -> dict[str, Any]:
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
    }


def as_text(rows: Sequence[RunRow], now: datetime) -> list[str]:
    """A heading and one line a run, as wide as the terminal."""
    if not rows:
        return []
    width = shutil.get_terminal_size((80, 24)).columns
    name_cells = min(_NAME_CELLS, max(4, *(fmt.cells(row.name) for row in rows)))
    head = f"{'id':6}  {'state':9}  {fmt.pad('run', name_cells)}  {'step':>9}  {'age':>6}  finding"
    return [fmt.cut(head, width), *(fmt.cut(_line(row, name_cells, now), width) for row in rows)]


def _line(row: RunRow, name_cells: int, now: datetime) -> str:
    name = fmt.pad(fmt.cut_middle(fmt.visible(row.name), name_cells), name_cells)
    step = fmt.count(row.step) if row.step is not None else fmt.missing()
    age = fmt.age(datetime.fromisoformat(row.created_at), now)
    taint = f"{fmt.TAINT} " if row.retracted else ""
    line = f"{short_id(row.id)}  {row.status.lower():9}  {name}  {step:>9}  {age:>6}  {taint}{_finding(row)}"
    return line.rstrip()


def _finding(row: RunRow) -> str:
    if row.worst_rule:
        others = (row.worst_count or 1) - 1
        more = f" +{others}" if others else ""
        return f"{_WORDS.get(row.worst_level or '', row.worst_level)} {row.worst_rule}{more}"
    watch = row.watch or ""
    return "" if watch == "watched" else fmt.visible(watch.split(":")[0])
