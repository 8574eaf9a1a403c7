"""Where the cells of a table stand: columns that spaces, tabs or bare bars part, and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from labjournal.parsers.base import Cursor, body
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.reading import Line, StepKind
from labjournal.parsers.steps import find_step, names_only_a_step
from labjournal.parsers.title_groups import group_titles

MOST_ROWS = 2_000
WIDEST = 40
BORDER = re.compile(r"^[\s|+:.…\-=─━═┃│┏┓┗┛┡┩┢┪╇┳┻╋┼├┤┬┴┌┐└┘╭╮╰╯╒╕╘╛╞╡╪╤╧╔╗╚╝╠╣╬╦╩║]*$")
_SPREAD = re.compile(r"(?<=[\d%])\s*(?:±|\+/-|\+-|\\pm)\s*(?=[\d.])")
_IN_BRACKETS = re.compile(r"(?<=[\d%])\s+\((?=±?[\d.]+%?\))")
_SIGN = re.compile(r"(?<=\d)\s+(?=%(?:\s|$))")
_VALUE = re.compile(
    r"[*_<>≈~]*[-+−]?(?:\d+(?:,\d{3})*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?(?:±[\d.]+%?(?:[eE][-+]?\d+)?|\([±\d.]+%?\))?[*_†‡↑↓]*"
    r"|[-+]?(?:nan|NaN|NAN|inf|-{1,3}|–|—|N/?A|n/?a|None|null)"
)
_DECIMAL = re.compile(r"\d\.\d|\d\s?%")
_NO_CELL = re.compile(r"(?<!\d)[:=]\s*[-+]?\.?\d|\d\s+[-+]?\.?\d").search
"""A name with its value, or two values: bars alone do not part these columns."""
_WIDE_GAP = re.compile(r"\s{2,}|\t+")
_NOTES = re.compile(r"(?<=[\d%])(?:\s+\([^()]*[^\W\d][^()]*\))+$")
_INDEX = re.compile(r"\d{1,5}\s{2,}(?=[^\W\d])")
"""The index of a printed DataFrame, before the label of a row."""
_INDEX_NAME = re.compile(r"[A-Za-z_]\w*(?:[ -][A-Za-z_]\w*){0,2}\s*")
"""The name of the index of a printed DataFrame, on a line of its own below the titles."""
_SAME_WORD = re.compile(r"\s*(?:(\w+):\s\S+\s*)(?:\1:\s\S+\s*)+")
"""``Class: A Class: B``: titles that begin with the same word."""
_TITLES = re.compile(r"(?!.*(?:\d\.\d{2}|\d\s?%\s|:(?!\.?\d)))[^=;{}<>]*[^\W\d_][^=;{}<>]*")
_CELL = re.compile(r"\S+(?:\s\S+)*")
_TOKEN = re.compile(r"\S+")
_ROW_TAG = re.compile(r"<tr\b[^>]*>(.*?)(?=<tr\b|</tr>|</table|$)", re.IGNORECASE | re.DOTALL)
_CELL_TAG = re.compile(r"<t[hd]\b([^>]*)>(.*?)(?=<t[hd]\b|</t[hd]>|$)", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"\b(col|row)span\s*=\s*['\"]?(\d{1,2})\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")

Row = tuple[Line, list[str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of as many cells each, the titles first, and the lines they take."""

    rows: list[Row]
    lines: int
    step: tuple[StepKind, float] | None = None
    """The epoch that its corner names."""


