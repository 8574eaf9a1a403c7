"""The headings a line stands under, and what of them tells results with the same names apart.

A value belongs to the section it stands in, however long that is. Which of the headings above says whose it is shows
only where two sections hold the same measurement: the first that differs between them.
"""

from __future__ import annotations

import re

from labjournal.parsers.names import words_of
from labjournal.parsers.steps import find_step
from labjournal.parsers.titles import NO_DATASET, PLAIN_TITLE
from labjournal.parsers.vocabulary import FILLER, HEADLINE, METRIC_WORDS, NEVER, ROLE_WORDS

Path = tuple[tuple[int, str], ...]
"""The headings above a line, the widest first, each with its level."""

BOLD = 7
"""Level of a line in bold: below all of markdown's headings."""
FRAMED = 8
"""Level of a title between rulers or marks."""
LOGGED = 9
"""Level of the name that a logger writes before each line."""
CAPTION = 10
"""Level of the line above a table."""
_LONGEST = 80
_MARKDOWN = re.compile(r"(?P<level>#{1,6})[ \t]+(?P<title>\S.*?)[ \t#]*$")
_UNDERLINES = "=-^\"'"
"""How reStructuredText marks a heading below it; markdown knows the first two. A row of ~ may be a fence."""
_BOLD = re.compile(r"[ \t>]*(?:\*\*|__)(?P<title>[^*_].{0,78}?):?(?:\*\*|__)[ \t]*:?[ \t]*$")
_IN_BRACKETS = re.compile(r"\s*[\[【](?P<title>[^\W\d][^\[\]【】\d=:,;|]{1,60})[\]】]\s*")
_NUMBERED = re.compile(r"^(?:\(?(?:\d{1,2}\.)*\d{1,2}[.)]|\(?[a-zA-Z\u2160-\u217f][.)])\s+")
_ENUMERATED = re.compile(r"\(?\d{1,2}[.)]\s+(?P<title>[^\W\d_][^|]{0,60}[^|.:;,])")
_MARKS = re.compile(r"[*_`]{2,}|^[\s*_`=~#>|-]+|[\s*_`=~#<|:-]+$|!?\[|\]\([^)]*\)|\]")
_VALUE = re.compile(r"\d\.\d{2}|\d\s?%|\d\d:\d\d|\d{5,}")
_DATE = re.compile(
    r"(?:19|20)\d\d|\b\d{1,2}[./]\s?\d{1,2}[./]|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b",
    re.IGNORECASE,
)
_LOGGER = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?P<name>[\w.+-]+)\]")
_NAMED = re.compile(r"(?=.{4,48}$)[A-Z][\w-]*(?:\s(?:[A-Z][\w-]*|\([\w -]+\)|of|with|and|\+|&)){1,5}\s*")
_METHODS = frozenset("gradient boosting bagging stacking voting embedding learning deep".split())
_NO_NAME = (
    NEVER | METRIC_WORDS | ROLE_WORDS.keys() | HEADLINE | NO_DATASET | PLAIN_TITLE - {"class", "model"} | {"done"}
) - _METHODS
_SAYS_NOTHING = PLAIN_TITLE | ROLE_WORDS.keys() | FILLER | HEADLINE | METRIC_WORDS | frozenset(("cv", "scores"))


def marked(text: str) -> tuple[int, str] | None:
    """The level and the words of a heading in markdown; None for every other line."""
    found = _MARKDOWN.fullmatch(text)
    if found is not None:
        return len(found["level"]), found["title"]
    bold = _BOLD.fullmatch(text) if "**" in text or "__" in text else None
    if bold is not None:
        return BOLD, bold["title"]
    framed = _IN_BRACKETS.fullmatch(text) if text.lstrip()[:1] in ("[", "【") else None
    return None if framed is None else (FRAMED, framed["title"])


def underlined(title: str, line: str) -> tuple[int, str] | None:
    """The same of a heading that is marked by the line below, which is just as long."""
    kind, length = line[:1], len(line)
    if length < 3 or kind not in _UNDERLINES or line != kind * length or abs(len(title) - length) > 1:
        return None
    return (_UNDERLINES.index(kind) + 1, title) if title[:1].isalnum() and not title.isdigit() else None


def named(text: str) -> tuple[int, str] | None:
    """A heading without any mark: a name of two words or more, ``Random Forest``, or a number and words, ``3. K = 6``.

    With its level, as ``marked`` gives it.
    """
    if text[:1].isdigit() or text[:1] == "(":
        found = _ENUMERATED.fullmatch(text)
        return None if found is None or _plain(found["title"]) else (LOGGED, found["title"])
    words = words_of(text) if _NAMED.fullmatch(text) else []
    other = any(word in _NO_NAME or (word.endswith(("ing", "ed")) and word not in _METHODS) for word in words)
    return (FRAMED, text.strip()) if not other and any(word not in FILLER for word in words) else None


def entered(path: Path, level: int, title: str) -> Path:
    """The headings above what follows a heading. One that says nothing of its own ends those below it all the same."""
    above = tuple(step for step in path if step[0] < level)
    said = _NUMBERED.sub("", _MARKS.sub("", title)).strip()
    return above if _plain(said) else (*above, (level, said[:_LONGEST]))


def _plain(title: str) -> bool:
    """Whether a heading names nobody: "Results", "Test set", a step, a value."""
    words = words_of(title)
    plain = all(map(_SAYS_NOTHING.__contains__, words)) or dated(title)
    return plain or bool(_VALUE.search(title) or find_step(title))


def dated(title: str) -> bool:
    """Whether a heading is a day and nothing else."""
    return _DATE.search(title) is not None and not any(map(str.isalpha, _DATE.sub(" ", title)))


def logged(text: str) -> str | None:
    """The name that a logger writes behind the time: ``[2024-07-21 07:50:09 swin_tiny]``."""
    found = _LOGGER.match(text)
    return None if found is None else found["name"]
