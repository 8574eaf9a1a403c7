"""Tables drawn in text: markdown, Lightning's boxes, fastai's epochs, lm-eval, YOLO's console, COCO's summary."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.name_value import plausible
from labjournal.parsers.names import Name, role_of, shaped, understand, words_of
from labjournal.parsers.numbers import Number, parse_number, unwrap
from labjournal.parsers.reading import Line, StepKind

MOST_ROWS = 2_000
_BORDER = re.compile(r"^[\s|+:\-=─━═┃│┏┓┗┛┡┩┢┪╇┳┻╋┼├┤┬┴┌┐└┘╭╮╰╯╒╕╘╛╞╡╪╤╧╔╗╚╝╠╣╬╦╩║]*$")
_PIPES = re.compile(r"[|│┃║]")
_COCO = re.compile(
    r"^\s*Average (?P<what>Precision|Recall)\s+\((?:AP"
    r"|AR)\)\s*@\[\s*IoU=(?P<iou>[\d.:]+)\s*\|\s*area=\s*(?P<area>\w+)\s*\|\s*maxDets=\s*(?P<dets>\d+)\s*\]\s*=\s*(?P<value>-?[\d.]+)"
)
_YOLO_HEAD = re.compile(
    r"^\s*Class\s+Images\s+(?:Instances|Labels|Targets)\s+(?:Box\()?P\s+R\s+mAP@?\.?50\s+mAP(?:@?\.?50-95|@\.5:\.95)\)?(?:\s*:.*)?",
    re.IGNORECASE,
)
_YOLO_ROW = re.compile(
    r"^\s*(?P<label>\S.*?)\s+(?P<images>\d+)\s+(?P<n>\d+)\s+(?P<p>[\d.e-]+)\s+(?P<r>[\d.e-]+)\s+(?P<m50>[\d.e-]+)\s+(?P<m95>[\d.e-]+)\s*$"
)
_STEPS: dict[str, StepKind] = {
    "epoch": "epoch",
    "ep": "epoch",
    "e": "epoch",
    "step": "step",
    "iter": "step",
    "iteration": "step",
    "round": "step",
    "#": "step",
}


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    text = line.text
    if text.lstrip().startswith("Average ") and (coco := _coco(cursor, line)) is not None:
        return coco
    if "Class" in text and _YOLO_HEAD.match(text):
        return _yolo(cursor, line)
    if _PIPES.search(text):
        return _piped(cursor, line, context)
    if "epoch" in text.lower() or text.lstrip()[:2] in ("E ", "Ep"):
        return _spaced(cursor, line)
    return None


def _coco(cursor: Cursor, line: Line) -> Claim | None:
    draft = Draft(line, line.number, [], "text_tables", headline=True)
    used = 0
    while (ahead := cursor.peek(used)) is not None and (match := _COCO.match(ahead.text)) is not None:
        short = "AP" if match["what"] == "Precision" else "AR"
        iou = {"0.50:0.95": "", "0.50": "50", "0.75": "75"}.get(match["iou"], "_" + match["iou"])
        area = "" if match["area"] == "all" else f"_{match['area']}"
        dets = f"@{match['dets']}" if short == "AR" else ""
        name = f"{short}{iou}{dets}{area}"
        number = parse_number(match["value"])
        if number is not None and number.value >= 0 and name not in draft.metrics:
            draft.metrics[name] = number
        used += 1
        draft.last = ahead.number
    draft.text = cursor.texts(used)
    return Claim(used, [draft]) if used else None


def _yolo(cursor: Cursor, line: Line) -> Claim | None:
    """The row "all" is the result; the classes below it have no F1 and stay in the text."""
    draft = Draft(line, line.number, [], "text_tables", role="validation")
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        match = _YOLO_ROW.match(ahead.text)
        if match is None:
            break
        if match["label"] == "all":
            for name, group in (("precision", "p"), ("recall", "r"), ("mAP50", "m50"), ("mAP50-95", "m95")):
                number = parse_number(match[group])
                if number is not None:
                    draft.metrics[name] = number
            draft.n = int(match["images"])
        draft.last = ahead.number
        used += 1
    draft.text = cursor.texts(used)
    return Claim(used, [draft] if draft.metrics else [])


def _cells(text: str) -> list[str]:
    inner = text.strip()
    if inner[:1] in "|│┃║":
        inner = inner[1:]
    if inner[-1:] in "|│┃║":
        inner = inner[:-1]
    return [cell.strip(" *`") for cell in _PIPES.split(inner)]


def _piped(cursor: Cursor, line: Line, context: Context) -> Claim | None:
    """A table with bars: a header that names metrics over rows, or two columns of name and value."""
    text = line.text.strip()
    if text[:1] not in "|│┃║" or cursor.refused("text_tables"):
        return None
    rows: list[tuple[Line, list[str]]] = []
    used = 0
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        if _BORDER.match(ahead.text):
            if not ahead.text.strip():
                break
        elif ahead.text.strip()[:1] in "|│┃║":
            rows.append((ahead, _cells(ahead.text)))
        else:
            break
        used += 1
    drafts = _table(rows, cursor.texts(used))
    if not drafts:
        cursor.refuse("text_tables", used)
        return None
    return Claim(used, drafts)


def _table(rows: list[tuple[Line, list[str]]], texts: list[str]) -> list[Draft]:
    if not rows:
        return []
    header = rows[0][1]
    if {"metric", "value"} <= {cell.lower() for cell in header}:
        return _lm_eval(header, rows[1:])
    names = [understand(shaped(cell)) for cell in header]
    numeric_head = any(parse_number(cell) is not None for cell in header)
    if len(header) >= 2 and len(rows) > 1 and any(names[1:]) and not numeric_head:
        return _headed(header, names, rows[1:])
    if all(len(cells) >= 2 for _, cells in rows):
        return _pairs(rows, texts)
    return []


def _headed(header: list[str], names: list[Name | None], rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    drafts = []
    step_at = next((index for index, cell in enumerate(header) if cell.lower() in _STEPS), None)
    for line, cells in rows:
        if len(cells) != len(header):
            continue
        draft = Draft(line, line.number, [line.text], "text_tables", saved=step_at is None)
        for cell, name, title in zip(cells, names, header, strict=True):
            number = parse_number(unwrap(re.split(r"\s*(?:±|\+/-|\()", cell)[0]))
            if name is not None and number is not None and plausible(name, number):
                draft.metrics.setdefault(name.metric, number)
                draft.tags[name.metric] = title if re.fullmatch(r"[\w/]+", title) else name.tag
                draft.role = name.role if draft.role == "unclear" else draft.role
            elif name is None and title and cell and len(draft.options) < 8 and (number is None or number.integer):
                draft.options[title] = cell[:80]
        if step_at is not None:
            number = parse_number(cells[step_at].split("/")[0])
            if number is None:
                continue
            draft.step = (_STEPS[header[step_at].lower()], number.value)
            draft.options = {}
        elif draft.options:
            draft.role = (
                role_of(words_of(next(iter(draft.options.values())))) if draft.role == "unclear" else draft.role
            )
        if draft.metrics:
            drafts.extend(_by_role(draft, names, header))
    return drafts


def _by_role(draft: Draft, names: list[Name | None], header: list[str]) -> list[Draft]:
    """A row of a training table holds values of several roles: their tags keep them apart."""
    if draft.step is None:
        return [draft]
    parts: dict[str, Draft] = {}
    for name in names:
        if name is None or name.metric not in draft.metrics:
            continue
        tag = name.tag
        part = parts.setdefault(
            name.role, Draft(draft.line, draft.last, draft.text, draft.rule, role=name.role, step=draft.step)
        )
        part.metrics[name.metric] = draft.metrics[name.metric]
        part.tags[name.metric] = tag
    return list(parts.values())


def _pairs(rows: list[tuple[Line, list[str]]], texts: list[str]) -> list[Draft]:
    """Name in the first column, values in the others; several columns are several data loaders."""
    drafts: dict[int, Draft] = {}
    titles = rows[0][1]
    for line, cells in rows:
        name = understand(shaped(cells[0]))
        if name is None:
            continue
        for column, cell in enumerate(cells[1:]):
            number = parse_number(unwrap(cell))
            if number is None or not plausible(name, number):
                continue
            draft = drafts.setdefault(column, Draft(line, line.number, texts[:80], "text_tables", headline=True))
            draft.metrics.setdefault(name.metric, number)
            draft.tags[name.metric] = name.tag
            draft.role = name.role if draft.role == "unclear" else draft.role
            draft.last = line.number
            if (
                len(cells) > 2
                and column + 1 < len(titles)
                and parse_number(titles[column + 1]) is None
                and titles[column + 1]
            ):
                draft.options["column"] = titles[column + 1][:80]
    return [draft for draft in drafts.values() if draft.metrics]


def _lm_eval(header: list[str], rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    """``|Tasks|Version|Filter|n-shot|Metric| |Value| |Stderr|``: empty task cells repeat the one above."""
    low = [cell.lower() for cell in header]
    at_metric, at_value = low.index("metric"), low.index("value")
    at_task = next(
        (index for index, cell in enumerate(low) if cell in ("tasks", "task", "groups", "dataset", "model")), None
    )
    drafts: dict[str, Draft] = {}
    task = ""
    for line, cells in rows:
        if len(cells) <= max(at_metric, at_value):
            continue
        if at_task is not None and cells[at_task].strip(" -"):
            task = cells[at_task].strip(" -")
        name = understand(shaped(cells[at_metric]))
        number = parse_number(cells[at_value])
        if name is None or number is None or not plausible(name, number):
            continue
        option = ",".join(
            cells[index] for index, title in enumerate(low) if title in ("filter",) and cells[index] not in ("", "none")
        )
        draft = drafts.setdefault(
            f"{task}|{option}",
            Draft(line, line.number, [], "text_tables", dataset=task or None, saved=True, role=name.role),
        )
        raw = cells[at_metric]
        draft.metrics.setdefault(raw if re.fullmatch(r"\w+_\w+", raw) else name.metric, number)
        if option:
            draft.options["filter"] = option
        draft.text.append(line.text)
        draft.last = line.number
    return list(drafts.values())


def _spaced(cursor: Cursor, line: Line) -> Claim | None:
    """fastai and spaCy: a header of names, rows of numbers under it."""
    header = body(line.text).split()
    if (
        not 3 <= len(header) <= 30
        or header[0].lower() not in _STEPS
        or any(parse_number(cell) is not None for cell in header)
    ):
        return None
    names = [understand(shaped(cell)) for cell in header]
    if not any(names):
        return None
    drafts: list[Draft] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        cells = body(ahead.text).split()
        if len(cells) != len(header) or parse_number(cells[0]) is None:
            if _BORDER.match(ahead.text):
                used += 1
                continue
            break
        used += 1
        step = parse_number(cells[0]) or Number(0.0, 0)
        for title, name, cell in zip(header, names, cells, strict=True):
            number = parse_number(cell)
            if name is not None and number is not None:
                draft = Draft(ahead, ahead.number, [ahead.text], "text_tables", {name.metric: number}, role=name.role)
                draft.step, draft.tags = (_STEPS[header[0].lower()], step.value), {name.metric: title}
                drafts.append(draft)
    return Claim(used, drafts) if drafts else None


PARSER = Parser("text_tables", 1, "tables drawn in text: markdown, boxes, epochs, lm-eval, YOLO, COCO", _read)
