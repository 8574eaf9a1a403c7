"""Several values under one name: ``Precision@1,3,5: 0.62 0.50 0.39``, or columns under ``Train | Validation | Test``.

A list whose parts nothing names is no value at all: which of them is meant, the line does not say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from labjournal.parsers.names import is_metric_word, role_of, words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.reading import RoleName
from labjournal.parsers.vocabulary import EVALUATED, PARAMETERS, ROLE_WORDS

_VALUE = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?"
_RANKED = re.compile(
    rf"(?P<name>[A-Za-z]\w*)@(?P<ranks>\d+(?:,\s?\d+)+)\s*[:=]?\s*(?P<values>{_VALUE}(?:[\s,|]+{_VALUE})+)"
)
_NUMBERED = re.compile(
    rf"(?P<name>\b(?:ROUGE|BLEU|top|rank|hits?|R|P|acc|dist(?:inct)?))[-_@]?(?P<numbers>[\dLl]+(?:/[\dLl]+)+)\s*[:=]\s*"
    rf"(?P<values>{_VALUE}(?:\s*[/,|]\s*{_VALUE})+)",
    re.IGNORECASE,
)
_RATIO = re.compile(r"=\s*-?\d+\.\d+\s*/\s*-?\d+(?:\.\d+)?\s*=\s*(?=[-.\d])")
"""``chi2 / ndf = 112.3 / 100 = 1.12``: the value stands last."""
_SET = r"(?:the\s+)?(?P<{}>(?:[\w-]+\s)?(?:train\w*|val\w*|dev\w*|test\w*|held-out)(?:\s+(?:set|split|data))?)\b"
_ON_SETS = re.compile(
    rf"(?P<name>[A-Za-z][\w@.-]*(?:\s(?:score|rate|accuracy|error|loss))?)\s(?:of\s|[:=]\s?)?(?P<a>{_VALUE})\s+on\s+{_SET.format('first')}"
    rf"\s*(?:,|and|,\s+and)\s+(?P<b>{_VALUE})\s+on\s+{_SET.format('second')}",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\s*(?P<name>(?!.*\b(?:history|histories|epochs?|folds?|runs?|ci|interval|quantiles?|percentiles?|range)\b)"
    r"\w[\w@ .()/-]{1,38}?)\s*(?:[:=]|\s-\s)"
    rf"\s*(?:\w*\()?[\[(]?\s*(?P<values>{_VALUE}(?:(?:\s*,\s*|\s+/\s+){_VALUE}){{1,7}})\s*[\])]{{0,2}}\s*",
    re.IGNORECASE,
)
ALIKE = 0.3
"""Two values under one name are less unlike than this; a mean and its deviation are not."""
_EACH_NAMED = re.compile(r"\w\s*/\s*\w")
_KITTI = re.compile(r"(?:bbox|bev|3d|aos)\s+AP", re.IGNORECASE)
_DIFFICULTIES = ["easy", "moderate", "hard"]
"""What the three values stand for that KITTI's evaluation prints of each overlap."""
_WITH_LABEL = re.compile(rf"({_VALUE})\s*\((?!std|sd|n\b|ci\b|p\b|min|max)([A-Za-z][\w-]{{0,19}})\)", re.IGNORECASE)
_WITH_LABELS = re.compile(
    rf"\W*(?P<name>[A-Za-z][\w@ .-]{{0,38}}?)\s*[:=]\s*"
    rf"(?P<values>{_WITH_LABEL.pattern}(?:\s*[,;|]\s*{_WITH_LABEL.pattern})+)\W*",
    re.IGNORECASE,
)
_BEHIND_LABEL = re.compile(rf"([A-Za-z][\w+-]{{0,19}})\s?[:=]?\s+({_VALUE})(?![\w.])")
_BEHIND_LABELS = re.compile(
    rf"\W*(?P<name>[A-Za-z][\w@ .-]{{0,38}}?)\s*[:=]\s*"
    rf"(?P<values>{_BEHIND_LABEL.pattern}(?:\s*[,;|/]\s*{_BEHIND_LABEL.pattern})+)\W*"
)
"""``Test Dice: WT 0.91, TC 0.84``."""
_OF_ROLE = re.compile(rf"\b(train\w*|val\w*|dev|test\w*)\s*[:=]?\s*({_VALUE})(?![\w.])", re.IGNORECASE)
_ROLES = re.compile(
    rf"\W*(?P<name>(?!(?:train|val|dev|test|epoch|step))[A-Za-z][A-Za-z@ -]{{0,38}}?\d?)\s*[:=|]\s*"
    rf"(?P<values>{_OF_ROLE.pattern}(?:\s*[,;|/]?\s*{_OF_ROLE.pattern}){{1,2}})\W*",
    re.IGNORECASE,
)
_STATISTIC = re.compile(
    rf"\W*(?P<name>[A-Za-z\d][\w@ .-]{{0,38}}?)\s*(?:\((?P<what>[A-Za-z][\w@ -]{{0,20}})\)\s*)?(?:->|[-:|])"
    rf"\s*\(?(?:mean|avg|average)(?:\s*[:=]\s*|\s-\s|\s+)(?P<value>{_VALUE})\s*[,;|]?(?:\s*\(?(?:min(?:imum)?|max(?:imum)?"
    rf"|var(?:iance)?|std(?:ev)?|median|sd|sem|range|n|count|p\d+)(?:\s*[:=]\s*|\s-\s|\s+){_VALUE}\s*\)?[,;|]?)+\s*\)?",
    re.IGNORECASE,
)
_STATISTICS = re.compile(r"\s+(?:statistics|stats|summary)$", re.IGNORECASE)
_WORDS = r"[A-Za-z][\w@.-]*(?:\(\w+\))?(?:\s[\w@.-]+){0,2}(?:\(\w+\))?"
_NAMED = re.compile(
    rf"(?:(?P<head>{_WORDS})\s*\(\s*)?(?P<names>{_WORDS}(?:\s*[/|]\s*{_WORDS})+)(?(head)\s*\))(?:\s*[:=]\s*|\s+)"
    rf"(?P<values>{_VALUE}(?:\s?dB)?(?:\s*[/|;,]\s*{_VALUE}(?:\s?dB)?)+)(?!\w|\.\d)"
)
_ALL_NAMED = re.compile(
    rf"\W*(?:(?P<head>{_WORDS})\s*\(\s*)?(?P<names>[A-Za-z][\w@.-]*(?:\s[\w@.-]+)?(?:(?:\s*[,/|&]\s*|,?\s+and\s+)"
    rf"[A-Za-z][\w@.-]*(?:\s(?!using|with)[\w@.-]+)?)+)(?(head)\s*\))(?:\s+(?:using|with)\s[^:=]{{1,40}}(?=[:=]))?"
    rf"\s*[:=]?\s*\[?(?P<values>{_VALUE}(?:(?:\s*[,/|;]\s*|\s+(?:and\s+)?){_VALUE})+)\W*"
)
"""``accuracy (train, test): 0.98 0.93`` and ``Precision, Recall: 0.91, 0.88``, where the whole line has that form."""
_NEXT = re.compile(r"(?=\s|[|│┃])\s*(?:\([^()]*\)\s*)?[|│┃]?\s*")
_ROW = re.compile(
    rf"\s*(?P<name>[A-Za-z][^\d:=|│┃]*?)\s*[:=|│┃]?\s*(?P<values>{_VALUE}(?:(?:\s*[|│┃]\s*|\s+){_VALUE})+)[\s|│┃]*"
)
_DASH = re.compile(r"([A-Za-z][\w@]*(?:\s[\w@]+)?)\s[-–—]\s(?=\d)")
_DASHED = re.compile(rf"\W*(?:{_DASH.pattern}{_VALUE}\s*,?\s*){{2,}}\.?\s*")
NO_LABEL = PARAMETERS | ROLE_WORDS.keys() | {"p", "r", "f", "best", "final"}
_SET_WORDS = frozenset(("set", "data", "split"))


