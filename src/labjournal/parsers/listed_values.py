"""Lines of one name and one value that only the lines around them make results.

A name that no vocabulary knows stands beside known metrics in the same form, or under a heading that announces
results; a class stands under a heading that names what was measured of each: ``Per-class IoU:``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.grids import BORDER
from labjournal.parsers.names import Name, role_of, understand, words_of
from labjournal.parsers.numbers import Number, parse_number, unwrap
from labjournal.parsers.open_names import measured, open_name
from labjournal.parsers.pairs import ELSEWHERE
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line
from labjournal.parsers.settings_lines import settings_line
from labjournal.parsers.shapes import shaped
from labjournal.parsers.steps import find_step
from labjournal.parsers.vocabulary import BEST, HEADLINE, NEVER, PARAMETERS, ROLE_WORDS

LONGEST = 120
MOST = 300
_AHEAD = 12
_ITEM = re.compile(
    r"""(?P<indent>[\s>|]*)(?:[-*•·▸✓✔]\s+|\d{1,3}[.)]\s+)?['"]?(?P<name>[^\W_][^:=|\t]{0,58}?)['"]?\s*
    (?P<mark>:|=|->|→|\||\t|\.{2,}|\s{2,})[\s.:=]*
    (?P<value>[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s?%?|nan)
    (?P<rest>\s*(?:(?:±|\+/-|\+-)\s*(?:[\d.]+\s?%?|nan)|\([^()]{0,40}\)|[,;*|])*)\s*""",
    re.VERBOSE,
)
_PREFIX = re.compile(r"(?:eval|evaluation|test|predict|val|valid|validation|dev)[_/]")
_NO_NAME = re.compile(r"\d\.\d|\s{2,}")
_PER_CLASS = re.compile(
    r"\b(?:(?:per|by|each|for\s+each|over|every)[\s_-]+(?P<of>\w+)|(?P<wise>\w+)[\s_-]?wise|category|classes|individual|breakdown)\b",
    re.IGNORECASE,
)
_SPREAD = re.compile(r"±|\+/?-")
_SCORES = re.compile(r"\b(?:scores|accuracies|comparison|ranking)\b", re.IGNORECASE)
_OVER = re.compile(
    r"\s+(?:over|across|of|for)\s+(?:the\s+)?\d+\s\w+|\s*\(\s*(?:%|(?:mean|avg)?\s*(?:±|\+/-|and)?\s*std(?:ev)?\.?)\s*\)"
)
_MEAN = re.compile(r"(?:mean|average|avg)(?:\s(?:score|value))?", re.IGNORECASE)
_OF_LIST = re.compile(
    r"\W*(?P<name>[A-Za-z][\w -]{2,40}?)\s*[:=]\s*(?:\w+\()?[\[(]?\s*-?\d*\.\d+(?:[\s,]+-?\d*\.?\d+){2,}\s*[\])]*"
)
"""``Cross-validation scores: [0.96 0.97 0.95]``, above their mean."""
_OF_EACH = frozenset(
    """class classes category categories label labels dataset datasets task tasks subject subjects domain domains group
    language languages subset subsets type types entity relation attribute attributes organ structure species speaker
    fold scene sequence joint action question answer topic site region word tag""".split()
)
_ANNOUNCING = frozenset("result results metric metrics score scores performance evaluation report statistics".split())


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or len(line.text) > LONGEST or cursor.refused("listed_values"):
        return None
    item = _item(line.text)
    if (
        item is None
        or ELSEWHERE.search(line.text)
        or settings_line(body(line.text))
        or context.within_settings(line.text)
        or context.wishes
    ):
        return None
    if (mean := _mean_of_list(cursor, line, item)) is not None:
        return mean
    heading = _heading(cursor, context, line)
    each, kind = _measured_of_each(heading), "class"
    if each is None and (_SPREAD.search(item["rest"]) or _SCORES.search(heading)):
        each, kind = _measured_of_all(heading), "row"
    drafts = _drafts(cursor, item, each, kind)
    length = len(drafts)
    stated = each is not None or (length > 1 and all(draft.headline for draft in drafts[:2]))
    if not drafts or not (stated or _among_metrics(cursor, item, length) or _announced(heading, length)):
        cursor.refuse("listed_values", max(length, 1))
        return None
    context.titles["listed"] = line.number + length - 1
    context.listed = heading
    return Claim(length, drafts)


def _mean_of_list(cursor: Cursor, line: Line, item: re.Match[str]) -> Claim | None:
    """``Mean: 0.964 (+/- 0.010)`` right below the scores it is of."""
    above = next((text for text in reversed(list(cursor.passed)[-2:]) if text.strip()), "")
    listed = _OF_LIST.fullmatch(body(above)) if _MEAN.fullmatch(item["name"]) else None
    name = None if listed is None else understand(shaped(_SCORES.sub("score", listed["name"])))
    number = _value(item)
    if name is None or number is None or not plausible(name, number):
        return None
    metrics = {f"mean_{name.metric}": number}
    return Claim(1, [Draft(line, line.number, [line.text], "listed_values", metrics, role=name.role, headline=True)])


def may_be_listed(text: str) -> bool:
    """Whether a line says something under a heading that announces results, and nothing elsewhere."""
    return _item(text) is not None


@lru_cache(maxsize=512)
def _item(text: str) -> re.Match[str] | None:
    item = _ITEM.fullmatch(unwrap(body(text)))
    return None if item is None or _NO_NAME.search(item["name"]) else item


@lru_cache(maxsize=4096)
def _known(name: str) -> Name | None:
    return understand(shaped(name))


def _drafts(cursor: Cursor, first: re.Match[str], each: Name | None, kind: str) -> list[Draft]:
    """One draft for each line of the same form from here on, up to the first whose name is a metric or a setting."""
    drafts: list[Draft] = []
    while (line := cursor.peek(len(drafts))) is not None and len(line.text) <= LONGEST and len(drafts) < MOST:
        item = _item(line.text)
        if item is None or not _alike(item, first) or ELSEWHERE.search(line.text):
            break
        if drafts and _known(item["name"]) is not None:
            break
        draft = _of_class(line, item, each, kind) if each is not None else _open(line, item)
        if draft is None:
            break
        drafts.append(draft)
    return drafts


def _heading(cursor: Cursor, context: Context, line: Line) -> str:
    """The line above the list, rules and blank lines left out, when no value stands in it."""
    if line.number - context.titles.get("listed", -9) == 1:
        return context.listed
    for text in reversed(list(cursor.passed)[-3:]):
        plain = body(text).strip(" \t#*_:-=>`|")
        if plain and not BORDER.match(text):
            return plain if len(plain) <= 80 and re.search(r"\d\.\d", plain) is None else ""
    return ""


def _measured_of_each(heading: str) -> Name | None:
    """The metric of a heading over the classes: ``Per-Class IoU``, ``Accuracy by subject``."""
    each = _PER_CLASS.search(heading) if heading else None
    if each is None:
        return None
    of = (each["of"] or each["wise"] or "").lower()
    if of and of not in _OF_EACH:
        return None
    name = understand(shaped(heading[: each.start()] + " " + heading[each.end() :]))
    return name if name is not None and name.alone and name.metric != "score" else None


def _measured_of_all(heading: str) -> Name | None:
    """The metric of a heading over rows of a name and a mean with its spread: ``Test accuracy over 5 seeds``."""
    name = understand(shaped(_SCORES.sub("", _OVER.sub("", heading)).strip() or heading))
    return name if name is not None and name.alone and name.metric != "score" else None


def _value(item: re.Match[str]) -> Number | None:
    return parse_number(item["value"])


def _of_class(line: Line, item: re.Match[str], each: Name | None, kind: str) -> Draft | None:
    number = _value(item)
    words = words_of(item["name"])
    if number is None or each is None or number.integer or not plausible(each, number) or not words:
        return None
    name = _known(item["name"])
    if (name is not None and name.alone) or set(words) & {"mean", "average", "avg", "overall", "std", "threshold"}:
        return None
    draft = Draft(line, line.number, [line.text], "listed_values", {each.metric: number}, role=each.role)
    draft.options = {kind: item["name"].strip(" *_'\"")[:80]}
    draft.under_step = True
    return draft


def _open(line: Line, item: re.Match[str]) -> Draft | None:
    number = _value(item)
    if (
        number is None
        or not (measured(number) or (number.digits and (item["rest"].strip() or _PREFIX.match(item["name"]))))
        or find_step(item["name"]) is not None
    ):
        return None
    name = _only_role(item["name"]) or open_name(item["name"])
    if name is None or not plausible(name, number):
        return None
    draft = Draft(line, line.number, [line.text], "listed_values", {name.metric: number}, role=name.role)
    draft.tags, draft.best, draft.headline, draft.under_step = {name.metric: name.tag}, name.best, name.headline, True
    return draft


def _only_role(phrase: str) -> Name | None:
    """``Final Test``, ``Highest Valid``: whose value it is and which, but not what."""
    words = words_of(phrase)
    role = role_of(words)
    if (
        role == "unclear"
        or len(words) != 2
        or HEADLINE.isdisjoint(words)
        or not HEADLINE | ROLE_WORDS.keys() >= {*words}
    ):
        return None
    return Name("_".join(words), role, "_".join(words), headline=True, best=not BEST.isdisjoint(words), alone=False)


def _among_metrics(cursor: Cursor, first: re.Match[str], length: int) -> bool:
    """Whether more known metrics than settings stand in the same form straight before or behind."""
    texts = list(reversed(cursor.passed))
    texts = texts[: next((at for at, text in enumerate(texts) if not _same(text, first)), len(texts))]
    for k in range(length, length + _AHEAD):
        below = cursor.peek(k)
        if below is None or not _same(below.text, first):
            break
        texts.append(below.text)
    names = [item["name"] for text in texts if (item := _item(text)) is not None]
    prefix = _PREFIX.match(first["name"])
    if prefix is not None and any(name.startswith(prefix[0]) and understand(name) is not None for name in names):
        return True  # eval_exact among eval_f1, eval_runtime and others
    known = sum(_known(name) is not None for name in names)
    settings = sum(not NEVER.isdisjoint(words_of(name)) for name in names)
    return known > settings


def _same(text: str, first: re.Match[str]) -> bool:
    item = _item(text) if len(text) <= LONGEST else None
    return item is not None and _alike(item, first)


def _alike(a: re.Match[str], b: re.Match[str]) -> bool:
    """The same mark, and names flush left or flush right."""
    flush = len(a["indent"]) == len(b["indent"]) or a.start("mark") == b.start("mark")
    return flush and a["mark"].strip() == b["mark"].strip()


def _announced(heading: str, length: int) -> bool:
    """Whether a heading says that results follow, of a test or as a list."""
    words = words_of(heading)
    if not words or len(words) > 8 or not PARAMETERS.isdisjoint(words):
        return False
    tested = role_of(words) in ("test", "validation")
    if not _ANNOUNCING.isdisjoint(words):
        return tested or length > 1
    return tested and length > 1 and len(words) <= 3


PARSER = Parser("listed_values", 1, "lines of one name and value under a heading of results, or among them", _read)
