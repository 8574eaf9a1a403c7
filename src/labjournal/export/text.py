"""A comparison for the terminal: one block a data set, 80 columns wide unless told otherwise.

What does not fit is dropped from the right and named under the table; a taint mark is never among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labjournal import format as fmt
from labjournal.compare import Column, DatasetInfo, Row, Table
from labjournal.export import cells
from labjournal.export.style import Style

_GAP = "  "
_LABEL_LEAST, _LABEL_MOST = 10, 24
_HEADING_MOST = 24
_OPTION_MOST = 12
"""In 80 columns; where there is more room, less is cut."""
_SENTENCES = 6
_SETTINGS = 12


@dataclass(frozen=True, slots=True)
class _Field:
    """One column of text: its heading and the text of each row."""

    heading: str
    texts: tuple[str, ...]
    right: bool = False

    @property
    def width(self) -> int:
        return max(map(fmt.cells, (self.heading, *self.texts)), default=0)


def render(table: Table, style: Style) -> str:
    lines = fmt.wrap(fmt.visible(style.caption), style.width) if style.caption else []
    if not table.rows:
        lines.append("No results to compare yet.")
    dropped: dict[str, None] = {}
    for dataset in table.datasets:
        lines += ["", *_block(table, dataset, style, dropped)]
    lines += _section("What may be said", _claims(table, style), style)
    lines += _section(_settings_title(table), _settings(table, style), style)
    notes = cells.notes(table, style)
    if dropped:
        notes.append(f"No room for {', '.join(dropped)}: {style.fuller} shows all.")
    lines += _section("Notes", [line for note in notes for line in _sentence(note, style)], style)
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _section(title: str, body: Sequence[str], style: Style) -> list[str]:
    return ["", *fmt.wrap(title, style.width), *body] if body else []


def _sentence(text: str, style: Style) -> list[str]:
    return fmt.wrap(fmt.visible(text), style.width, " ", "   ")


def _block(table: Table, dataset: DatasetInfo, style: Style, dropped: dict[str, None]) -> Iterator[str]:
    rows = table.of_dataset(dataset)
    yield from fmt.wrap(fmt.visible(_dataset_line(dataset)), style.width)
    options = _option_fields(table, rows, max(_OPTION_MOST, style.width // 8))
    columns = _measured(table, rows)
    metrics = [
        _Field(
            fmt.cut(fmt.visible(cells.heading(column, table, style)), max(_HEADING_MOST, style.width // 4)),
            tuple(cells.value(row.cells.get(column.metric), column, style) for row in rows),
        )
        for column in columns
    ]
    others = _further_fields(table, rows, style)
    wanted = max([fmt.cells("row"), *(_label_width(row) for row in rows)])
    room = style.width - _taken([*options, *metrics[:1]])
    below = not style.full and (_taken(options) > style.width // 3 or room < min(wanted, _LABEL_LEAST))
    leading = [] if below else options
    shown = [*leading, *metrics, *others] if style.full else _fitting(leading, metrics, wanted, style)
    label_width = wanted if style.full else max(3, min(wanted, style.width - _taken(shown)))
    for column in columns[len(shown) - len(leading) - len(others) :] if not style.full else ():
        dropped[fmt.visible(column.label)] = None
    yield _line([fmt.pad("row", label_width), *(fmt.pad(field.heading, field.width, field.right) for field in shown)])
    seen: set[str] = set()
    for i, row in enumerate(rows):
        yield _line([_label(row, label_width), *(fmt.pad(field.texts[i], field.width, field.right) for field in shown)])
        if below:
            named = (f"{field.heading} {field.texts[i]}" for field in options if field.texts[i] != fmt.missing())
            yield from (line for line in fmt.wrap(", ".join(named), style.width, "    ") if line.strip())
        # why it was retracted stands in the notes, what was found in its run at the first row of the run
        words = cells.flags(row, "retracted", *(["alarm"] if row.run in seen else []))
        seen.add(row.run)
        if words:
            yield from fmt.wrap(fmt.visible("; ".join(words)), style.width, "    ^ ", "      ")


def _measured(table: Table, rows: Sequence[Row]) -> Sequence[Column]:
    """Columns of a data set: those nobody asked for only where one of its rows has a value."""
    if table.selection.metrics:
        return table.columns
    return [column for column in table.columns if any(column.metric in row.cells for row in rows)] or table.columns


def _fitting(leading: list[_Field], metrics: list[_Field], wanted: int, style: Style) -> list[_Field]:
    """The fields that leave room for the label; the first metric always stays."""
    count = len(metrics)
    while count > 1 and style.width - _taken([*leading, *metrics[:count]]) < min(wanted, _LABEL_MOST):
        count -= 1
    return [*leading, *metrics[:count]]


def _taken(fields: Sequence[_Field]) -> int:
    return sum(len(_GAP) + field.width for field in fields)


def _label_width(row: Row) -> int:
    return fmt.cells(fmt.visible(row.label)) + (2 if row.tainted else 0)


def _label(row: Row, width: int) -> str:
    mark = f" {fmt.TAINT}" if row.tainted else ""
    return fmt.pad(fmt.cut_middle(fmt.visible(row.label), width - len(mark)) + mark, width)


def _line(parts: Sequence[str]) -> str:
    return _GAP.join(parts).rstrip()


def _dataset_line(dataset: DatasetInfo) -> str:
    if not dataset.identified:
        return "data not identified"
    parts = [f"data set {cells.dataset(dataset)}"]
    if dataset.n is not None:
        parts.append(f"n {fmt.count(dataset.n)}")
    if dataset.class_counts:
        parts.append(", ".join(f"{fmt.count(n)} {label}" for label, n in dataset.class_counts.items()))
    if dataset.majority:
        parts.append(f"majority {fmt.rate(dataset.majority[1])}")
    return " · ".join(parts)


def _option_fields(table: Table, rows: Sequence[Row], most: int) -> list[_Field]:
    fields = [
        _Field(
            fmt.cut(fmt.visible(name), most),
            tuple(fmt.cut(fmt.visible(row.options.get(name, fmt.missing())), most) for row in rows),
        )
        for name in table.option_names
    ]
    by = table.selection.by
    if by is not None and by not in table.option_names and any(row.group is not None for row in table.rows):
        texts = tuple(fmt.cut(fmt.visible(row.group or fmt.missing()), most) for row in rows)
        fields.insert(0, _Field(fmt.cut(fmt.visible(by), most), texts))
    return fields


def _further_fields(table: Table, rows: Sequence[Row], style: Style) -> list[_Field]:
    if not style.full:
        return []
    counted = [
        column
        for column in table.columns
        if any(cells.counts(row.cells.get(column.metric)) != fmt.missing() for row in rows)
    ]
    return [
        *(
            _Field(
                f"{fmt.visible(column.label)} counts",
                tuple(cells.counts(row.cells.get(column.metric)) for row in rows),
                True,
            )
            for column in counted
        ),
        _Field("n", tuple(fmt.count(cells.n(row)) for row in rows), True),
        _Field("code", tuple(fmt.visible(cells.code(row)) for row in rows)),
        _Field("measured", tuple(cells.when(row, style) for row in rows)),
        _Field(
            "result", tuple(next((f"r:{cell.result}" for cell in row.cells.values()), fmt.missing()) for row in rows)
        ),
    ]


def _claims(table: Table, style: Style) -> list[str]:
    lines: list[str] = []
    shown, left_out = cells.claims(table, None if style.full else _SENTENCES)
    for claim in shown:
        lines += fmt.wrap(fmt.visible(claim.title), style.width, " ", "   ")
        lines += fmt.wrap(fmt.visible(claim.text), style.width, "   ")
    if left_out:
        lines += _sentence(f"{left_out}: --full shows them.", style)
    return lines


def _settings_title(table: Table) -> str:
    total = len(table.differing_settings) + table.equal_settings
    return f"Differing settings ({len(table.differing_settings)} of {total})"


def _settings(table: Table, style: Style) -> list[str]:
    """As a grid of runs where it fits, else each setting with its values and who has them."""
    names = {run: fmt.visible(name) for run, name in cells.run_names(table).items()}
    shown = list(cells.settings(table, max(cells.SETTING_MOST, style.width // 2)).items())
    more = 0 if style.full else max(0, len(shown) - _SETTINGS)
    shown = shown[: len(shown) - more]
    grid = [["", *names.values()]] + [
        [fmt.visible(setting), *(values[run] for run in names)] for setting, values in shown
    ]
    widths = [max(map(fmt.cells, column)) for column in zip(*grid, strict=True)]
    if sum(widths) + len(_GAP) * len(widths) < style.width or (style.full and len(names) <= 8):
        lines = [" " + _line([fmt.pad(text, width) for text, width in zip(row, widths, strict=True)]) for row in grid]
    else:
        lines = [line for setting, values in shown for line in _values_line(setting, values, names, style)]
    if more:
        lines += _sentence(f"{fmt.plural(more, 'more setting')} with {style.fuller}.", style)
    return lines if shown else []


def _values_line(setting: str, values: dict[str, str], names: dict[str, str], style: Style) -> list[str]:
    by_value: dict[str, list[str]] = {}
    for run, name in names.items():
        by_value.setdefault(values[run], []).append(name)
    text = "; ".join(f"{value}: {', '.join(having)}" for value, having in by_value.items())
    return fmt.wrap(f"{fmt.visible(setting)}  {text}", style.width, " ", "     ")
