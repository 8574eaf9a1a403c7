"""The rows of a table, made into drafts: which cells name metrics, which say whose they are."""

from __future__ import annotations

import re
from dataclasses import replace

from labjournal.parsers.base import Draft
from labjournal.parsers.columns import cell_number, column_names, role_of_label, under_groups
from labjournal.parsers.headings import CAPTION, entered
from labjournal.parsers.named_cells import named_cells
from labjournal.parsers.names import Name, role_of, understand, words_of
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.one_metric import corner_metric, of_one_metric, under_corner
from labjournal.parsers.open_names import measured, open_name
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line, RoleName, StepKind
from labjournal.parsers.scatter import BESIDE, without_spreads
from labjournal.parsers.shapes import shaped
from labjournal.parsers.title_groups import Grouped
from labjournal.parsers.tool_tables import lm_eval, sections
from labjournal.parsers.vocabulary import EVALUATED, NEVER, PARAMETERS

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SCORING = frozenset(("corr", "sub", "del", "ins", "err"))


_FROM_ELSEWHERE = re.compile(
    r"\((?:paper|reported|official|published|orig\w*|(?:in|from)\s(?:the\s)?paper)\)|\bet\s+al\b|^official$",
    re.IGNORECASE,
)
"""Labels of rows with somebody else's numbers."""


STEPS: dict[str, StepKind] = {
    "epoch": "epoch",
    "ep": "epoch",
    "e": "epoch",
    "step": "step",
    "iter": "step",
    "iteration": "step",
    "round": "step",
    "#": "step",
    "episode": "step",
}


def drafts_of_table(
    rows: list[tuple[Line, list[str]]], texts: list[str], heading: str = "", caption: str = ""
) -> list[Draft]:
    """What a table measured. ``caption`` is the line above it, which may say what all its cells are."""
    drafts = _measured_in(under_groups(rows), texts, heading, caption)
    above = entered((), CAPTION, caption)
    for draft in drafts:
        draft.path = above
    return drafts


def _measured_in(rows: list[tuple[Line, list[str]]], texts: list[str], heading: str, caption: str) -> list[Draft]:
    rows = without_spreads(rows)
    if not rows:
        return []
    header = _scoring_header(rows[0][1], heading)
    side = _side_by_side(header)
    if side:
        rows = [(line, cells[at : at + side]) for line, cells in rows[1:] for at in range(0, len(cells), side)]
        return _headed(header[:side], [understand(shaped(cell)) for cell in header[:side]], rows)
    if {"metric", "value"} <= {cell.lower() for cell in header}:
        return lm_eval(header, rows[1:])
    at = next((index for index, cell in enumerate(header) if cell.lower() in METRIC_COLUMNS), None)
    if at is not None and len(header) > 2 and at > 0:
        return named_in_column(header, at, rows[1:])
    if drafts := named_cells(rows):
        return drafts
    names = column_names(header, [cells for _, cells in rows[1:]])
    numeric_head = any(parse_number(cell) is not None for cell in header)
    if (corner := corner_metric(header, names)) is not None:
        return [draft for line, cells in rows[1:] for draft in under_corner(line, cells, header, corner)]
    if len(header) >= 2 and len(rows) > 1 and any(names[1:]) and not numeric_head and not _named_rows(names, rows[1:]):
        return _headed(header, names, rows[1:])
    if not all(len(cells) >= 2 for _, cells in rows):
        return []
    found = sections(rows) or _pairs(rows, texts)
    return found or ([] if numeric_head else of_one_metric(header, rows[1:], caption, heading))


def _named_rows(names: list[Name | None], rows: list[tuple[Line, list[str]]]) -> bool:
    """Whether the rows name metrics, and the columns only what there is of each: ``score``, ``threshold``.

    The corner may name their kind: ``ROUGE`` above ``rouge1`` and ``rougeL``.
    """
    if any(name is not None and name.metric != "score" for name in names[1:]):
        return False
    labels = [understand(shaped(cells[0])) for _, cells in rows if cells and cells[0]]
    return bool(labels) and sum(label is not None for label in labels) * 2 > len(labels)


def stated(cell: str) -> Name | None:
    """The metric in a column of metrics: known, or an identifier that no setting and no time is called."""
    known = understand(shaped(cell))
    words = words_of(cell)
    if known is not None or not _IDENTIFIER.fullmatch(cell) or not words or not NEVER.isdisjoint({*words} - {"index"}):
        return known
    return Name(cell, role_of(words), cell)


