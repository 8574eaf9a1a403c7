"""Lines that state settings, not results: command lines, code, printed configurations."""

from __future__ import annotations

import re
from functools import lru_cache

from labjournal.parsers.names import understand
from labjournal.parsers.shapes import shaped

_COMMAND = re.compile(
    r"(?:^|\s)--\w[\w-]+[ =]\S+.*\s--\w|^\s*(?:\$\s|python\d?\s|CUDA_VISIBLE|torchrun\s|accelerate\s|Namespace\("
    r"|usage:|import\s|from\s+\w+\s+import|\[CV\s|def\s|class\s+\w+(?:\(|:\s*$)|self\."
    r"|\+ (?![\w/@.-]+(?:\s[\w/@.-]+)*:\s+[-\d.])|#\s*\w+\s*=(?!\s{2,}\d))"
    r"|(?:Arguments|Config\w*|Namespace|Params?)\(|^\s*\w+\([\w\s]*\):(?!\s*[-+]?[\d.])|^\s*\(\w+\):\s\w+\(",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]*\)")
"""What stands in brackets explains a value: ``BLEU4 = 40.83 (BP=1.000, ratio=1.006, …)``."""
_PROGRESS = re.compile(r"\W*(?:epoch|step|iter(?:ation)?)\s*[\[(:]?\s*\d", re.IGNORECASE)
"""A line that begins with the step it is of: what it states was measured there."""
_PAIRS = re.compile(r"[\w.]+\s?=\s?[\w.'\"-]+")


_SECTION = re.compile(
    r"^[^:=]{0,40}\b(?:weights?|coefficients?|params?|parameters|config\w*|cfg|settings|hyper-?param\w*|thresholds?|targets?)"
    r"\s*:\s*\S",
    re.IGNORECASE,
)
_TO_DO = re.compile(r"\s*(?:[-*+]\s+\[ \]|TODO\b)")
_OPENS = re.compile(r"(?P<indent>\s*)['\"]?(?P<key>[\w-]+)['\"]?\s*:\s*\{?\s*$")
_TABLE = re.compile(r"\s*\[(?P<key>[\w.-]+)\]\s*$")
_ONE_OF_ALL = re.compile(
    r"(?P<indent>\s*)(?:largest|biggest|worst|smallest|max\w*)\s(?:[\w-]+\s)?outlier\s*:?\s*$", re.IGNORECASE
)
"""What stands deeper is of one event, nothing that all of them gave."""
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
NO_INDENT = -1
_KEYS = frozenset(
    """weights weight config cfg params parameters hyperparameters hparams optimizer scheduler args thresholds targets
    settings kwargs options loss losses criterion""".split()
)


def opens_settings(text: str) -> int | None:
    """The indent of a line such as ``loss_weights:`` whose deeper lines are settings; None for every other line.

    ``NO_INDENT`` for the head of a table such as ``[losses]``, which lasts to the next blank line.
    """
    table = _TABLE.match(text)
    if table is not None:
        return NO_INDENT if _KEYS & set(re.split(r"[_.-]", table["key"].lower())) else None
    if (one := _ONE_OF_ALL.match(text)) is not None:
        return len(one["indent"].expandtabs(4))
    match = _OPENS.match(text)
    if match is None or not _KEYS & {part.lower() for part in _PARTS.findall(match["key"])}:
        return None
    return len(match["indent"].expandtabs(4))


@lru_cache(maxsize=64)
def settings_line(text: str) -> bool:
    """A command line, code, a printed configuration: its numbers are hyperparameters."""
    if _COMMAND.search(text) or _TO_DO.match(text) or _SECTION.match(shaped(text)):
        return True
    if text.count("=") > 5 and _PROGRESS.match(text):
        return False
    pairs = _PAIRS.findall(_BRACKETS.sub("", text)) if text.count("=") > 5 else []
    if len(pairs) < 6:
        return False
    names = [pair.partition("=")[0].strip() for pair in pairs]
    letters = frozenset("PRF") if {"P", "R"} <= {*names} else frozenset[str]()
    return sum(name in letters or understand(name) is not None for name in names) * 2 < len(pairs)
