"""A comparison as markdown that GitHub and MkDocs render: one table, then sentences, settings and notes.

Every text is escaped, so that a name holding pipes, backticks or HTML stays one cell and shows as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labjournal import format as fmt
from labjournal.compare import Row, Table
from labjournal.export import cells
from labjournal.export.style import Style

_SENTENCES = 20


def render(table: Table, style: Style) -> str:
    if not table.rows:
        lines = ["No results to compare yet."]
        return "\n".join([*lines, "", *_bullets(table.notes)]).rstrip() + "\n"
    parts = [
        list(grid(*_rows(table, style))),
        _titled("What may be said", _claims(table, style)),
        _titled("Differing settings", list(_settings(table))),
        _titled("Notes", _bullets(table.notes)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def grid(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """A table with its pipes in line. The texts are escaped already; ``right`` aligns a column to the right."""
    widths = [max(3, *(fmt.cells(text) for text in column)) for column in zip(headings, *rows, strict=True)]
    yield _pipes(headings, widths, right)
    yield _pipes(["-" * (w - 1) + ":" if r else "-" * w for w, r in zip(widths, right, strict=True)], widths, right)
    for row in rows:
        yield _pipes(row, widths, right)


def _pipes(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (fmt.pad(text, width, r) for text, width, r in zip(texts, widths, right, strict=True))
    return f"| {' | '.join(padded)} |"


def _rows(table: Table, style: Style) -> tuple[list[str], list[list[str]], list[bool]]:
    grouped = any(row.group is not None for row in table.rows)
    by = [table.selection.by] if table.selection.by and grouped and table.selection.by not in table.option_names else []
    fields: list[tuple[str, bool, list[str]]] = [
        ("row", False, [_label(row) for row in table.rows]),
        ("data set", False, [fmt.markdown(cells.dataset(row.dataset)) for row in table.rows]),
        *((fmt.markdown(name), False, [fmt.markdown(row.group or fmt.missing()) for row in table.rows]) for name in by),
        *(
            (fmt.markdown(name), False, [fmt.markdown(row.options.get(name, fmt.missing())) for row in table.rows])
            for name in table.option_names
        ),
        ("n", True, [fmt.count(cells.n(row)) for row in table.rows]),
        ("majority", True, [_majority(row) for row in table.rows]),
    ]
    for column in table.columns:
        heading = fmt.markdown(cells.heading(column, table))
        values = [cells.value(row.cells.get(column.metric), column) for row in table.rows]
        fields.append((heading, True, values))
        counted = [cells.counts(row.cells.get(column.metric)) for row in table.rows]
        if style.full and any(text != fmt.missing() for text in counted):
            fields.append((f"{fmt.markdown(column.label)} counts", True, counted))
    fields.append(("code", False, [fmt.markdown(cells.code(row)) for row in table.rows]))
    if style.full:
        fields.append(("measured", False, [cells.when(row, style) for row in table.rows]))
    fields.append(("flags", False, [fmt.markdown("; ".join(cells.flags(row))) for row in table.rows]))
    if not any(fields[-1][2]):
        fields.pop()
    headings, right, columns = zip(*fields, strict=True)
    return list(headings), [list(row) for row in zip(*columns, strict=True)], list(right)


def _label(row: Row) -> str:
    return fmt.markdown(row.label) + (f" {fmt.TAINT}" if row.tainted else "")


def _majority(row: Row) -> str:
    majority = row.dataset.majority
    return fmt.rate(majority[1]) if majority else fmt.missing()


def _titled(title: str, body: Sequence[str]) -> list[str]:
    return [f"**{title}**", "", *body] if body else []


def _bullets(notes: Sequence[str]) -> list[str]:
    return [f"- {fmt.markdown(note)}" for note in notes]


def _claims(table: Table, style: Style) -> list[str]:
    shown = table.claims if style.full else table.claims[:_SENTENCES]
    lines = [f"- {fmt.markdown(claim.title)}: {fmt.markdown(claim.text)}" for claim in shown]
    more = len(table.claims) - len(shown)
    return [*lines, f"- {fmt.plural(more, 'more pair')} not shown."] if more else lines


def _settings(table: Table) -> Iterator[str]:
    names = cells.run_names(table)
    if table.differing_settings:
        rows = [
            [fmt.markdown(setting), *(fmt.markdown(cells.setting(values.get(run))) for run in names)]
            for setting, values in table.differing_settings.items()
        ]
        yield from grid(["setting", *map(fmt.markdown, names.values())], rows, [False] * (len(names) + 1))