def by_rank(text: str) -> str:
    """``Precision@1,3: 0.62 0.50`` as ``Precision@1: 0.62, Precision@3: 0.50``."""
    text = _RATIO.sub("= ", text)
    match = _RANKED.search(text) or _NUMBERED.search(text)
    if match is None:
        return text
    if match.re is _NUMBERED:
        return _each_number(match, text)
    ranks = re.findall(r"\d+", match["ranks"])
    values = re.findall(_VALUE, match["values"])
    if len(ranks) != len(values):
        return text
    named = ", ".join(f"{match['name']}@{rank}: {value}" for rank, value in zip(ranks, values, strict=True))
    return text[: match.start()] + named + text[match.end() :]


def _each_number(match: re.Match[str], text: str) -> str:
    numbers = match["numbers"].split("/")
    values = re.findall(_VALUE, match["values"])
    if len(numbers) != len(values):
        return text
    named = ", ".join(f"{match['name']}-{number}: {value}" for number, value in zip(numbers, values, strict=True))
    return text[: match.start()] + named + text[match.end() :]


def by_place(text: str) -> str:
    """``bbox AP: 90.8, 90.1, 89.7`` as ``bbox AP_1: 90.8, bbox AP_2: 90.1``: their places are all that names them."""
    match = _LIST.fullmatch(text)
    values = re.findall(_VALUE, match["values"]) if match is not None else []
    if match is None or not all("." in value for value in values) or _EACH_NAMED.search(match["name"]):
        return text
    if len(values) == 2 and (text.rstrip()[-1:] in "])" or not _of_one_size(*values)):
        return text  # the ends of an interval, or a value and how it scatters
    kitti = _KITTI.fullmatch(match["name"].strip()) is not None and len(values) == len(_DIFFICULTIES)
    places = _DIFFICULTIES if kitti else [str(at) for at in range(1, len(values) + 1)]
    return ", ".join(f"{match['name'].strip()}_{place}: {value}" for place, value in zip(places, values, strict=True))


