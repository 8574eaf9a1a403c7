"""Confusion matrices as text: numpy and list brackets, plain rows of numbers, labelled tables."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.line_owners import owner_of
from labjournal.parsers.matrix_tables import table_matrix
from labjournal.parsers.name_value import of_line
from labjournal.parsers.reading import Line

LARGEST = 1_000
_NAMED = re.compile(r"confus|(?:^|[^a-z])cm(?:[^a-z]|$)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\s*(?:\[[\d\s,.]*\][\s,]*)+\]")
_ROW = re.compile(r"\[([\d\s,.]*)\]")
_OPEN_ROW = re.compile(r"\s*\[\s*\d[\d\s,.]*\]?,?\s*$")
_WEKA_ROW = re.compile(r"\s*(?P<counts>\d+(?:\s+\d+)+)\s*\|\s*\w+\s*=\s*(?P<label>\S.*)$")
_ROWS_PREDICTED = re.compile(r"\s*(?:prediction|predicted)\b", re.IGNORECASE)
_OVER_TRUTH = re.compile(r"\s*(?:reference|actual|truth|true|observed)\s*", re.IGNORECASE)
_PLAIN = re.compile(r"\s*\d+(?:[\s,;]+\d+)+\s*$")
_OF_A_CLASS = re.compile(r"[^:=]*[^\s:=]\s{2,}tp\b.*\b(?:precision|recall|accuracy|f1)\b", re.IGNORECASE)
"""``PER   tp: 12 - fp: 3 - fn: 2 - tn: 0 - precision: 0.80``: rates of one class, its counts before them."""
_TRUE_FALSE = re.compile(
    r"\b(TP|TN|FP|FN|true[ _]positives?|true[ _]negatives?|false[ _]positives?"
    r"|false[ _]negatives?)\b\s*(?:\([A-Z]+\)\s*)?[:=]?\s*(\d+)(?![\d.%])",
    re.IGNORECASE,
)
_COUNT_BESIDE = re.compile(rf"\(?{_TRUE_FALSE.pattern}[ ,;|/)]*", re.IGNORECASE)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or cursor.refused("confusion"):
        return None
    text = body(line.text)
    if "[[" in text or text.rstrip().endswith(("[", "array(")):
        return _bracketed(cursor, line, context)
    if _PLAIN.match(text):
        return _plain(cursor, line, context)
    if "classified as" in text:
        return _weka(cursor, line)
    if text.lstrip()[:1] in ("|", "│", "┃"):
        found = table_matrix(cursor, line, announced=_near(context, line))
        if found is not None:
            return found
    if _near(context, line) and _OPEN_ROW.match(text) and (found := _rows_in_brackets(cursor, line)) is not None:
        return found
    if _near(context, line) or text.lstrip().lower().startswith("predicted "):
        return _labelled(cursor, line)
    low = text.lower()
    if ("tp" in low and "f" in low) or "true" in low or "false" in low or "tn" in low:
        return _true_false(cursor, line, context)
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
    opened = closed = used = 0
    for used in range(LARGEST + 2):
        ahead = cursor.peek(used)
        if ahead is None or len(joined) > 200_000 or (used and "[[" in ahead.text and opened > 1):
            break
        piece = ahead.text[ahead.text.index("[[") :] if used == 0 and "[[" in ahead.text else ahead.text
        if used == 0 and "[[" not in ahead.text:
            piece = "["
        if used and not re.fullmatch(r"[\s\[\]\d,.;)]*(?:dtype=\w+\)?)?\s*", piece):
            break
        joined += " " + piece
        opened, closed = opened + piece.count("["), closed + piece.count("]")
        if closed and opened <= closed:
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
    cursor.refuse("confusion", max(used, 1))  # what opened and never closed need not be looked at line by line
    return None


def _rows_in_brackets(cursor: Cursor, line: Line) -> Claim | None:
    """Rows printed one by one: each in brackets of its own, a long one over several lines."""
    rows: list[list[int]] = []
    open_row = ""
    used = end = 0
    while (ahead := cursor.peek(used)) is not None and len(rows) <= LARGEST:
        text = ahead.text.strip().rstrip(",")
        if not re.fullmatch(r"\[?[\d\s,.]*\]?", text) or not text or text.startswith("[") == bool(open_row):
            break
        open_row += " " + text
        used += 1
        if text.endswith("]"):
            row = _ints(open_row.strip(" []"))
            if row is None or (rows and len(row) != len(rows[0])):
                break
            rows.append(row)
            open_row, end = "", used
    if not square(rows):
        cursor.refuse("confusion", max(used, 1))
        return None
    last = cursor.peek(end - 1)
    return Claim(end, [Draft(line, last.number if last else line.number, cursor.texts(end), "confusion", matrix=rows)])


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
    titles = line.text.removesuffix("class.error")  # R's randomForest
    errors = titles != line.text
    for header in (_header(titles), titles.split()):
        columns = len(header)
        found = _labelled_rows(cursor, columns, beyond=int(errors)) if columns > 1 else None
        names = [] if found is None else _plain_labels(found[0])
        if found is not None and _same_labels(header, names):
            break
    else:
        # Titles cut to their width run into one another; what they hold must still be the rows' labels in order.
        found = _labelled_rows(cursor, LARGEST)
        names = [] if found is None else _plain_labels(found[0])
        if found is None or not _drawn_together(re.sub(r"\s+", "", line.text), names):
            if found is not None and found[1] > 50:
                cursor.refuse("confusion", found[1])
            return None
    rows, used = found
    matrix = [rows[label][: len(names)] for label in rows if label.lower() not in _MARGINS]
    if _ROWS_PREDICTED.match(line.text) and cursor.passed and _OVER_TRUTH.fullmatch(cursor.passed[-1]):
        matrix = [list(column) for column in zip(*matrix, strict=False)]  # R's caret: the truth stands over the columns
    if not square(matrix):
        return None
    last = cursor.peek(used - 1)
    draft = Draft(
        line,
        last.number if last else line.number,
        cursor.texts(used),
        "confusion",
        matrix=matrix,
        labels=tuple(names),
    )
    return Claim(used, [draft])


def _labelled_rows(cursor: Cursor, columns: int, beyond: int = 0) -> tuple[dict[str, list[int]], int] | None:
    """The rows under a header of this many columns, and the lines they take with it; None when they are none.

    ``beyond`` are the columns behind the counts.
    """
    rows: dict[str, list[int]] = {}
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < LARGEST + 6:
        label, numbers = _labelled_row((ahead.text.rsplit(None, beyond) or [""])[0] if beyond else ahead.text, columns)
        if re.search(r"\w", ahead.text) is None and not rows:
            used += 1  # a rule under the header
            continue
        if not numbers and not rows and len(label.split()) <= 2 and used < 4:
            used += 1  # the name of the index
            continue
        if len(numbers) < 2 or label in rows or not label:
            break
        rows[label] = numbers
        used += 1
    return (rows, used) if sum(label.lower() not in _MARGINS for label in rows) >= 2 else None


def _plain_labels(rows: dict[str, list[int]]) -> list[str]:
    return [
        re.sub(
            r"^(?:true|actual|real|observed|gold|ist|vrai|reale|истинн\w+|真实)[\s:_]+", "", label, flags=re.IGNORECASE
        )
        for label in rows
        if label.lower() not in _MARGINS
    ]


_MARGINS = ("all", "total", "sum")


def _header(text: str) -> list[str]:
    """The labels over the columns, without the word that says they are predictions."""
    cells = _cells(
        re.sub(
            r"^\W*pred(?:icted|iction)?(?:[\s_]+(?:label|class)s?)?\s*[-=]*>*[:|]?(?=\s)",
            " ",
            text,
            flags=re.IGNORECASE,
        )
    )
    if all(cell.isdigit() for cell in cells) and len(set(cells)) < len(cells):
        return []
    return cells if len(cells) <= LARGEST else []


def _labelled_row(text: str, most: int) -> tuple[str, list[int]]:
    """A label and the counts behind it, at most as many as there are columns."""
    tokens = list(re.finditer(r"[^\s|│┃]+", text))
    numbers: list[int] = []
    while tokens and len(numbers) < most and re.fullmatch(r"\d{1,15}", tokens[-1][0]):
        numbers.insert(0, int(tokens.pop()[0]))
    label = " ".join(token[0] for token in tokens).strip(" :")
    return label, numbers


def _same_labels(header: list[str], names: list[str]) -> bool:
    columns = [cell for cell in header if cell.lower() not in _MARGINS]
    columns = columns[len(columns) - len(names) :]
    return [re.sub(r"^(?:pred(?:icted)?)[\s:_]+", "", cell, flags=re.IGNORECASE) for cell in columns] == names


def _drawn_together(glued: str, names: list[str]) -> bool:
    """Column titles cut to their width run into one another; in their order they must be the rows' labels."""
    for name in names:
        name = re.sub(r"\s+", "", name)
        size = next((k for k in range(len(name), 2, -1) if glued.startswith(name[:k])), 0)
        if size == 0:
            return False
        glued = glued[size:]
    return not glued