def aligned(cursor: Cursor) -> Grid | None:
    """A line of titles over rows of a label and as many values: a printed DataFrame, columns of a ``print``."""
    first, second = cursor.peek(), cursor.peek(1)
    if first is None or second is None or cursor.refused("aligned") or len(first.text) > 600:
        return None
    head, step = _without_step(_joined(first.text))
    head = _cornered(head)
    titles = _WIDE_GAP.split(head.strip()) if "  " in head.strip() else head.split()
    if not titles or len(titles) > WIDEST * 2 or _TITLES.fullmatch(head) is None or any(map(_is_number, titles)):
        return None
    over, used = _upper_titles(cursor, head)
    found: list[tuple[Line, str, list[str]]] = []
    named = cursor.peek(used)
    corner = named.text.strip() if named is not None and head[:1] == " " and _INDEX_NAME.fullmatch(named.text) else ""
    used += bool(corner)
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        text = ahead.text
        if BORDER.match(text) and text.strip():
            used += 1
            continue
        parts = _row(_cornered(_joined(text))) if len(text) <= 600 else None
        if parts is None or (found and len(parts[1]) != len(found[0][2])):
            break
        found.append((ahead, *parts))
        used += 1
    if not found or not any(map(_DECIMAL.search, (line.text for line, _, _ in found))):
        cursor.refuse("aligned", max(used - 1, 1))
        return None
    header = _counted(over, found) if over else _fitted(head, found)
    if header is None:
        return None if over else _placed(first, head, found, used)
    if len(found[0][2]) < 2 and not (
        _one_column(header, found) and (header[0] == "" or _WIDE_GAP.search(head.strip()))
    ):
        return None
    if all(_INDEX.match(label) for _, label, _ in found):
        found = [(line, _INDEX.sub("", label), values) for line, label, values in found]
    if len(header) == len(found[0][2]):
        return Grid([(first, header), *((line, values) for line, _, values in found)], used, step)
    index, labels = _indexed(corner or header[0], [label for _, label, _ in found])
    rows: list[Row] = [(first, [*index, *header[1:]])]
    rows += [(line, [*label, *values]) for (line, _, values), label in zip(found, labels, strict=True)]
    return Grid(rows, used, step)


def _indexed(corner: str, labels: list[str]) -> tuple[list[str], list[list[str]]]:
    """The columns of an index of several levels, of which a row repeats none that is the same as above."""
    index, parts = corner.split(), [_WIDE_GAP.split(label) for label in labels]
    if not 1 < len(index) == len(parts[0]) or any(len(said) > len(index) for said in parts):
        return [corner], [[label] for label in labels]
    above = parts[0]
    whole = []
    for said in parts:
        above = [*above[: len(index) - len(said)], *said]
        whole.append(above)
    return index, whole


def _without_step(head: str) -> tuple[str, tuple[StepKind, float] | None]:
    """The titles without the step in their corner: ``Epoch 7 |  PQ  SQ  RQ``."""
    corner = _CELL.match(head)
    step = find_step(corner[0]) if corner is not None and names_only_a_step(corner[0]) else None
    if corner is None or step is None:
        return head, None
    return " " * corner.end() + head[corner.end() :], step[:2]


def _cornered(text: str) -> str:
    """A line of a table whose labels one bar parts from the values, or whose titles all begin with the same word."""
    if text.count("|") == 1 and "  " in text:
        label, _, rest = text.partition("|")
        return (
            f"{' ' * len(label) if _DECIMAL.search(rest) is None else label}  {rest[1:] if rest[:1] == ' ' else rest}"
        )
    same = _SAME_WORD.fullmatch(text) if ": " in text else None
    if same is None:
        return text
    numbered = re.sub(rf"{same[1]}: (?=\d)", f" {same[1]}_", text)  # a class may be called by a number
    return numbered.replace(f"{same[1]}: ", " " * (len(same[1]) + 2))


def _placed(first: Line, head: str, found: list[tuple[Line, str, list[str]]], used: int) -> Grid | None:
    """A table whose values only their places give to titles: more of them than titles, flush with them."""
    titles = list(_CELL.finditer(head))
    rows: list[Row] = []
    for line, label, _ in found:
        text = _joined(line.text)
        cells = list(_TOKEN.finditer(text, len(text) - len(text.lstrip()) + len(label)))
        under = [[cell[0] for cell in cells if _flush(title, cell)] for title in titles]
        if any(len(here) > 1 for here in under) or any(not here for here in under[1:]):
            return None
        rows.append((line, [label if not under[0] else under[0][0], *(here[0] for here in under[1:])]))
    named = all(label for _, label, _ in found)
    if (
        len(titles) < 3
        or not named
        or any(cells[0] != label for (_, cells), (_, label, _) in zip(rows, found, strict=True))
    ):
        return None
    return Grid([(first, [title[0] for title in titles]), *rows], used)


