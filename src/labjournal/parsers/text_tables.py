"""Tables drawn in text: markdown, LaTeX, Lightning's boxes, lm-eval, YOLO's console, COCO's summary."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.columns import of_itself
from labjournal.parsers.context import Context
from labjournal.parsers.grids import BORDER, MOST_ROWS, Grid, bars, caption, html
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.reading import Line
from labjournal.parsers.table_rows import drafts_of_table

_PIPES = re.compile(r"[|│┃║┆╎]")
_COCO = re.compile(
    r"^\s*Average (?P<what>Precision|Recall)\s+\((?:AP"
    r"|AR)\)\s*@\[\s*IoU=(?P<iou>[\d.:]+)\s*\|\s*area=\s*(?P<area>\w+)\s*\|\s*maxDets=\s*(?P<dets>\d+)\s*\]\s*=\s*(?P<value>-?[\d.]+)"
)
_YOLO_HEAD = re.compile(
    r"^\s*Class\s+Images\s+(?:Instances|Labels|Targets)(?P<groups>(?:\s+(?:\w+\()?P\s+R\s+mAP@?\.?50?\s+mAP(?:@?\.?50-95|@\.5:\.95)\)?)+)"
    r"(?:\s*:.*)?",
    re.IGNORECASE,
)
_YOLO_GROUP = re.compile(r"(?:(\w+)\()?P\s+R\s")
_YOLO_ROW = re.compile(r"^\s*(?P<label>\S.*?)\s+(?P<images>\d+)\s+(?P<n>\d+)(?P<values>(?:\s+[\d.e-]+){4,})\s*$")
_YOLO_METRICS = ("precision", "recall", "mAP50", "mAP50-95")
_TYPE = re.compile(r"(?:IoU metric:\s*|annotation type\s*\*?|results for )(bbox|segm|keypoints|boxes)\b", re.IGNORECASE)
_ERRORS = re.compile(r"\b(?:WER|CER|TER|SER|PER)\b")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_BREAK = re.compile(r"<br\s*/?>")
_TEX_RULES = re.compile(
    r"(?:\s*\\(?:hline|toprule|midrule|bottomrule|cline\{[^{}]*\}|cmidrule(?:\([lr]+\))?\{[^{}]*\}))+$"
)
_TEX_FACE = re.compile(r"\\(?:textbf|textit|underline|emph|mathbf|bf|texttt)\s*\{([^{}]*)\}")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    text = line.text
    if "Average " in text and (coco := _coco(cursor, line)) is not None:
        return coco
    if "Class" in text and _YOLO_HEAD.match(text):
        return _yolo(cursor, line)
    if "<table" in text.lower():
        return _gridded(cursor, html(cursor))
    if _PIPES.search(text):
        if "Params" in text and {"Name", "Type", "Params"} <= set(_cells(text)):
            return _parts_of_model(cursor)
        return _piped(cursor, line, context) or _gridded(cursor, bars(cursor))
    if "&" in text and _TEX_RULES.sub("", text.rstrip()).endswith("\\\\"):
        return _latex(cursor)
    return None


def _parts_of_model(cursor: Cursor) -> Claim:
    """Lightning's summary: a part may be called CrossEntropyLoss or MulticlassAccuracy, and has no parameters."""
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        if not ahead.text.strip() or not (BORDER.match(ahead.text) or _PIPES.search(ahead.text)):
            break
        used += 1
    return Claim(used)


def _coco(cursor: Cursor, line: Line) -> Claim | None:
    """The summary of pycocotools; after each epoch it is a point of a curve. Only boxes go without a prefix."""
    draft = Draft(line, line.number, [], "text_tables", under_step=True)
    kinds = [found[1].lower() for text in cursor.passed if (found := _TYPE.search(text)) is not None]
    kind = f"{kinds[-1]}_" if kinds and kinds[-1] not in ("bbox", "boxes") else ""
    used = 0
    while (ahead := cursor.peek(used)) is not None and (match := _COCO.match(body(ahead.text))) is not None:
        short = "AP" if match["what"] == "Precision" else "AR"
        iou = {"0.50:0.95": "", "0.50": "50", "0.75": "75"}.get(match["iou"], "_" + match["iou"])
        area = "" if match["area"] == "all" else f"_{match['area']}"
        dets = f"@{match['dets']}" if short == "AR" else ""
        name = f"{kind}{short}{iou}{dets}{area}"
        number = parse_number(match["value"])
        if number is not None and number.value >= 0 and name not in draft.metrics:
            draft.metrics[name] = number
        used += 1
        draft.last = ahead.number
    draft.text = cursor.texts(used)
    return Claim(used, [draft]) if used else None


