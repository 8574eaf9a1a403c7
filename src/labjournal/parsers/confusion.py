"""Confusion matrices as text: numpy and list brackets, plain rows of numbers, labelled tables."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.reading import Line

LARGEST = 1_000
_NAMED = re.compile(r"confus|(?:^|[^a-z])cm(?:[^a-z]|$)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\s*(?:\[[\d\s,.]*\][\s,]*)+\]")
_ROW = re.compile(r"\[([\d\s,.]*)\]")
_PLAIN = re.compile(r"\s*\d+(?:[\s,;]+\d+)+\s*$")
_TRUE_FALSE = re.compile(
    r"\b(TP|TN|FP|FN|true[ _]positives?|true[ _]negatives?|false[ _]positives?"
    r"|false[ _]negatives?)\b\s*(?:\([A-Z]+\)\s*)?[:=]?\s*(\d+)(?![\d.%])",
    re.IGNORECASE,
)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or cursor.refused("confusion"):
        return None
    text = body(line.text)
    if "[[" in text or text.rstrip().endswith(("[", "array(")):
        return _bracketed(cursor, line, context)
    if _PLAIN.match(text):
        return _plain(cursor, line, context)
    if _near(context, line) or text.lstrip().lower().startswith("predicted "):
        return _labelled(cursor, line)
    low = text.lower()
    if ("tp" in low and "f" in low) or "true" in low or "false" in low or "tn" in low:
        return _true_false(cursor, line)
    return None


def _near(context: Context, line: Line) -> bool:
    title = context.titles.get("confusion")
    return (title is not None and line.number - title <= 6) or _NAMED.search(context.source) is not None


def square(rows: list[list[int]]) -> bool:
    return 2 <= len(rows) <= LARGEST and all(len(row) == len(rows) for row in rows) and any(map(any, rows))


def _ints(text: str) -> list[int] | None:
    cells = text.replace(",", " ").replace(";", " ").split()
    if not cells or not all(re.fullmatch(r"\d{1,15}(?:\.0*)?", cell) for cell in cells):
        return None
    return [int(float(cell)) for cell in cells]


def _bracketed(cursor: Cursor, line: Line, context: Context) -> Claim | None:
    joined = ""
    for used in range(LARGEST + 2):
        ahead = cursor.peek(used)
        if ahead is None or len(joined) > 200_000:
            break
        piece = ahead.text[ahead.text.index("[[") :] if used == 0 and "[[" in ahead.text else ahead.text
        if used == 0 and "[[" not in ahead.text:
            piece = "["
        if used and not re.fullmatch(r"[\s\[\]\d,.;)]*(?:dtype=\w+\)?)?\s*", piece):
            break
        joined += " " + piece
        if joined.count("]") and joined.count("[") <= joined.count("]"):
            found = _BRACKETED.search(joined)
            if found is None:
                break
            rows = [_ints(row) for row in _ROW.findall(found[0][1:])]
            whole = [row for row in rows if row is not None]
            if len(whole) != len(rows) or not square(whole):
                break
            context.observe(line.text[: line.text.index("[")] if "[" in line.text else line.text, line.number)
            draft = Draft(line, ahead.number, cursor.texts(used + 1), "confusion", matrix=whole)
            if not _near(context, line):
                draft.options["_unnamed"] = "yes"
            return Claim(used + 1, [draft])
    cursor.refuse("confusion", 1)
    return None


def _plain(cursor: Cursor, line: Line, context: Context) -> Claim | None:
    rows: list[list[int]] = []
    while (ahead := cursor.peek(len(rows))) is not None and len(rows) <= LARGEST:
        row = _ints(ahead.text) if _PLAIN.match(ahead.text) else None
        if row is None or (rows and len(row) != len(rows[0])):
            break
        rows.append(row)
    whole_file = cursor.position == 0 and (
        cursor.peek(len(rows)) is None or not (cursor.peek(len(rows)) or line).text.strip()
    )
    if not square(rows) or not (_near(context, line) or whole_file):
        cursor.refuse("confusion", max(len(rows), 1))
        return None
    last = cursor.peek(len(rows) - 1)
    draft = Draft(line, last.number if last else line.number, cursor.texts(len(rows)), "confusion", matrix=rows)
    return Claim(len(rows), [draft])


def _labelled(cursor: Cursor, line: Line) -> Claim | None:
    """A printed DataFrame: a row of labels, then each label with its counts. Margins (All, Total) are left out."""
    header = _cells(line.text)
    if header and re.fullmatch(r"(?i)pred(?:icted)?(?:[\s_]+(?:label|class)s?)?", header[0]):
        header = header[1:]
    if (
        len(header) < 2
        or len(header) > LARGEST
        or (all(cell.isdigit() for cell in header) and len(set(header)) < len(header))
    ):
        return None
    rows: dict[str, list[int]] = {}
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < LARGEST + 6:
        cells = _cells(ahead.text)
        used += 1
        numbers: list[int] = []
        while cells and re.fullmatch(r"\d+", cells[-1]) and len(numbers) < len(header):
            numbers.insert(0, int(cells.pop()))
        if not numbers:
            if rows or len(cells) > 2 or used > 4:
                used -= 1
                break
            continue
        label = " ".join(cells)
        if len(numbers) < 2 or label in rows or not label:
            used -= 1
            break
        rows[label] = numbers
    margins = ("all", "total", "sum")
    labels = [label for label in rows if label.lower() not in margins]
    columns = [cell for cell in header if cell.lower() not in margins]
    columns = columns[len(columns) - len(labels) :] if labels else []
    plain_labels = [re.sub(r"^(?:true|actual)[\s:_]+", "", label, flags=re.IGNORECASE) for label in labels]
    plain_columns = [re.sub(r"^(?:pred(?:icted)?)[\s:_]+", "", cell, flags=re.IGNORECASE) for cell in columns]
    matrix = [rows[label][: len(labels)] for label in labels]
    if len(labels) < 2 or plain_labels != plain_columns or not square(matrix):
        return None
    last = cursor.peek(used - 1)
    draft = Draft(
        line,
        last.number if last else line.number,
        cursor.texts(used),
        "confusion",
        matrix=matrix,
        labels=tuple(plain_labels),
    )
    return Claim(used, [draft])


def _cells(text: str) -> list[str]:
    text = text.strip()
    if "|" in text:
        return [cell.strip(" *`") for cell in text.strip("|").split("|") if cell.strip(" *`-:")]
    if "\t" in text:
        return [cell.strip() for cell in text.split("\t") if cell.strip()]
    wide = re.split(r"\s{2,}", text)
    return wide if len(wide) > 1 else text.split()


def _true_false(cursor: Cursor, line: Line) -> Claim | None:
    """The four counts of a two-class problem, on one line or on lines that follow each other."""
    found: dict[str, int] = {}
    used = 0
    while (ahead := cursor.peek(used)) is not None and used < 6 and len(found) < 4:
        pairs = _TRUE_FALSE.findall(ahead.text[:300])
        if not pairs and used and ahead.text.strip():
            break
        for name, value in pairs:
            words = name.replace("_", " ").lower()
            key = words.upper() if len(words) == 2 else "".join(word[0] for word in words.split()).upper()
            if key in found:
                return None
            found[key] = int(value[:15])
        used += 1
    if len(found) != 4:
        return None
    last = cursor.peek(used - 1)
    matrix = [[found["TN"], found["FP"]], [found["FN"], found["TP"]]]
    draft = Draft(
        line,
        last.number if last else line.number,
        cursor.texts(used),
        "confusion",
        matrix=matrix,
        labels=("negative", "positive"),
    )
    return Claim(used, [draft])


PARSER = Parser("confusion", 1, "confusion matrices: numpy, lists, plain rows, labelled tables, TP FP TN FN", _read)