def _of_one_size(*values: str) -> bool:
    sizes = [abs(float(value.rstrip("%"))) for value in values]
    return min(sizes) > ALIKE * max(sizes)


def by_label(text: str) -> str:
    """``Dice: 0.87 (WT), 0.81 (TC)`` as ``WT Dice: 0.87, TC Dice: 0.81``."""
    match = _WITH_LABELS.fullmatch(text) if ")" in text else None
    if match is None:
        return _by_label_before(text)
    parts = _WITH_LABEL.findall(match["values"])
    return ", ".join(f"{label} {match['name'].strip()}: {value}" for value, label in parts)


def _by_label_before(text: str) -> str:
    """``Test Dice: WT 0.91, TC 0.84`` as ``WT Test Dice: 0.91, …``; no label names a metric or a set."""
    match = _BEHIND_LABELS.fullmatch(text) if ":" in text or "=" in text else None
    parts = _BEHIND_LABEL.findall(match["values"]) if match is not None else []
    words = [word for label, _ in parts for word in words_of(label)]
    if match is None or any(map(is_metric_word, words)) or not NO_LABEL.isdisjoint(words):
        return text
    if not any(map(is_metric_word, words_of(match["name"]))) or len({label for label, _ in parts}) < len(parts):
        return text
    return ", ".join(f"{label} {match['name'].strip()}: {value}" for label, value in parts)


def by_role(text: str) -> str:
    """``ROC AUC: train 0.98, test 0.91`` as ``train ROC AUC: 0.98, test ROC AUC: 0.91``."""
    match = _ROLES.fullmatch(text) if "tr" in text.lower() or "test" in text.lower() else None
    if match is None:
        return text
    return ", ".join(f"{role} {match['name'].strip()}: {value}" for role, value in _OF_ROLE.findall(match["values"]))


def by_dash(text: str) -> str:
    """``METEOR - 27.4, ROUGE_L - 56.2`` with a colon for each dash, where a whole line has that form."""
    return _DASH.sub(r"\1: ", text) if _DASHED.fullmatch(text) else text


def by_set(text: str) -> str:
    """``a BLEU of 27.3 on the test set and 28.1 on the validation set`` with the name before each value."""
    match = _ON_SETS.search(text) if " on " in text else None
    if match is None or role_of(words_of(match["first"])) == role_of(words_of(match["second"])):
        return text
    said = f"{match['first']} {match['name']}: {match['a']}, {match['second']} {match['name']}: {match['b']}"
    return text[: match.start()] + said + text[match.end() :]


def by_statistic(text: str) -> str:
    """``Accuracy - mean: 0.91, min: 0.88, max: 0.93`` as the mean of the accuracy: the rest says how it scatters."""
    match = _STATISTIC.fullmatch(text) if "mean" in text.lower() or "avg" in text.lower() else None
    if match is None:
        return text
    name = _STATISTICS.sub("", match["name"].strip())
    if match["what"] is not None and is_metric_word(words_of(match["what"])[0]):
        return f"{match['name'].strip()}: mean {match['what']}: {match['value']}"  # "LOSO statistics (accuracy)"
    return f"mean {name}: {match['value']}"


_AT_CUT = re.compile(
    rf"(?P<names>[A-Za-z]\w*(?:/[A-Za-z]\w*)+)\s?@\s?(?:[kK]\s?=\s?)?(?P<cut>\d+)\s*[:=]\s*(?P<values>{_VALUE}(?:\s*/\s*{_VALUE})+)"
)
"""``P/R/F1@K=10: 0.16/0.25/0.19``."""
_LETTERS = {"P": "precision@{}", "R": "recall@{}", "F": "F1_at_{}"}