def _yolo(cursor: Cursor, line: Line) -> Claim | None:
    """The row "all" is the result; the classes below it have their own."""
    head = _YOLO_HEAD.match(line.text)
    groups = _YOLO_GROUP.findall(head["groups"]) if head is not None else []
    prefixes = [f"{group.lower()}_" if len(groups) > 1 else "" for group in groups]
    names = [prefix + metric for prefix in prefixes for metric in _YOLO_METRICS]
    classes: list[Draft] = []
    draft = Draft(line, line.number, [], "text_tables", role="validation")
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        match = _YOLO_ROW.match(ahead.text)
        if match is None or len(match["values"].split()) != len(names):
            break
        whole = match["label"] == "all"
        row = draft if whole else Draft(ahead, ahead.number, [ahead.text], "text_tables", role="validation", saved=True)
        for name, value in zip(names, match["values"].split(), strict=True):
            number = parse_number(value)
            if number is not None:
                row.metrics[name] = number
        if whole:
            draft.n = int(match["images"])
        else:
            row.options["class"] = match["label"][:80]
            classes.append(row)
        draft.last = ahead.number
        used += 1
    draft.text = cursor.texts(used)
    return Claim(used, [draft, *classes] if draft.metrics else classes)


def _cells(text: str) -> list[str]:
    inner = _BREAK.sub(" ", text.strip()) if "<br" in text else text.strip()
    if inner[:1] in "|│┃║┆╎":
        inner = inner[1:]
    if inner[-1:] in "|│┃║┆╎":
        inner = inner[:-1]
    inner = _LINK.sub(r"\1", inner) if "](" in inner else inner
    inner = inner.replace("\\_", "_")
    return [cell.strip(" *`") for cell in _PIPES.split(inner)]


def _piped(cursor: Cursor, line: Line, context: Context) -> Claim | None:
    """A table with bars: a header that names metrics over rows, or two columns of name and value."""
    if cursor.refused("text_tables"):
        return None
    first = line.text.strip()
    if first[:1] not in "|│┃║┆╎":
        first = _behind_prefix(cursor, first)
        if not first:
            return None
    rows: list[tuple[Line, list[str]]] = []
    used = 0
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        if BORDER.match(ahead.text):
            before = cursor.peek(used - 1) if used and rows else None
            begins = ahead.text.strip()[:1] == "+" and before is not None and before.text.strip()[:1] == "+"
            if not ahead.text.strip() or begins:
                break  # a rule straight below a rule: another table begins
        elif used == 0 or ahead.text.strip()[:1] in "|│┃║┆╎":
            rows.append((ahead, _cells(ahead.text if used else first)))
        else:
            break
        used += 1
    if rows and of_itself(rows[0][1], [cells[0] for _, cells in rows[1:]]):
        return Claim(used)
    above = _ERRORS.search(cursor.passed[-1]) if cursor.passed else None
    heading = context.heading if above is None else above[0]
    drafts = drafts_of_table(rows, cursor.texts(used), heading, caption(cursor))
    if not drafts:
        cursor.refuse("text_tables", used)
        return None
    return Claim(used, drafts)


def _behind_prefix(cursor: Cursor, text: str) -> str:
    """The titles of a table that a logger wrote, behind its prefix; the rows below have none."""
    below = cursor.peek(1)
    at = min((found for bar in "|│┃║┆╎" if (found := text.find(bar)) > 0), default=0)
    plain = at and re.search(r"\d\d:\d\d|\b(?:INFO|info)\b|\]\s*$", text[:at]) is not None
    if not plain or below is None or below.text.strip()[:1] not in ("|", "│", "┃", "║", "┆", "╎"):
        return ""
    titles = text[at:]
    return titles if len(_cells(titles)) == len(_cells(below.text)) > 1 else ""


def _gridded(cursor: Cursor, grid: Grid | None) -> Claim | None:
    drafts = [] if grid is None else drafts_of_table(grid.rows, cursor.texts(grid.lines), caption=caption(cursor))
    return Claim(grid.lines, drafts) if grid is not None and drafts else None


def _latex(cursor: Cursor) -> Claim | None:
    """A LaTeX tabular: cells between ``&``, rows ended by two backslashes, rules between them."""
    rows: list[tuple[Line, list[str]]] = []
    used = 0
    if cursor.refused("latex"):
        return None
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        text = _TEX_RULES.sub("", ahead.text.strip())
        if "&" in text and text.endswith("\\\\"):
            rows.append((ahead, [_plain_tex(cell) for cell in text[:-2].split("&")]))
        elif text and not text.startswith("\\"):
            break
        used += 1
    drafts = drafts_of_table(rows, cursor.texts(used), caption=caption(cursor)) if len(rows) > 1 else []
    if not drafts:
        cursor.refuse("latex", used)
    return Claim(used, drafts) if drafts else None


def _plain_tex(cell: str) -> str:
    cell = _TEX_FACE.sub(r"\1", cell)
    return cell.replace("\\_", "_").replace("\\%", "%").replace("$", "").replace("\\pm", "±").strip()


PARSER = Parser("text_tables", 1, "tables drawn in text: markdown, boxes, LaTeX, lm-eval, YOLO, COCO", _read)
