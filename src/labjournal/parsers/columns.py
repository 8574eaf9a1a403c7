"""What the titles of a table name: metrics, known or not, the classes beside their mean, groups above them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from labjournal.parsers.names import Name, role_of, role_of_path, understand, words_of
from labjournal.parsers.numbers import Number, parse_number, unwrap
from labjournal.parsers.open_names import measured, open_name
from labjournal.parsers.reading import Line, RoleName
from labjournal.parsers.shapes import shaped
from labjournal.parsers.title_groups import Grouped, by_letters, grouped_name, in_groups
from labjournal.parsers.vocabulary import FILLER, PARAMETERS, ROLE_WORDS

_MEANS = {
    "miou": "iou",
    "map": "ap",
    "mdice": "dice",
    "macc": "accuracy",
    "mf1": "f1",
    "mpq": "pq",
    "mrecall": "recall",
}
"""Metrics that are the mean of another over the classes."""
_AROUND = re.compile(r"[*_<>≈~\s]*([-+−.\d].*?)[*_†‡↑↓\s\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]*")
_SPREAD = re.compile(r"\s*(?:±|\+/-|\+-|\()")
_WITHIN = re.compile(r"[δΔd(]?\s?<\s?1\.25\W?(?:\^?[23]|²|³)?\)?")
"""The share of depths within a factor of the true ones."""
_SPLIT = re.compile(r"split\d+_test_\w+|test-[\w@.]+-std")
"""Columns of scikit-learn's and XGBoost's cross-validation."""
_BAR = re.compile(r":\s*\d+%\W.*$")
"""The progress bar behind the last title of YOLO's table."""
_WITH_SPREAD = re.compile(r"\s*[(\[]?\s*(?:mean\s*)?(?:±|\+/?-|\\pm)\s*[A-Za-z\d.%\s]*[)\]]?\s*$", re.IGNORECASE)
"""``Accuracy ± Std``, ``F1 (mean +/- sd)``: how the values scatter stands in the same column."""
_ARROW = re.compile(r"\s*(?:[↑↓⬆⬇]|\\(?:up|down)arrow|\((?:%|↑|↓|higher|lower)\))")


def cell_number(cell: str) -> Number | None:
    """The value of a cell; a spread behind it (``0.81 ± 0.02``) is not another one, a mark is none."""
    plain = _AROUND.fullmatch(_SPREAD.split(cell)[0])
    return parse_number(unwrap(plain[1] if plain is not None else cell))


def title_name(title: str) -> Name | None:
    if isinstance(title, Grouped):
        return grouped_name(title)
    if _WITHIN.fullmatch(title.strip()):
        return Name(title.strip(), "unclear", title.strip())
    return understand(shaped(_BAR.sub("", _ARROW.sub("", _WITH_SPREAD.sub("", title)))))


def column_names(header: list[str], rows: list[list[str]]) -> list[Name | None]:
    """The metric of each column. One that no vocabulary knows is a metric where it stands behind one, in its form."""
    names = _left_out(header, [title_name(title) for title in by_letters(header)])
    known = [at for at, name in enumerate(names) if name is not None]
    if not known or len(known) == len(header) or any(len(cells) != len(header) for cells in rows):
        return names
    unnamed = [at for at, name in enumerate(names) if name is None and decimal(at, rows)]
    means = [at for at in known if (name := names[at]) is not None and name.metric.split("_")[-1] in _MEANS]
    if len(known) == 1 and means and len(unnamed) > 1 and _is_mean(means[0], unnamed, rows):
        whole = names[means[0]]
        for at in unnamed:
            names[at] = None if whole is None else _of_class(whole, header[at])
        return names
    for at in unnamed:
        if at > known[0] and _measured(at, rows, known):
            names[at] = open_name(header[at])
    return names


def role_of_label(label: str) -> RoleName:
    """The role a label says. "train" may be a class or part of a name: only among words that say no more is it one."""
    words = words_of(label)
    said = {*words[:1], *re.split(r"[\W_]+", label.lower())}  # not the end of "PatchTST"
    role = (
        role_of_path(label)
        if "/" in label
        else role_of([word for word in words if word in said or not label.isascii()])
    )
    plain = all(word in ROLE_WORDS or word in FILLER or word.isdigit() for word in words)
    return "unclear" if role == "train" and not plain else role


def _left_out(header: list[str], names: list[Name | None]) -> list[Name | None]:
    """The ``test_score`` of a cross-validation is that of the fold left out."""
    if not any(_SPLIT.fullmatch(title) for title in header) and not {"fit_time", "score_time"} <= {*header}:
        return names
    return [name if name is None or name.role != "test" else replace(name, role="validation") for name in names]


def of_itself(header: list[str], labels: list[str]) -> bool:
    """Whether the rows are called as the columns are: how quantities depend on each other, no measurement of them."""
    return len(labels) > 1 and (labels == header[1:] or labels == header)


def decimal(at: int, rows: list[list[str]]) -> bool:
    numbers = [cell_number(cells[at]) for cells in rows if cells[at].strip(" -–—")]
    return bool(numbers) and all(numbers) and any(number is not None and not number.integer for number in numbers)


def _measured(at: int, rows: list[list[str]], known: list[int]) -> bool:
    """Whether the values of a column have the digits of measured ones: many, or as many as the metrics beside them."""
    numbers = [n for cells in rows if (n := cell_number(cells[at])) is not None and not math.isnan(n.value)]
    beside = [number.digits for cells in rows for k in known if (number := cell_number(cells[k])) is not None]
    fewest = min(2, max(min(beside, default=2), 1))
    return sum(measured(number) or number.digits >= fewest for number in numbers) * 2 >= len(numbers) > 0


def _is_mean(at: int, classes: list[int], rows: list[list[str]]) -> bool:
    """Whether a column is the mean of the others in most rows, to the digits shown."""
    fits = 0
    for cells in rows:
        values = [number.value for other in classes if (number := cell_number(cells[other])) is not None]
        mean = cell_number(cells[at])
        if mean is not None and values:
            fits += abs(sum(values) / len(values) - mean.value) <= 1.01 * 10.0**-mean.digits
    return fits * 2 > len(rows)


def _of_class(whole: Name, title: str) -> Name | None:
    words = words_of(title)
    if not words or not PARAMETERS.isdisjoint(words):
        return None
    *before, mean = whole.metric.split("_")
    metric = "_".join([*before, _MEANS[mean], *words])
    return Name(metric, whole.role, metric, alone=False)


def under_groups(rows: list[tuple[Line, list[str]]]) -> list[tuple[Line, list[str]]]:
    """Two rows of titles as one, where the upper one names groups of as many columns each."""
    if len(rows) < 3 or len(rows[0][1]) != len(rows[1][1]) or len(rows[0][1]) < 4:
        return rows
    upper, lower = rows[0][1], rows[1][1]
    spread = "" in upper[1:] or len({*upper}) < len(upper)
    if any(parse_number(cell) is not None for cell in (*upper, *lower)) or not spread:
        return rows
    repeated = [cell for cell in lower if cell and lower.count(cell) > 1]
    if not any(title_name(cell) is not None for cell in by_letters(repeated) + (upper if repeated else [])):
        return rows
    return [(rows[0][0], in_groups(upper, lower)), *rows[2:]]