def named_in_column(header: list[str], at: int, rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    """A column says which metric a row is of, others whose it is; what only compares columns is left out."""
    drafts: list[Draft] = []
    for line, cells in rows:
        name = stated(cells[at]) if len(cells) == len(header) else None
        if name is None:
            continue
        beside = [pair for index, pair in enumerate(zip(header, cells, strict=True)) if index != at and pair[1]]
        options = {title: cell[:80] for title, cell in beside if title and parse_number(cell) is None}
        values = [
            (title, number)
            for title, cell in beside
            if (number := cell_number(cell)) is not None
            and plausible(name, number)
            and not BESIDE.fullmatch(title)
            and NEVER.isdisjoint(words_of(title))
        ]
        for title, number in values:
            metrics = {name.metric: number}
            draft = Draft(line, line.number, [line.text], "text_tables", metrics, role=name.role, saved=True)
            draft.options = {**options, **({"column": title} if len(values) > 1 else {})}
            drafts.append(draft)
    return drafts


def _side_by_side(header: list[str]) -> int:
    """The width of one part where a table is folded to stand beside itself: ``category | AP | category | AP``."""
    width = next((at for at in range(2, len(header)) if header[at] == header[0] != ""), 0)
    folded = width and len(header) % width == 0 and header == header[:width] * (len(header) // width)
    return width if folded and understand(shaped(header[0])) is None else 0


def _scoring_header(header: list[str], heading: str) -> list[str]:
    """The columns of ``Snt|Wrd|Corr|Sub|Del|Ins|Err|S.Err`` named: whose errors they are, the heading above says."""
    if not {cell.lower() for cell in header} >= _SCORING:
        return header
    name = understand(shaped(heading))
    error = name.metric if name is not None and name.alone else "error rate"
    return [{"err": error, "corr": "percent correct"}.get(cell.lower(), cell) for cell in header]


def _headed(header: list[str], names: list[Name | None], rows: list[tuple[Line, list[str]]]) -> list[Draft]:
    drafts: list[Draft] = []
    rows = [(line, cells) for line, cells in rows if not any(map(_FROM_ELSEWHERE.search, cells[:2]))]
    step_at = next((index for index, cell in enumerate(header) if cell.lower() in STEPS), None)
    if step_at is not None and any(cells[0] and parse_number(cells[0].split("/")[0]) is None for _, cells in rows):
        step_at = None  # each row has a name: it says at which epoch it was measured, and is no point of one curve
    if len(rows) == 1:
        step_at = None  # one row is no curve
    above = ""
    for line, cells in rows:
        if len(names) > 2 and len(cells) > 1 and names[0] is names[1] is None and cells[1]:
            cells = [cells[0] or above, *cells[1:]]  # an empty first cell repeats the one above
            above = cells[0]
        if len(cells) == len(header) - 1 and names[-1] is None and cells[-1] and cell_number(cells[-1]) is None:
            cells = [*cells, ""]  # the last column is left open
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


METRIC_COLUMNS = frozenset(("metric", "metrics", "metric_type", "metric name", "measure", "指标"))


_OF_CLASS = re.compile(r"(?:class(?:es)?|categor(?:y|ies)|labels?|objects?)(?:[\s_]names?)?|name", re.IGNORECASE)


def row_drafts(
    line: Line,
    cells: list[str],
    header: list[str],
    names: list[Name | None],
    step: tuple[StepKind, float] | None,
) -> list[Draft]:
    """One draft for each role the columns speak of: ``Val R2`` and ``Test R2`` of a row are two measurements."""
    parts: dict[tuple[RoleName, str | None], Draft] = {}
    options: dict[str, str] = {}
    names = _by_phase(header, cells, names)
    first = next((at for at, name in enumerate(names) if name is not None), 0)
    """What stands before it and is called like a setting is one, of any digits."""
    for at, (cell, name, title) in enumerate(zip(cells, names, header, strict=True)):
        number = cell_number(cell)
        if name is not None and number is not None and plausible(name, number):
            part = parts.get((name.role, name.of))
            if part is None:
                part = Draft(line, line.number, [line.text], "text_tables", role=name.role, step=step)
                part.saved = step is None
                parts[name.role, name.of] = part
            metric = name.metric if name.metric not in part.metrics else "_".join(words_of(title))
            if metric not in part.metrics:
                part.metrics[metric] = number
                part.tags[metric] = title if step is None and re.fullmatch(r"[\w/]+", title) else name.tag
        elif (
            name is None
            and (title or (at == 0 and number is None))
            and cell
            and len(options) < 8
            and not isinstance(title, Grouped)
            and (number is None or number.integer or (at < first and not PARAMETERS.isdisjoint(words_of(title))))
        ):
            options[title or "row"] = cell[:80]
    if step is None and options:
        title, label = next(iter(options.items()))
        over = role_of([word for word in words_of(title) if word not in EVALUATED])  # "testset" over "X-eval"
        said = over if over in ("test", "validation") else role_of_label(label)
        said = "unclear" if _OF_CLASS.fullmatch(title) else said
        split = next((cell for title, cell in options.items() if title.lower() in _SPLITS), "")
        said = role_of_label(split) if split and said == "unclear" else said
        for part in parts.values():
            part.options = dict(options)
            part.role = said if part.role == "unclear" else part.role
    for (_, of), part in parts.items():
        part.options |= {"column": of[:80]} if of is not None else {}
    return list(parts.values())


def _by_phase(header: list[str], cells: list[str], names: list[Name | None]) -> list[Name | None]:
    """The names of a row whose column ``train`` says True or False: what was no training was a validation."""
    said = next((cell.lower() for title, cell in zip(header, cells, strict=True) if title.lower() == "train"), "")
    if said not in ("true", "false"):
        return names
    trained = said == "true"
    return [
        name
        if name is None or name.role != "unclear"
        else replace(name, role="train" if trained else "validation", tag=name.tag if trained else f"val_{name.tag}")
        for name in names
    ]


_ABOUT = re.compile(r"\s*\((?P<how>(?:using|with|after)\s[^()]+)\)\s*$", re.IGNORECASE)
"""How the value of a row was got, behind the name of its metric."""


_SPLITS = ("split", "subset", "set", "partition")
_FOLD = re.compile(r"(?:fold|split|cv)[\s_-]*\d+$", re.IGNORECASE)


def _pairs(rows: list[tuple[Line, list[str]]], texts: list[str]) -> list[Draft]:
    """Name in the first column, values in the others; several columns are several data loaders."""
    drafts: dict[tuple[int, str], Draft] = {}
    titles = rows[0][1]
    labels = [cells[0] for _, cells in rows[1:] if cells[0]]
    folded = sum(_FOLD.match(title) is not None for title in titles) > 1
    mostly = sum(understand(shaped(label)) is not None for label in labels) * 2 > len(labels)
    of_caret = "Detection Prevalence" in labels
    for line, cells in rows:
        if of_caret and cells[0] == "Detection Rate":
            continue  # the share of hits among all events
        about = _ABOUT.search(cells[0])
        name = understand(shaped(cells[0] if about is None else cells[0][: about.start()]))
        how = "" if about is None else about["how"]
        known = name is not None
        if name is None and mostly and line is not rows[0][0]:
            name = open_name(cells[0])
        if name is None:
            continue
        for column, cell in enumerate(cells[1:]):
            title = titles[column + 1] if column + 1 < len(titles) else ""
            number = None if BESIDE.fullmatch(title) else cell_number(cell)
            if number is None or not plausible(name, number) or not (known or measured(number)):
                continue
            over: RoleName = "unclear" if line is rows[0][0] else role_of(words_of(title))
            if folded:
                over, name = "validation", replace(name, role="validation")  # each was left out of a training
            blank = Draft(line, line.number, texts[:80], "text_tables", headline=True, role=over)
            draft = drafts.setdefault((column, how), blank)
            if how:
                draft.options["row"] = how[:80]
            other = name.role != draft.role != "unclear" and (name.role, draft.role) != ("unclear", over)
            if name.metric in draft.metrics or other:
                # "Best validation Dice" above "Final validation Dice": another moment, or another set
                draft = drafts.setdefault(
                    (column, f"{name.role} {words_of(cells[0])[0]}"), replace(blank, metrics={}, tags={}, options={})
                )
                if name.metric in draft.metrics:
                    continue
                if name.role == drafts[column, how].role:
                    draft.options["row"] = cells[0][:80]
            draft.metrics[name.metric] = number
            draft.tags[name.metric] = name.tag
            draft.role = name.role if draft.role == "unclear" else draft.role
            draft.last = line.number
            if len(cells) > 2 and title and parse_number(title) is None:
                draft.options["column"] = title[:80]
    return [draft for draft in drafts.values() if draft.metrics]
