"""Tables drawn in text: markdown, LaTeX, Lightning's boxes, lm-eval, YOLO's console, COCO's summary."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.name_value import plausible
from labjournal.parsers.names import Name, role_of, shaped, understand, words_of
from labjournal.parsers.numbers import Number, parse_number, unwrap
from labjournal.parsers.reading import Line, RoleName, StepKind

MOST_ROWS = 2_000
BORDER = re.compile(r"^[\s|+:\-=─━═┃│┏┓┗┛┡┩┢┪╇┳┻╋┼├┤┬┴┌┐└┘╭╮╰╯╒╕╘╛╞╡╪╤╧╔╗╚╝╠╣╬╦╩║]*$")
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
_TEX_FACE = re.compile(r"\\(?:textbf|textit|underline|emph|mathbf|bf|texttt)\s*\{([^{}]*)\}")
STEPS: dict[str, StepKind] = {
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
    if "&" in text and text.rstrip().endswith("\\\\"):
        return _latex(cursor)
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
        if BORDER.match(ahead.text):
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


def _latex(cursor: Cursor) -> Claim | None:
    """A LaTeX tabular: cells between ``&``, rows ended by two backslashes, rules between them."""
    rows: list[tuple[Line, list[str]]] = []
    used = 0
    if cursor.refused("latex"):
        return None
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        text = ahead.text.strip()
        if "&" in text and text.endswith("\\\\"):
            rows.append((ahead, [_plain_tex(cell) for cell in text[:-2].split("&")]))
        elif text and not text.startswith("\\"):
            break
        used += 1
    drafts = _table(rows, cursor.texts(used)) if len(rows) > 1 else []
    if not drafts:
        cursor.refuse("latex", used)
    return Claim(used, drafts) if drafts else None


def _plain_tex(cell: str) -> str:
    cell = _TEX_FACE.sub(r"\1", cell)
    return cell.replace("\\_", "_").replace("\\%", "%").replace("$", "").replace("\\pm", "±").strip()


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
        return _sections(rows) or _pairs(rows, texts)
    return []


def _headed(header: list[str], names: list[Name | None], rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    drafts: list[Draft] = []
    step_at = next((index for index, cell in enumerate(header) if cell.lower() in STEPS), None)
    if step_at and any(cells[0] and parse_number(cells[0].split("/")[0]) is None for _, cells in rows):
        step_at = None  # each row has a name: it says at which epoch it was measured, and is no point of one curve
    for line, cells in rows:
        if len(cells) != len(header):
            continue
        step: tuple[StepKind, float] | None = None
        if step_at is not None:
            number = parse_number(cells[step_at].split("/")[0])
            if number is None:
                continue
            step = (STEPS[header[step_at].lower()], number.value)
        drafts.extend(row_drafts(line, cells, header, names, step))
    return drafts


SPREAD = re.compile(
    r"(?:std|stdev|std\.?\s?dev\.?|standard deviation|s\.?d\.?|sigma|σ|var|variance|sem|std\.?\s?err(?:or)?|count|range"
    r"|\d+%)",
    re.IGNORECASE,
)
"""Labels of rows that say how values scatter: no measurement of their own."""


def row_drafts(
    line: Line,
    cells: list[str],
    header: list[str],
    names: list[Name | None],
    step: tuple[StepKind, float] | None,
) -> list[Draft]:
    """One draft for each role the columns speak of: ``Val R2`` and ``Test R2`` of a row are two measurements."""
    parts: dict[RoleName, Draft] = {}
    options: dict[str, str] = {}
    if cells and SPREAD.fullmatch(cells[0].strip(" *_")):
        return []
    for cell, name, title in zip(cells, names, header, strict=True):
        number = _cell_number(cell)
        if name is not None and number is not None and plausible(name, number):
            part = parts.get(name.role)
            if part is None:
                part = parts[name.role] = Draft(
                    line, line.number, [line.text], "text_tables", role=name.role, step=step
                )
                part.saved = step is None
            if name.metric not in part.metrics:
                part.metrics[name.metric] = number
                part.tags[name.metric] = title if step is None and re.fullmatch(r"[\w/]+", title) else name.tag
        elif name is None and title and cell and len(options) < 8 and (number is None or number.integer):
            options[title] = cell[:80]
    if step is None and options:
        said = role_of(words_of(next(iter(options.values()))))
        for part in parts.values():
            part.options = dict(options)
            part.role = said if part.role == "unclear" else part.role
    return list(parts.values())


def _sections(rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    """Stable-Baselines3 prints its scalars in sections (``rollout/``, ``train/``) with the time step among them."""
    if not any(cells[0].endswith("/") and not cells[1] for _, cells in rows):
        return []
    values = {cells[0]: _cell_number(cells[1]) for _, cells in rows}
    step = values.get("total_timesteps") or values.get("total timesteps")
    if step is None:
        return []
    drafts: list[Draft] = []
    section = ""
    for line, cells in rows:
        if cells[0].endswith("/") and not cells[1]:
            section = cells[0]
        elif section not in ("", "time/") and (number := values[cells[0]]) is not None:
            role: RoleName = "validation" if section == "eval/" else "train"
            name = section + cells[0]
            draft = Draft(line, line.number, [line.text], "text_tables", {name: number}, role=role)
            draft.step, draft.tags = ("step", step.value), {name: name}
            drafts.append(draft)
    return drafts


def _cell_number(cell: str) -> Number | None:
    """The value of a cell; a spread behind it (``0.81 ± 0.02``) is not another one."""
    return parse_number(unwrap(re.split(r"\s*(?:±|\+/-|\()", cell)[0]))


def _pairs(rows: list[tuple[Line, list[str]]], texts: list[str]) -> list[Draft]:
    """Name in the first column, values in the others; several columns are several data loaders."""
    drafts: dict[int, Draft] = {}
    titles = rows[0][1]
    for line, cells in rows:
        name = understand(shaped(cells[0]))
        if name is None:
            continue
        for column, cell in enumerate(cells[1:]):
            number = _cell_number(cell)
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


PARSER = Parser("text_tables", 1, "tables drawn in text: markdown, boxes, LaTeX, lm-eval, YOLO, COCO", _read)
