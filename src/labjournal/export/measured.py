"""Results in the diary: checkpoint, data set and options, then counts, report, SIC and the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare import Cell, Column, Selection, build_table
from labjournal.compare.drafts import checkpoint_mark
from labjournal.export import cells, markdown
from labjournal.export.entry_words import Book
from labjournal.export.prose import fenced
from labjournal.export.style import Style
from labjournal.model import Counts, Result, short_id

_DIGITS = 4
_MANY = 3
"""So many results of the same metrics, as the points of a scan, are told by the table alone."""


def results_block(
    results: Sequence[Result], book: Book, zone: tzinfo | None, defined: dict[str, None]
) -> Iterator[str]:
    """Everything measured of one run on one day. What the values mean goes into ``defined``: said once for the day."""
    table = build_table(book.store, Selection(limit=None), book.config, results, book.known)
    defined.update(dict.fromkeys(table.definitions))
    told = {*table.definitions, *table.held_against}  # the latter stand at each result
    table = replace(table, notes=tuple(note for note in table.notes if note not in told))
    columns = {column.metric: column for column in table.columns}
    shown: dict[str, list[tuple[Column, Cell]]] = {}
    for row in table.rows:
        for metric, cell in row.cells.items():
            shown.setdefault(cell.result, []).append((columns[metric], cell))
    flags = {cell.result: cells.flags(row, "retracted") for row in table.rows for cell in row.cells.values()}
    by_checkpoint: dict[str | None, list[Result]] = {}
    for result in results:
        by_checkpoint.setdefault(checkpoint_mark(result), []).append(result)
    alike = _alike(results, [result.id for result in results if flags.get(result.id) or book.offsets(result)])
    for mark, whole in by_checkpoint.items():
        of_checkpoint = [result for result in whole if result.id not in alike]
        if not of_checkpoint:
            continue
        yield f"### {f'Checkpoint {fmt.markdown(mark)}' if mark else 'The run as it ended'}"
        for result in of_checkpoint:
            yield ""
            values = shown.get(result.id) or book.values(result)[0]
            yield from _result(result, values, flags.get(result.id, []), book, zone)
        yield ""
    if len(results) > 1:
        yield "### Table"
        yield ""
        yield markdown.render(table, Style(zone=zone)).rstrip("\n")


def _alike(results: Sequence[Result], apart: Collection[str]) -> set[str]:
    """Ids of results that are rows of one kind and have nothing to say beyond their values."""
    plain = [one for one in results if not (one.counts or one.per_class or one.taint or one.id in apart)]
    kinds = Counter(frozenset(one.metrics) for one in plain)
    return {one.id for one in plain if kinds[frozenset(one.metrics)] >= _MANY}


def _result(
    result: Result, values: Sequence[tuple[Column, Cell]], flags: Sequence[str], book: Book, zone: tzinfo | None
) -> Iterator[str]:
    yield f"#### {heading(result)}"
    yield ""
    run = book.run(result.subject.run)
    if result.taint and (run is None or run.retracted != result.taint):  # else it stands at the head of the block
        yield f"**{fmt.TAINT} retracted: {fmt.markdown(result.taint)}. These values carry no claim.**"
        yield ""
    for column, cell in values:
        counted = cells.counts(cell)
        value = cells.value(cell, column)
        beside = f" ({counted})" if counted != fmt.missing() and counted not in value else ""
        yield f"- {fmt.markdown(column.label)} {value}{beside}"
    yield from (f"- {fmt.markdown(words)}" for words in book.offsets(result))
    yield from (f"- {fmt.markdown(words)}" for words in flags)
    if result.counts:
        yield from ("", *_matrix(result.counts))
    if result.counts or result.per_class:
        yield from ("", fenced(_report(result)))
    yield ""
    yield f"*{_source(result, zone)}*"


def heading(result: Result) -> str:
    """Data set and options of a result, as `importers.exported` reads them back."""
    options = "".join(f", {fmt.markdown(name)} {_between(value)}" for name, value in sorted(result.options.items()))
    taint = f" {fmt.TAINT}" if result.taint else ""
    return f"{_data(result)}{options}{taint}"


def _data(result: Result) -> str:
    dataset = result.dataset
    name = dataset.name or "Data not identified"
    return _between(f"{name} #{dataset.hash[:4]}" if dataset.hash else name)


def _between(words: str) -> str:
    """Words that stand between commas, and are to be told from what follows when the diary is read again."""
    return fmt.markdown(words).replace(",", "\\,")


def _source(result: Result, zone: tzinfo | None) -> str:
    at = result.sources[0]
    where = {"stated": "stated", "file": "from a file", "text": "printed"}.get(at.how, at.how)
    place = f", {fmt.markdown(at.file)}:{at.line}" if at.file and at.line is not None else ""
    measurer = f" by run {short_id(result.measured_by)}" if result.measured_by else ""
    return f"Measured {fmt.moment_text(result.t, zone)}{measurer}, {where}{place}, r:{result.id}"


def _matrix(counts: Counts) -> Iterator[str]:
    """The counts, true classes as rows, with the column of unknown answers."""
    unknown = any(counts.unknown)
    headings = ["true \\\\ answered", *map(fmt.markdown, counts.labels), *(["unknown"] if unknown else []), "all"]
    rows = [
        [
            fmt.markdown(label),
            *map(fmt.count, counts.matrix[i]),
            *([fmt.count(counts.unknown[i])] if unknown else []),
            fmt.count(counts.support[i]),
        ]
        for i, label in enumerate(counts.labels)
    ]
    yield from markdown.grid(headings, rows, [False] + [True] * (len(headings) - 1))


def _report(result: Result) -> str:
    """Precision, recall, F1 and support of each class, and their means, as scikit-learn lays them out."""
    rows = _class_rows(result)
    digits = _report_digits(result)
    values = stats.derive(result.counts) if result.counts else dict(result.metrics)
    averages = {
        f"{name} avg": {part: values.get(f"{name}_{part}") for part in ("precision", "recall", "f1")}
        for name in ("macro", "weighted")
    }
    labels = [fmt.visible(label) for label in rows]
    width = max(map(fmt.cells, [*labels, "weighted avg"]))
    head = "".join(f"{name:>10}" for name in ("precision", "recall", "f1-score", "support"))
    lines = [f"{'':{width}}{head}", ""]
    total = sum(int(row.get("support") or 0) for row in rows.values())
    for label, row in zip(labels, rows.values(), strict=True):
        lines.append(fmt.pad(label, width, right=True) + _report_row(row, row.get("support"), digits))
    lines.append("")
    accuracy = values.get("accuracy")
    if accuracy is not None:
        lines.append(f"{'accuracy':>{width}}{'':20}{fmt.number(accuracy, digits):>10}{total:>10}")
    for name, means in averages.items():
        if any(value is not None for value in means.values()):
            lines.append(f"{name:>{width}}" + _report_row(means, total, digits))
    return "\n".join(lines)


def _report_digits(result: Result) -> int:
    """As many decimals as counts carry, and no more than were printed where there are no counts."""
    printed = [result.digits[name] for name in result.metrics if name in result.digits]
    return _DIGITS if result.counts or not printed else min(_DIGITS, max(printed))


def _report_row(row: Mapping[str, float | None], support: float | None, digits: int) -> str:
    precision, recall, f1 = (fmt.number(row.get(part), digits) for part in ("precision", "recall", "f1"))
    return f"{precision:>10}{recall:>10}{f1:>10}{'' if support is None else int(support):>10}"


def _class_rows(result: Result) -> dict[str, Mapping[str, float | None]]:
    if result.counts is None:
        return {label: dict(row) for label, row in result.per_class.items()}
    return {
        label: {"precision": row.precision, "recall": row.recall, "f1": row.f1, "support": row.support}
        for label, row in stats.class_rows(result.counts).items()
    }