def _cells(text: str) -> list[str]:
    text = text.strip()
    if "|" in text:
        return [cell.strip(" *`") for cell in text.strip("|").split("|") if cell.strip(" *`-:")]
    if "\t" in text:
        return [cell.strip() for cell in text.split("\t") if cell.strip()]
    wide = re.split(r"\s{2,}", text)
    return wide if len(wide) > 1 else text.split()


def _weka(cursor: Cursor, line: Line) -> Claim | None:
    """``a b <-- classified as`` over rows like ``50 0 | a = setosa``."""
    rows: list[list[int]] = []
    labels: list[str] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and len(rows) <= LARGEST:
        row = _WEKA_ROW.match(ahead.text)
        if row is None:
            break
        rows.append([int(cell) for cell in row["counts"].split()])
        labels.append(row["label"].strip())
        used += 1
    if not square(rows) or len(set(labels)) < len(labels):
        return None
    draft = Draft(line, line.number + used - 1, cursor.texts(used), "confusion", matrix=rows, labels=tuple(labels))
    return Claim(used, [draft])


def _true_false(cursor: Cursor, line: Line, context: Context) -> Claim | None:
    """The four counts of a two-class problem, on one line or on lines that follow each other."""
    found: dict[str, int] = {}
    used = 0
    if _OF_A_CLASS.search(body(line.text)):
        return None
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
    draft = Draft(line, last.number if last else line.number, cursor.texts(used), "confusion")
    if used == 1:
        draft = _with_rates(draft, context)
    draft.matrix, draft.labels = matrix, ("negative", "positive")
    return Claim(used, [draft])


def _with_rates(blank: Draft, context: Context) -> Draft:
    """The rates that stand beside the four counts on one line, and whose they are."""
    text = _COUNT_BESIDE.sub(" ", body(blank.line.text))
    claim = of_line(text, blank.line, context)
    if claim is not None and len(claim.drafts) == 1:
        return claim.drafts[0]
    owner = owner_of(text) if claim is None else None
    blank.options = {} if owner is None else {"group": owner}
    return blank


PARSER = Parser("confusion", 1, "confusion matrices: numpy, lists, plain rows, labelled tables, TP FP TN FN", _read)