def _by_cut(text: str) -> str:
    match = _AT_CUT.search(text)
    if match is None:
        return text
    names, values = match["names"].split("/"), re.findall(_VALUE, match["values"])
    if len(names) != len(values):
        return text
    named = [_LETTERS.get(name.upper(), f"{name}_at_{match['cut']}") for name in names]
    said = [f"{name.format(match['cut'])}: {value}" for name, value in zip(named, values, strict=True)]
    return text[: match.start()] + ", ".join(said) + text[match.end() :]


def by_name(text: str) -> str:
    """``precision / recall: 0.62 / 0.50`` and ``Loss (train/val): 0.1/0.2`` with each name before its value."""
    text = _by_cut(text) if "@" in text else text
    match = _all_named(text) or _NAMED.search(text)
    if match is None:
        return text
    values = re.findall(_VALUE, match["values"])
    shared = match["head"].strip() if match["head"] else ""
    names = _listed(match["names"])
    if len(names) != len(values):
        return text
    kinds = [name.split()[0].lower() for name in names if name]
    if shared and not all(kind in ROLE_WORDS for kind in kinds):
        return text
    if not shared and kinds[0] in ROLE_WORDS and " " not in names[0]:
        shared = " ".join(names[-1].split()[1:])  # "train/val loss: 0.1/0.2"
        names = [names[0], *(name.split()[0] for name in names[1:])]
    owner, _, first = names[0].rpartition(" ")
    if owner and not shared and not any(" " in name for name in names[1:]) and role_of(words_of(owner)) == "unclear":
        names[0] = first  # "Raw P/R/F1: …" is all of the raw one
        owner = "" if is_metric_word(owner.lower()) else f"{owner}: "
    named = ", ".join(f"{name} {shared}: {value}" for name, value in zip(names, values, strict=True))
    return f"{text[: match.start()]}{owner if owner.endswith(': ') else ''}{named}{text[match.end() :]}"


def _all_named(text: str) -> re.Match[str] | None:
    """The whole line as names and as many values; names between commas are of metrics or sets, not of a sentence."""
    match = _ALL_NAMED.fullmatch(text) if text.rstrip(" .)]%")[-1:].isdigit() else None
    named = match is not None and all(map(_names_it, _listed(match["names"])))
    return match if named else None


def _listed(names: str) -> list[str]:
    return [name.strip() for name in re.split(r"[/|,&]|\sand\s", names) if name.strip()]


def _names_it(name: str) -> bool:
    words = words_of(name)
    return name.split()[-1] in ("P", "R", "F") or any(word in ROLE_WORDS or is_metric_word(word) for word in words)


def column_roles(text: str) -> tuple[RoleName, ...]:
    """The roles that a header over columns names (``Train | Validation | Test``); empty for every other line."""
    if len(text) > 120 or any(char.isdigit() or char in ":=." for char in text):
        return ()
    cells = [cell for cell in re.split(r"[|│┃\t]|\s{2,}", text.strip()) if cell.strip()]
    cells = text.split() if len(cells) < 2 else cells
    found: list[RoleName] = []
    for cell in cells:
        words = words_of(cell)
        if not words or any(word in EVALUATED or not (word in ROLE_WORDS or word in _SET_WORDS) for word in words):
            return ()
        found.append(role_of(words))
    return tuple(found) if len(set(found)) == len(found) >= 2 else ()


def by_column(text: str, roles: Sequence[RoleName]) -> str:
    """``Loss: 0.1 | 0.2`` as ``train Loss: 0.1, validation Loss: 0.2``, where there is a value for each column."""
    match = _ROW.fullmatch(text)
    values = [] if match is None else re.findall(_VALUE, match["values"])
    if match is None or len(values) != len(roles):
        return text
    return ", ".join(f"{role} {match['name']}: {value}" for role, value in zip(roles, values, strict=True))


def rows_of_values(text: str, numbers: Sequence[Number]) -> set[int]:
    """Which numbers are the first of several that follow each other with no name between them."""
    heads: set[int] = set()
    index = 0
    while index < len(numbers):
        last = index
        for later in range(index + 1, len(numbers)):
            between = text[numbers[last].end : numbers[later].start]
            alike = numbers[later].fraction is None and numbers[later].percent == numbers[index].percent
            if alike and _NEXT.fullmatch(between):
                last = later
            elif "(" not in between or later > last + 1:
                break
        length = sum(number.start <= numbers[last].start for number in numbers[index:])
        if last > index and (length > 2 or not numbers[last].integer):
            heads.add(index)
        index = last + 1
    return heads