def _flush(title: re.Match[str], cell: re.Match[str]) -> bool:
    return abs(title.end() - cell.end()) <= 1 or title.start() == cell.start()


def _upper_titles(cursor: Cursor, head: str) -> tuple[list[str], int]:
    """One line of titles from two, where the upper one names groups of as many columns each; and the lines used."""
    used = 1
    while (ahead := cursor.peek(used)) is not None and BORDER.match(ahead.text) and ahead.text.strip():
        used += 1
    titles = [] if ahead is None else group_titles(head, _joined(ahead.text))
    return titles, used + bool(titles)


def _counted(titles: list[str], found: list[tuple[Line, str, list[str]]]) -> list[str] | None:
    """The titles of columns in groups with one over the labels before them, where there are as many as values."""
    labelled = any(label for _, label, _ in found)
    more = len(found[0][2]) + labelled - len(titles)
    return ["", *titles][1 - more :] if more in (0, labelled) else None


def _fitted(head: str, found: list[tuple[Line, str, list[str]]]) -> list[str] | None:
    """The titles as one for each value, with one over the labels before them where rows have labels."""
    width = len(found[0][2])
    labelled = any(label for _, label, _ in found)
    for titles in (_WIDE_GAP.split(head.strip()), head.split()):
        titles = [title.strip() for title in titles if title.strip()]
        if not labelled and len(titles) == width:
            return titles
        if labelled and len(titles) == width + 1:
            return titles
        if labelled and len(titles) == width > 0 and _stands_right(head, titles, found):
            return ["", *titles]
        if (
            labelled
            and len(titles) > width + 1
            and all(len(_WIDE_GAP.split(label)) == len(titles) - width for _, label, _ in found)
        ):
            return [" ".join(titles[: len(titles) - width]), *titles[len(titles) - width :]]
    return None


def _one_column(header: list[str], found: list[tuple[Line, str, list[str]]]) -> bool:
    """Whether one value behind a label is a table: two titles over rows, or a title over its mean and spread."""
    labels = [label.lower() for _, label, _ in found]
    if header[0] == "":
        return "mean" in labels and len(found) > 1
    return len(found) > 1 and all(labels) and all("  " in _joined(line.text).strip() for line, _, _ in found)


def _stands_right(head: str, titles: list[str], found: list[tuple[Line, str, list[str]]]) -> bool:
    """Whether each title stands over a value, none over the labels."""
    stand = list((_TOKEN if titles == head.split() else _CELL).finditer(head))
    cells = list(_TOKEN.finditer(_noted(_joined(found[0][0].text))))[-len(titles) :]
    return len(stand) == len(cells) and all(
        _flush(title, cell) or (title.start() <= cell.end() and cell.start() <= title.end())
        for title, cell in zip(stand, cells, strict=True)
    )


def _noted(text: str) -> str:
    """A row without the notes in brackets behind its last value."""
    return _NOTES.sub("", text) if text.endswith(")") else text


def _row(text: str) -> tuple[str, list[str]] | None:
    """The label and the values of a row; None for a line that is none."""
    text = _noted(text)
    tokens = text.split()
    at = len(tokens)
    while at > 0 and _VALUE.fullmatch(tokens[at - 1]) is not None:
        at -= 1
    if at > 1 and tokens[at - 1] == ":":
        text = text[: text.rindex(" :")] + "  " + text[text.rindex(" :") + 2 :]
        del tokens[at - 1]  # "road : 0.963" stands under titles as "road 0.963" does
        at -= 1
    if at == len(tokens) or at > 8 or any(mark in token for token in tokens[:at] for mark in "=;:{}"):
        return None
    if at == 0 and len(tokens) > WIDEST:
        return None
    label = text.split(tokens[at])[0].strip() if at and tokens[at] in text else ""
    return " ".join(tokens[:at]) if "  " not in label else label, tokens[at:]


