"""Runs as rows of text and as the objects of ``--json``; used by `ls` and `show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from labjournal import format as fmt
from labjournal.cli import UNCUT, terminal_columns
from labjournal.cli.levels import LEVELS
from labjournal.store.rows import ListedRun, RunRow
from labjournal.vocabulary import watch_word

_NAME_CELLS = 26
_OTHER_CELLS = 6 + 2 + 9 + 2 + 2 + 9 + 2 + 10 + 2
"""All columns but the name and the finding, with the gaps between them."""
_LOUD = {level: LEVELS[level] for level in ("alarm", "warning")}


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
    """A heading and one line a run, as wide as the terminal; ``instead`` holds words for its last column.

    What is read by a program (``ls | grep RULE``) is cut nowhere.
    """
    if not rows:
        return []
    width = terminal_columns()
    names, name_cells = _names([row.name for row in rows], UNCUT if width == UNCUT else _NAME_CELLS)
    rest = max(0, width - name_cells - _OTHER_CELLS)
    ages, findings = fmt.Ages(now), _Findings(rest)
    head = f"{'id':6}  {'state':9}  {fmt.pad('run', name_cells)}  {'step':>9}  {'age':>10}  {fmt.cut('finding', rest)}"
    states = {status: f"{status.lower():9}" for status in {row.status for row in rows}}
    unknown = f"{fmt.missing():>9}"
    lines = [head]
    for row, name in zip(rows, names, strict=True):  # ten thousand times: what few rows differ in is made once
        step = unknown if row.step is None else f"{fmt.count(row.step):>9}"
        told = instead.get(row.id) if instead else None
        last = findings.of(row) if told is None else findings.cut(_taint(row) + fmt.visible(told))
        lines.append(
            f"{row.id[-6:].lower()}  {states[row.status]}  {name}  {step}  {ages.text(row.created_at):>10}{last}"
        )
    return lines


def _names(names: list[str], most: int) -> tuple[list[str], int]:
    """Names as wide as the widest of them that fits, and that width."""
    together = "".join(names)
    if together.isascii() and together.isprintable():  # nearly always, at a tenth of the price
        cells = min(most, max(4, *map(len, names)))
        return [name.ljust(cells) if len(name) <= cells else fmt.cut_middle(name, cells) for name in names], cells
    shown = [fmt.visible(name) for name in names]
    cells = min(most, max(4, *map(fmt.cells, shown)))
    return [fmt.pad(fmt.cut_middle(name, cells), cells) for name in shown], cells


class _Findings:
    """The last column; of ten thousand runs few differ in it."""

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._known: dict[tuple[object, ...], str] = {}

    def of(self, row: ListedRun | RunRow) -> str:
        said = (row.watch, row.worst_rule, row.worst_level, row.worst_count, row.retracted)
        known = self._known.get(said)
        if known is None:
            known = self._known[said] = self.cut(_finding(row))
        return known

    def cut(self, text: str) -> str:
        return f"  {fmt.cut(text, self._cells)}" if text else ""


def _taint(row: ListedRun | RunRow) -> str:
    return f"{fmt.TAINT} " if row.retracted else ""


def _finding(row: ListedRun | RunRow) -> str:
    taint = _taint(row)
    if row.worst_rule:
        others = (row.worst_count or 1) - 1
        more = f" +{others}" if others else ""
        return f"{taint}{_LOUD.get(row.worst_level or '', row.worst_level)} {row.worst_rule}{more}"
    return taint + fmt.visible(watch_word(row.watch, None))
