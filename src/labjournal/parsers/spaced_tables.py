"""Tables whose columns only spaces part: fastai's and spaCy's epochs, a printed DataFrame of results."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from labjournal.parsers.alike import STEP_WORDS
from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.columns import column_names, of_itself
from labjournal.parsers.context import Context
from labjournal.parsers.frames import frame, worded
from labjournal.parsers.grids import BORDER, MOST_ROWS, Grid, aligned, caption
from labjournal.parsers.headings import CAPTION, entered
from labjournal.parsers.labelled_last import labelled_last
from labjournal.parsers.long_tables import long_table
from labjournal.parsers.names import Name, understand
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.one_metric import corner_metric, under_corner
from labjournal.parsers.reading import Line
from labjournal.parsers.scatter import SPREAD
from labjournal.parsers.shapes import shaped
from labjournal.parsers.table_rows import STEPS, drafts_of_table, row_drafts
from labjournal.parsers.titles import wished

RESAMPLED_NEAR = 16
"""Lines between what says how R resampled and its table."""
_WORDS_ONLY = re.compile(r"[A-Za-z_][\w @./()%²^+,-]*|\s+[A-Za-z_][\w @./()%²^+,-]*")
_MEASURED = re.compile(r"(?<![\w.@])\d*\.(?!(?:05|25|50|75|95)\b)\d{2,}")
"""A value, where thresholds of titles have one decimal or are the usual ones: ``AP 0.75``."""
_STEP_AND_NUMBER = re.compile(rf"\s*(?:{'|'.join(sorted(STEP_WORDS, key=len, reverse=True))})\s{{2,}}\d", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e[-+]?\d+)?")
_PARTS = re.compile(r"\s*[,|&]\s*|\s+")
_COPIED = re.compile(r"copypaste:\s*(?=\S)")
_TASK = re.compile(r"\bcopypaste: Task: (\w+)")
"""detectron2 writes its results once more, to be copied: the task, the names, the values."""
_NOTE = re.compile(r"\s*\(([^\W\d][^()]{0,60})\)\s*$")
"""What a row is of, in brackets behind its values."""
_IDENTIFIER = re.compile(r"[A-Za-z][\w@./-]*")
_DESCRIBED = re.compile(rf"({SPREAD.pattern}|mean|median)(?:\s+-?[\d.]+)+", re.IGNORECASE)
"""The label of a row of a description, and its values in columns before the first metric: ``mean 507.5``."""
_VALUE_CELL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?|NaN|nan|-|None")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    found = _table(cursor)
    line = cursor.peek()
    if found is not None and line is not None and line.number - context.titles.get("resampled", -99) <= RESAMPLED_NEAR:
        for draft in found.drafts:
            draft.role = "validation" if draft.role == "unclear" else draft.role
    if found is not None and found.drafts and wished(caption(cursor)):
        return Claim(found.lines)
    return found


def _table(cursor: Cursor) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    if "etric" in line.text and (found := long_table(cursor)) is not None:
        return found
    if "ecision" in line.text and (found := labelled_last(cursor)) is not None:
        return found
    text = line.text.replace("\t", "    ")
    if "epoch" in text.lower() or text.lstrip()[:2] in ("E ", "Ep"):
        found = _spaced(cursor, line)
        if found is not None:
            return found
    if ("," in text or "|" in text) and len(text) <= 400 and (found := _parted(cursor, body(text))) is not None:
        return found
    if text[:1] == " " and (grid := frame(cursor)) is not None and worded(grid):
        return _gridded(cursor, grid)
    if _is_reading(cursor, body(text)):
        return None
    if "  " in text.strip() and len(text) <= 400 and _WORDS_ONLY.fullmatch(body(text)) is not None:
        header = re.split(r"\s{2,}", re.sub(r",(?=\s{2,})", "", body(text)).strip())
        parted = [part for cell in header for part in (cell.split() if understand(shaped(cell)) is None else [cell])]
        readings = list(dict.fromkeys(map(tuple, (parted, header, body(text).split()))))
        values = _values_below(cursor)
        readings.sort(key=lambda titles: abs(len(titles) - values))
        found = next(filter(None, (_columns(cursor, list(titles)) for titles in readings)), None)
        if found is not None:
            return found
    return _aligned_grid(cursor)


def _is_reading(cursor: Cursor, text: str) -> bool:
    """Whether a line has values of its own, as those of a log have whose numbers are padded: it is no header."""
    if _MEASURED.search(text) is not None or _STEP_AND_NUMBER.match(text) is not None:
        return True
    below = cursor.peek(1)
    return below is not None and _NUMBER.sub("#", text).split() == _NUMBER.sub("#", body(below.text)).split()


def _values_below(cursor: Cursor) -> int:
    """How many values end the next line that is no rule: as many titles stand over them, or one more."""
    below = next(
        (ahead for k in (1, 2) if (ahead := cursor.peek(k)) is not None and not BORDER.match(ahead.text)), None
    )
    cells = [] if below is None else body(below.text).split()
    return sum(1 for _ in takewhile(_VALUE_CELL.fullmatch, reversed(cells)))


def _aligned_grid(cursor: Cursor) -> Claim | None:
    """Any other table whose columns stand under their titles; whose first column names metrics, too."""
    grid = aligned(cursor) or frame(cursor)
    return None if grid is None else _gridded(cursor, grid)


def _gridded(cursor: Cursor, grid: Grid) -> Claim | None:
    if of_itself(grid.rows[0][1], [cells[0] for _, cells in grid.rows[1:]]):
        return Claim(grid.lines)
    drafts = drafts_of_table(grid.rows, cursor.texts(grid.lines), caption=caption(cursor))
    if not drafts:
        cursor.refuse("aligned", grid.lines - 1)
    for draft in drafts if grid.step is not None else []:
        draft.step, draft.saved = grid.step, False
        draft.options = {"group": draft.options.get("row", ""), "_step": "above"}
    return Claim(grid.lines, drafts) if drafts else None


def _spaced(cursor: Cursor, line: Line) -> Claim | None:
    """fastai and spaCy: a header of names, rows of numbers under it."""
    header = body(line.text).split()
    if "  " in body(line.text).strip():
        header = re.split(r"\s{2,}", body(line.text).strip())
    if (
        not 3 <= len(header) <= 30
        or header[0].lower() not in STEPS
        or any(parse_number(cell) is not None for cell in header)
    ):
        return None
    names = [understand(shaped(cell)) for cell in header]
    if not any(names):
        return None
    at = next((k for k, name in enumerate(names) if name is not None and name.role == "validation"), len(names))
    names[at:] = [name and replace(name, role="validation") for name in names[at:]]  # fastai measures on that set alone
    drafts: list[Draft] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        cells = body(ahead.text).split()
        if len(cells) != len(header) or parse_number(cells[0]) is None:
            if BORDER.match(ahead.text):
                used += 1
                continue
            break
        used += 1
        step = parse_number(cells[0]) or Number(0.0, 0)
        for title, name, cell in zip(header, names, cells, strict=True):
            number = parse_number(cell)
            if name is not None and number is not None:
                draft = Draft(ahead, ahead.number, [ahead.text], "text_tables", {name.metric: number}, role=name.role)
                draft.step, draft.tags = (STEPS[header[0].lower()], step.value), {name.metric: title}
                drafts.append(draft)
    return Claim(used, drafts) if drafts else None


def _parted(cursor: Cursor, text: str) -> Claim | None:
    """Names parted by commas or bars over as many values: ``epe, epe_noc, err_rate`` or ``IDF1 IDP | Rcll | MOTA``."""
    tasks = [found[1] for line in cursor.passed if (found := _TASK.search(line))] if _COPIED.match(text) else []
    task = tasks[-1] if tasks else ""
    header = _PARTS.split(_COPIED.sub("", text).strip(" |,&"))
    if len(header) < 3 or not all(map(_IDENTIFIER.fullmatch, header)):
        return None
    drafts: list[Draft] = []
    used = at = 1
    while (below := cursor.peek(at)) is not None and at < MOST_ROWS:
        at += 1
        if drafts and not below.text.strip():
            continue
        said = _COPIED.sub("", body(below.text))
        note = _NOTE.search(said)
        values = _PARTS.split((said if note is None else said[: note.start()]).strip(" |,&\\"))
        label = next((values.pop(end) for end in (-1, 0) if _labels(values, len(header), end)), note[1] if note else "")
        if len(values) != len(header) or not all(map(_VALUE_CELL.fullmatch, values)):
            break
        names = column_names(header, [values])
        if sum(name is not None for name in names) < 2:
            return None
        for draft in row_drafts(below, values, header, names, None):
            draft.options = {"row": label.strip("()")[:80]} if label else {"task": task} if task else {}
            draft.saved = not task
            drafts.append(draft)
        used = at
        if not label:
            break
    return Claim(used, drafts) if drafts else None


def _labels(values: list[str], width: int, end: int) -> bool:
    """Whether a row has one cell more than there are names, and it says in words whose the values are."""
    return len(values) == width + 1 and not any(char.isdigit() for char in values[end]) and len(values[end]) > 1


def _aligned(head: str, header: list[str], row: str, cells: list[str]) -> bool:
    """Whether the last cells of a row stand under the last titles: flush left, flush right or below them."""
    if "\t" in head or "\t" in row:
        return True
    stands = 0
    left, right = len(head), len(row)
    pairs = list(zip(reversed(header), reversed(cells), strict=False))[: len(header) - 1]
    for title, cell in pairs:
        left, right = head.rfind(title, 0, left), row.rfind(cell, 0, right)
        ends = abs(left + len(title) - right - len(cell))
        stands += left >= 0 and (
            min(abs(left - right), ends) <= 1 or (left <= right + len(cell) and right <= left + len(title))
        )
    return stands * 2 > len(pairs)


def _cornered(cursor: Cursor, header: list[str], corner: Name) -> Claim | None:
    """Rows of one metric: a label, and a value for each of the titles after the one that names the metric."""
    drafts: list[Draft] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        cells = body(ahead.text).split()
        used += 1
        if BORDER.match(ahead.text) and ahead.text.strip():
            continue
        if len(cells) < len(header) or any(_VALUE_CELL.fullmatch(cell) is None for cell in cells[1 - len(header) :]):
            used -= 1
            break
        label = " ".join(cells[: 1 - len(header)])
        drafts.extend(under_corner(ahead, [label, *cells[1 - len(header) :]], header, corner))
    return Claim(used, drafts) if len(drafts) > len(header) - 1 else None


def _columns(cursor: Cursor, header: list[str]) -> Claim | None:
    """A printed DataFrame of results: names over columns, each row a label and as many numbers."""
    names = [understand(shaped(cell)) for cell in header]
    if len({(name.metric, name.role) for name in names if name}) < sum(name is not None for name in names):
        return None  # two tables side by side: which is which stands somewhere above
    if (corner := corner_metric(header, names)) is not None:
        return _cornered(cursor, header, corner)
    first = next((index for index, name in enumerate(names) if name is not None), None)
    named = sum(name is not None for name in names)
    if first is None or named < 1 or (named < 2 and first == 0) or len(header) > 30:
        return None
    width = len(header) - first
    line = cursor.peek()
    if line is None:
        return None
    rows: list[tuple[Line, str, list[str]]] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        cells = body(ahead.text).split()
        if BORDER.match(ahead.text) and ahead.text.strip():
            used += 1
            continue
        if len(cells) < width or any(_VALUE_CELL.fullmatch(cell) is None for cell in cells[-width:]):
            break
        if any("_" in name.metric and name.metric.startswith("support") for name in names if name is not None):
            return None
        if not rows and len(cells) != len(header) and not _aligned(line.text, header, ahead.text, cells):
            return None
        label = " ".join(cells[:-width]).rstrip(" :")
        if len(cells) == len(header) + 1 and first and parse_number(cells[first]) and parse_number(cells[0]) is None:
            grid = frame(cursor)  # a value under the title that names no metric, and names before it
            return None if grid is None else _gridded(cursor, grid)
        if len(cells) > len(header) and (named_row := _DESCRIBED.fullmatch(label)) is not None:
            label = named_row[1]
        used += 1
        if SPREAD.fullmatch(label):
            continue
        if re.fullmatch(r"\d+(?:\s+\S.*)?", label) and " " in label:
            label = label.split(maxsplit=1)[1]  # the index of a DataFrame
        words = label.split() if len(label.split()) == first else [label[:80]] * first
        rows.append((ahead, label[:80], cells if len(cells) == len(header) else words + cells[-width:]))
    if of_itself(header, [label for _, label, _ in rows]):
        return Claim(used)
    names = column_names(header, [row for _, _, row in rows])
    drafts: list[Draft] = []
    for ahead, label, row in rows:
        if first == 0 and label and not label.isdigit():
            drafts.extend(row_drafts(ahead, [label, *row], ["row", *header], [None, *names], None))
        else:
            drafts.extend(row_drafts(ahead, row, header, names, None))
    above = entered((), CAPTION, caption(cursor))
    for draft in drafts:
        draft.path = above
    return Claim(used, drafts) if len(drafts) > (named < 2) else None


PARSER = Parser("spaced_tables", 1, "tables parted by spaces: epochs of fastai and spaCy, a printed DataFrame", _read)