def bars(cursor: Cursor) -> Grid | None:
    """Columns that bars part, with none before the first: ``model | acc | f1`` over ``vit | 0.93 | 0.91``."""
    first = cursor.peek()
    if first is None or cursor.refused("bars"):
        return None
    below = cursor.peek(1)
    if first.text.lstrip()[:1] in "|│┃║┆╎" and (below is None or below.text.lstrip()[:1] in "|│┃║┆╎"):
        return None  # else the first title is empty, and the rows have no bar before their labels
    rows: list[Row] = []
    used = 0
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        if BORDER.match(ahead.text) and ahead.text.strip():
            used += 1
            continue
        cells = [cell.strip(" *`") for cell in re.split(r"[|│┃║┆╎]", body(ahead.text).rstrip(" |│┃║┆╎"))]
        if len(rows) == 1 and rows[0][1][0] == "" and len(cells) == len(rows[0][1]) - 1:
            del rows[0][1][0]  # a bar before the titles, none before the rows
        if len(cells) < 2 or (rows and len(cells) != len(rows[0][1])):
            break
        rows.append((ahead, cells))
        used += 1
    values = [cell for _, cells in rows[1:] for cell in cells]
    titled = bool(rows) and not any(":" in cell or "=" in cell or _is_number(cell) for cell in rows[0][1])
    if len(rows) < 2 or not titled or not any(map(_DECIMAL.search, values)) or any(map(_NO_CELL, values)):
        cursor.refuse("bars", max(used, 1))
        return None
    return Grid(rows, used)


def html(cursor: Cursor) -> Grid | None:
    """The cells of an HTML table, whose rows may stand on lines of their own or not."""
    first = cursor.peek()
    if first is None or "<table" not in first.text.lower() or cursor.refused("html"):
        return None
    texts: list[str] = []
    used = size = 0
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS and size < 500_000:
        texts.append(ahead.text)
        used += 1
        size += len(ahead.text)
        if "</table" in ahead.text.lower():
            break
    else:
        cursor.refuse("html", max(used, 1))
        return None
    whole = "\n".join(texts)
    rows: list[Row] = []
    at = passed = 0
    held: dict[int, int] = {}
    for found in _ROW_TAG.finditer(whole):
        passed, at = passed + whole.count("\n", at, found.start()), found.start()
        line = cursor.peek(passed) or first
        rows.append((line, _spanned(_CELL_TAG.findall(found[1]), held)))
    rows = [(line, cells) for line, cells in rows if cells]
    width = max((len(cells) for _, cells in rows), default=0)
    fitting = [(line, cells) for line, cells in rows if len(cells) == width]
    if len(fitting) < 2 or width > WIDEST:
        cursor.refuse("html", used)
        return None
    return Grid(fitting, used)


def _spanned(cells: list[tuple[str, str]], held: dict[int, int]) -> list[str]:
    """The cells of a row, an empty one wherever one spans columns or, as ``held`` counts, comes down from above."""
    row: list[str] = []
    for attributes, text in [*cells, ("", "")]:
        while held.get(len(row), 0):
            held[len(row)] -= 1
            row.append("")
        spans = {kind.lower(): int(many) for kind, many in _SPAN.findall(attributes)}
        held[len(row)] = max(spans.get("row", 1) - 1, 0)
        row += [_text_of(text), *[""] * (spans.get("col", 1) - 1)]
    return row[:-1]


def caption(cursor: Cursor) -> str:
    """The line above a table, rules and blank lines left out: it may say what all cells measure."""
    above = [text for text in list(cursor.passed)[-3:] if text.strip() and not BORDER.match(text)]
    return body(above[-1]).strip(" \t#*_:-=>`") if above and len(above[-1]) <= 120 else ""


def _text_of(cell: str) -> str:
    return " ".join(unescape(_ANY_TAG.sub(" ", cell)).split()).strip(" *`")


def _joined(text: str) -> str:
    """The text with a value, its spread and its sign drawn together; tabs and a bar behind the labels as wide gaps."""
    text = body(text.rstrip()).replace("\t", "    ")
    if (bars := text.count("|")) == 1:
        text = text.replace(" | ", "   ")
    elif bars and not (text.lstrip()[0] == text[-1] == "|"):
        text = text.replace("|", " ")  # bars between groups of columns
    if "±" in text or "+" in text or "\\pm" in text:
        text = _SPREAD.sub("±", text)
    if "(" in text:
        text = _IN_BRACKETS.sub("(", text)
    return _SIGN.sub("", text) if "%" in text else text


def _is_number(cell: str) -> bool:
    return parse_number(cell) is not None
