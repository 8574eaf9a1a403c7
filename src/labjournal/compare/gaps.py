"""What was meant to be measured and is not there: a row without values says so, where a missing row says nothing.

A gap is a validation that waits, runs, or failed without a result; and of the checkpoints of one run, one that has no
result on a data set and with options on which its neighbours have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from labjournal.compare.table import ALL, DatasetInfo, Flag, Row, Selection, Table
from labjournal.model import Run, Status

SLUG = "not_measured"
_MOST = 30
"""Rows a table gets for what is missing; the note counts all."""
_Place = tuple[str, object, str, tuple[tuple[str, str], ...]]
"""Run, checkpoint (its step, else its file), key of the data, options."""


def with_gaps(table: Table, unfinished: Callable[[Sequence[str]], list[Run]]) -> Table:
    """The table with a row for each gap, beside the measured checkpoints of its run, and a note that counts them.

    ``unfinished``: the validations of these runs that wait, run or failed.
    """
    if table.selection.at != ALL or table.selection.by is not None or not table.rows:
        return table
    have = {_place(row) for row in table.rows}
    missing = {place: row for place, row in _gaps(table, unfinished) if place not in have}
    if not missing:
        return table
    rows = list(table.rows)
    for row in list(missing.values())[:_MOST]:
        rows.insert(_where(rows, row), row)
    words = f"Not measured yet: {', '.join(_named(row) for row in list(missing.values())[:6])}"
    more = f" and {len(missing) - 6} more" if len(missing) > 6 else ""
    note = f"{words}{more}. labjournal validate REF:all --missing measures what nobody was asked for."
    return replace(table, rows=tuple(rows), notes=(*table.notes, note))


def _gaps(table: Table, unfinished: Callable[[Sequence[str]], list[Run]]) -> Iterator[tuple[_Place, Row]]:
    """Planned ones after the others: what is known of a launched validation is the better word."""
    yield from _holes(table.rows)
    first = {row.run: row for row in reversed(table.rows)}
    for run in unfinished(list(first)):
        made = _planned(run, first, table.datasets, table.selection)
        if made is not None:
            yield _place(made), made


def _holes(rows: Sequence[Row]) -> Iterator[tuple[_Place, Row]]:
    by_run: dict[str, list[Row]] = {}
    for row in rows:
        # Without a file it is a value that training printed: there is nothing that could be validated elsewhere.
        if row.run and row.checkpoint is not None and row.step is not None and row.dataset.identified:
            by_run.setdefault(row.run, []).append(row)
    for own in by_run.values():
        steps = {row.step: row for row in own}
        measured = {(row.dataset.key, _options(row)): row for row in own}
        for like in measured.values():
            for checkpoint in steps.values():
                made = _empty(like, checkpoint.checkpoint, checkpoint.step, "not validated")
                yield _place(made), made


def _planned(run: Run, first: Mapping[str, Row], datasets: Sequence[DatasetInfo], selection: Selection) -> Row | None:
    subject = run.subject
    dataset = next((one for one in datasets if run.dataset is not None and one.name == run.dataset), None)
    if subject is None or dataset is None or subject.run not in first:
        return None
    if any(run.options.get(name) != value for name, value in selection.options.items()):
        return None
    path = subject.checkpoint
    name = PurePosixPath(path).name if path else None
    like = replace(first[subject.run], dataset=dataset, options=dict(sorted(run.options.items())))
    return _empty(like, name, subject.step, _state(run))


def _state(run: Run) -> str:
    if run.status is Status.QUEUED:
        return "validation queued"
    if run.status is Status.RUNNING:
        return "being validated"
    return f"validation {run.status.lower()}" + (f": {run.cause}" if run.cause else "")


def _empty(like: Row, checkpoint: str | None, step: int | None, words: str) -> Row:
    return replace(
        like,
        key=f"gap {like.run} {step} {checkpoint} {like.dataset.key} {like.options}",
        checkpoint=checkpoint,
        step=step,
        cells={},
        tainted=None,
        flags=(Flag(SLUG, words),),
        measurements=0,
    )


def _place(row: Row) -> _Place:
    return row.run, row.checkpoint if row.step is None else row.step, row.dataset.key, _options(row)


def _options(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.options.items()))


def _where(rows: Sequence[Row], gap: Row) -> int:
    """Behind the checkpoints of its run, on its data, that came before it."""
    block = [at for at, row in enumerate(rows) if row.dataset.key == gap.dataset.key]
    before = [at for at in block if rows[at].run == gap.run and (rows[at].step or 0) <= (gap.step or 0)]
    return (before or block or [len(rows) - 1])[-1] + 1


def _named(row: Row) -> str:
    return f"{row.label} on {row.dataset.label} ({row.flags[0].words})"
