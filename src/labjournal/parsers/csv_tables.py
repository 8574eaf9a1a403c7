"""Tables of numbers: CSV logs of training (Keras, Lightning, YOLO) as curves, tables of results as results."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace

from labjournal.parsers.assemble import Assembler
from labjournal.parsers.base import Draft
from labjournal.parsers.columns import cell_number, column_names, of_itself
from labjournal.parsers.context import Context
from labjournal.parsers.names import Name, curve_role, role_of, understand, words_of
from labjournal.parsers.numbers import parse_number, plain_float
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import ClassRow, Line, RoleName, StepKind
from labjournal.parsers.scatter import without_spreads
from labjournal.parsers.shapes import shaped
from labjournal.parsers.table_rows import METRIC_COLUMNS, named_in_column

MOST_ROWS = 200
"""More rows without a step are examples, not results."""
STEP_COLUMNS: dict[str, StepKind] = {
    "step": "step",
    "global_step": "step",
    "iteration": "step",
    "iter": "step",
    "iterations": "step",
    "trainer/global_step": "step",
    "_step": "step",
    "steps": "step",
    "num_updates": "step",
    "round": "step",
    "episode": "step",
    "timestep": "step",
    "timesteps": "step",
    "trial": "step",
    "update": "step",
    "tokens": "step",
    "epoch": "epoch",
    "epochs": "epoch",
    "epoch_num": "epoch",
}


def delimiter_of(head: list[str]) -> str | None:
    """The delimiter of a table, when its first line is a header and the next ones have as many cells; else None."""
    lines = [line for line in head if line.strip()]
    if len(lines) < 2 or all(map(_RANKING.fullmatch, lines)):
        return None
    commas = lines[0].count(",")
    for delimiter in (",", "\t", ";") if commas > len(_DECIMAL_COMMA.findall(lines[0])) else ("\t", ";"):
        columns = _split(lines[0], delimiter)
        if len(columns) < 2 or any(
            len(cell) > 60 or (plain_float(cell) is not None and not cell.strip().isdigit()) for cell in columns
        ):
            continue
        if not all(re.fullmatch(r"[\w ./@()%:+#\-\[\]|&*^<>=↑↓±~°'?!$]*", cell) for cell in columns) or not any(
            re.search(r"[A-Za-z]", cell) for cell in columns
        ):
            continue
        if delimiter == "\t" and "" in columns[1:]:
            continue  # tabs that align columns, not one for each
        if len(columns) == 2 and any(plain_float(cell) is not None for cell in columns):
            continue
        rows = [_split(line, delimiter) for line in lines[1:8]]
        fitting = sum(len(row) == len(columns) or (len(row) == len(columns) - 1 and delimiter != ",") for row in rows)
        numeric = sum(cell_number(cell) is not None for row in rows for cell in row)
        if fitting >= max(1, len(rows) - 1) and numeric >= len(rows):
            return delimiter
    return None


_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
"""In the first line of a text, none of other commas: a sentence in French, no header."""
_SUBJECTS = frozenset("model method name experiment run config algorithm architecture classifier".split())
_RANKING = re.compile(r"[A-Za-z]\S*\s+all\s+\S+\s*")


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def read_table(lines: Iterator[Line], delimiter: str, assembler: Assembler, context: Context) -> None:
    """Reads a whole table, row by row."""
    header: list[str] = []
    steps: list[int] = []
    rows: list[tuple[Line, list[str]]] = []
    count = 0
    tested: tuple[Line, list[str]] | None = None
    for line in lines:
        if not line.text.strip():
            continue
        cells = _split(line.text[:200_000].replace("\x00", ""), delimiter)
        if not header or cells == header or _is_header(cells, header):
            if rows and not steps:
                _results(header, rows, assembler, context)
            header, rows = cells, []
            steps = _step_columns(header)
            continue
        if steps and not count and _labelled(header, steps, cells):
            steps = []
        if steps:
            if any(cell and title.lower().startswith("test") for title, cell in zip(header, cells, strict=False)):
                tested = line, cells
            _points(header, steps, cells, assembler, count)
            count += 1
        elif len(rows) <= MOST_ROWS * 6:
            rows.append((line, cells))
    if rows and not steps:
        _results(header, rows, assembler, context)
    if tested is not None and count > 1:
        _last_tested(header, steps, *tested, assembler, context)


def _last_tested(
    header: list[str], steps: list[int], line: Line, cells: list[str], assembler: Assembler, context: Context
) -> None:
    """What was tested once, after a training whose log has many rows, is a result and no curve."""
    draft = Draft(line, line.number, [line.text], "csv_tables", saved=True, role="test")
    for title, cell in zip(header, cells, strict=False):
        number, found = parse_number(cell), understand(title)
        if number is not None and found is not None and found.role == "test" and assembler.lone(title):
            draft.metrics[title] = number
    for index in steps:
        draft.options[header[index].lower()] = cells[index]
    if draft.metrics:
        assembler.add(draft, context)


def _is_header(cells: list[str], header: list[str]) -> bool:
    """A logger that appended a second run wrote its header again, maybe with other columns."""
    return (
        len(cells) > 1
        and bool(set(cells) & set(header))
        and all(plain_float(cell) is None for cell in cells)
        and len(set(cells) & set(header)) * 2 > len(header)
    )


def _step_columns(header: list[str]) -> list[int]:
    """Columns that count, the finest first."""
    named = [
        (STEP_COLUMNS[cell.lower()] != "step", index)
        for index, cell in enumerate(header)
        if cell.lower() in STEP_COLUMNS
    ]
    return [index for _, index in sorted(named)]


def _labelled(header: list[str], steps: list[int], cells: list[str]) -> bool:
    """Whether a row begins with a name: then "Epochs" says how long each was trained, and rows are no curve."""
    first = header[0].lower() if header else ""
    return steps[0] > 0 and first in _SUBJECTS and bool(cells) and plain_float(cells[0]) is None


def _points(header: list[str], steps: list[int], cells: list[str], assembler: Assembler, row: int) -> None:
    step: tuple[StepKind, float] = ("row", float(row))
    for index in steps:
        value = plain_float(cells[index]) if index < len(cells) else None
        if value is not None:
            step = (STEP_COLUMNS[header[index].lower()], value)
            break
    for index, cell in enumerate(cells[: len(header)]):
        if index in steps and index == steps[0]:
            continue
        value = plain_float(cell) if cell else None
        if value is not None and header[index]:
            tag = header[index]
            assembler.add_point(tag, curve_role(tag, header), step[0], step[1], value)


def _results(header: list[str], rows: list[tuple[Line, list[str]]], assembler: Assembler, context: Context) -> None:
    low = [cell.lower().replace("_", "-") for cell in header]
    if "precision" in low and "recall" in low and any(cell in low for cell in ("f1-score", "f1")) and "support" in low:
        _report(low, rows, assembler, context)
        return
    if _matrix(header, rows, assembler, context):
        return
    if of_itself(header, [cells[0] for _, cells in rows if cells]):
        return
    if len(rows) > MOST_ROWS or {"prediction", "pred", "predicted", "y-pred", "text"} & set(low):
        return
    if "label" in low and {"id", "prob", "probability", "image", "image-id", "file"} & set(low):
        return  # one row for each example
    if len(header) == 2 and all(len(cells) == 2 for _, cells in rows) and understand(shaped(header[1])) is None:
        _named_rows(rows, assembler, context)
        return
    rows = without_spreads(rows)
    named = next((at for at, cell in enumerate(low) if cell.replace("-", " ") in METRIC_COLUMNS), None)
    if named is not None and len(header) > 2:
        for draft in named_in_column(header, named, rows):
            assembler.add(draft, context)
        return
    names = column_names(header, [cells for _, cells in rows])
    roles = {name.role if name is not None else None for name in names}
    if len(rows) > 1 and {"train", "validation"} <= roles and None not in roles:
        for count, (_, cells) in enumerate(rows):
            _points(header, [], cells, assembler, count)  # the epochs of a training, which nothing counts
        return
    decimal = decimal_columns([cells for _, cells in rows], len(header))
    for line, cells in rows:
        for draft in _row(line, cells, header, names, decimal):
            assembler.add(draft, context)


def decimal_columns(rows: list[list[str]], width: int) -> set[int]:
    """Columns with a decimal number somewhere: a 0 or a 1 among them is a value like the others."""
    numbers = ((at, cell_number(cell)) for cells in rows for at, cell in enumerate(cells[:width]))
    return {at for at, number in numbers if number is not None and not number.integer}


def _row(
    line: Line, cells: list[str], header: list[str], names: list[Name | None], decimal: set[int]
) -> Iterator[Draft]:
    """One draft for each role that the titles of the columns say."""
    parts: dict[RoleName, Draft] = {}
    about = Draft(line, line.number, [line.text], "csv_tables", saved=True)
    for at, (title, cell, found) in enumerate(zip(header, cells, names, strict=False)):
        number = cell_number(cell)
        if number is not None and at in decimal:
            number = replace(number, integer=False)
        if found is not None and number is not None and plausible(found, number):
            key = title if re.fullmatch(r"\w+[_/]\w[\w/()-]*", title) else found.metric
            part = parts.setdefault(found.role, replace(about, metrics={}, role=found.role))
            part.metrics.setdefault(key, number)
        elif title.lower() in ("dataset", "data", "task", "benchmark") and cell:
            about.dataset = cell
        elif title.lower() in ("checkpoint", "ckpt") and cell:
            about.checkpoint = cell
        elif title.lower() in ("n", "support", "samples", "n_samples", "num_samples") and number is not None:
            about.n = int(number.value) if number.value == number.value else None
        elif (
            cell
            and len(about.options) < 12
            and (number is None or number.integer or title.lower() in ("lr", "learning_rate", "seed", "fold"))
        ):
            about.options[title or "row"] = cell[:80]
    said = role_of(words_of(" ".join(about.options.get(key, "") for key in ("split", "set", "phase", "Split"))))
    for role, part in parts.items():
        yield replace(
            about,
            metrics=part.metrics,
            role=role if role != "unclear" else said,
            options=dict(about.options),
            text=[line.text],
        )


def _named_rows(rows: list[tuple[Line, list[str]]], assembler: Assembler, context: Context) -> None:
    """``metric,value``: each row names its metric, and says itself of which set it is."""
    drafts: dict[RoleName, Draft] = {}
    for line, (name, cell) in ((line, cells) for line, cells in rows):
        found, number = understand(shaped(name)), parse_number(cell)
        if found is not None and number is not None and plausible(found, number):
            blank = Draft(line, line.number, [], "csv_tables", saved=True, role=found.role)
            draft = drafts.setdefault(found.role, blank)
            draft.metrics.setdefault(name if re.fullmatch(r"\w+[_/]\w[\w/()-]*", name) else found.metric, number)
            draft.text.append(line.text)
            draft.last = line.number
    for draft in drafts.values():
        assembler.add(draft, context)


def _report(low: list[str], rows: list[tuple[Line, list[str]]], assembler: Assembler, context: Context) -> None:
    first, last = rows[0][0], rows[-1][0]
    draft = Draft(first, last.number, [line.text for line, _ in rows[:80]], "csv_report", saved=True)
    f1 = "f1-score" if "f1-score" in low else "f1"
    for _, cells in rows:
        label = cells[0]
        values = {
            name: parse_number(cells[low.index(name)]) if low.index(name) < len(cells) else None
            for name in ("precision", "recall", f1, "support")
        }
        p, r, f, support = values["precision"], values["recall"], values[f1], values["support"]
        average = {
            "macro avg": "macro",
            "weighted avg": "weighted",
            "micro avg": "micro",
            "samples avg": "samples",
        }.get(label.lower())
        if label.lower() == "accuracy":
            number = p or f
            if number is not None:
                draft.metrics["accuracy"] = number
        elif average is not None:
            draft.metrics.update(
                {
                    f"{average}_{name}": number
                    for name, number in (("precision", p), ("recall", r), ("f1", f))
                    if number is not None
                }
            )
            draft.n = int(support.value) if support is not None else draft.n
        else:
            draft.per_class[label] = ClassRow(
                p.value if p else None,
                r.value if r else None,
                f.value if f else None,
                int(support.value) if support else None,
            )
    assembler.add(draft, context)


def _matrix(header: list[str], rows: list[tuple[Line, list[str]]], assembler: Assembler, context: Context) -> bool:
    """A confusion matrix saved with its labels on both sides."""
    labels = header[1:]
    if (
        len(rows) != len(labels)
        or len(labels) < 2
        or [re.sub(r"(?i)^(?:true|actual)[ :_]+", "", cells[0]) for _, cells in rows]
        != [re.sub(r"(?i)^pred(?:icted)?[ :_]+", "", cell) for cell in labels]
    ):
        return False
    numbers = [[parse_number(cell) for cell in cells[1:]] for _, cells in rows]
    if not all(
        len(row) == len(labels) and all(n is not None and n.value >= 0 and n.value == int(n.value) for n in row)
        for row in numbers
    ):
        return False
    matrix = [[int(number.value) for number in row if number is not None] for row in numbers]
    plain = tuple(re.sub(r"(?i)^pred(?:icted)?[ :_]+", "", cell) for cell in labels)
    draft = Draft(
        rows[0][0],
        rows[-1][0].number,
        [line.text for line, _ in rows[:80]],
        "csv_confusion",
        matrix=matrix,
        labels=plain,
        saved=True,
    )
    if (
        context.titles.get("confusion") is None
        and "conf" not in context.source.lower()
        and "cm" not in context.source.lower()
    ):
        return False
    assembler.add(draft, context)
    return True
