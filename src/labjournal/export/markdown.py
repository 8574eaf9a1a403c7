"""A comparison as markdown that GitHub and MkDocs render: one table, then sentences, settings and notes.

Every text is escaped, so that a name holding pipes, backticks or HTML stays one cell and shows as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labjournal import format as fmt
from labjournal.compare import Table
from labjournal.export import cells
from labjournal.export.style import Style

_SENTENCES = 20


def render(table: Table, style: Style) -> str:
    caption = f"*{fmt.markdown(style.caption)}*\n\n" if style.caption else ""
    return f"{caption}{body(table, style)}\n"


def body(table: Table, style: Style) -> str:
    """The table and what is said of it, without caption and without a newline at the end."""
    if not table.rows:
        return "\n".join(["No results to compare yet.", "", *_bullets(cells.notes(table, style))]).rstrip()
    parts = [
        list(grid(*_rows(table, style))),
        _titled("What may be said", _claims(table, style)),
        _titled("Differing settings", list(_settings(table))),
        _titled("Notes", _bullets(cells.notes(table, style))),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def grid(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """A table with its pipes in line. The texts are escaped already; ``right`` aligns a column to the right."""
    columns = [_column(texts, r) for texts, r in zip(zip(headings, *rows, strict=True), right, strict=True)]
    for padded in zip(*columns, strict=True):
        yield f"| {' | '.join(padded)} |"


def _column(texts: Sequence[str], right: bool) -> list[str]:
    """Heading, rule and cells of one column, all of one width."""
    width = max(3, *map(fmt.cells, texts))
    padded = [fmt.pad(text, width, right) for text in texts]
    return [padded[0], "-" * (width - 1) + ":" if right else "-" * width, *padded[1:]]


def _rows(table: Table, style: Style) -> tuple[list[str], list[list[str]], list[bool]]:
    shown = cells.fields(table, style)
    columns = [list(field.texts) if field.right else list(map(fmt.markdown, field.texts)) for field in shown]
    headings = [fmt.markdown(field.heading) for field in shown]
    return headings, [list(row) for row in zip(*columns, strict=True)], [field.right for field in shown]


def _titled(title: str, body: Sequence[str]) -> list[str]:
    return [f"**{title}**", "", *body] if body else []


def _bullets(notes: Sequence[str]) -> list[str]:
    return [f"- {fmt.markdown(note)}" for note in notes]


def _claims(table: Table, style: Style) -> list[str]:
    shown, left_out = cells.claims(table, None if style.full else _SENTENCES)
    lines = [f"- {fmt.markdown(claim.title)}: {fmt.markdown(claim.text)}" for claim in shown]
    return [*lines, f"- {left_out} not shown."] if left_out else lines


def _settings(table: Table) -> Iterator[str]:
    names = cells.run_names(table)
    if table.differing_settings:
        rows = [
            [fmt.markdown(setting), *(fmt.markdown(values[run]) for run in names)]
            for setting, values in cells.settings(table).items()
        ]
        yield from grid(["setting", *map(fmt.markdown, names.values())], rows, [False] * (len(names) + 1))
