"""A measurement in a sentence: "it is 7560 out of 7989 background and 6 out of 11 signal, accuracy 0.94575".

Only where two classes are counted and nothing is compared, so that the sentence says all that a report would.
"""

from __future__ import annotations

import re

from labjournal.parsers import ParsedResult, Tally
from labjournal.stats import summed

_WHOLE = r"\d+(?:,\d{3})*"
_COUNTED = re.compile(
    rf"(?<![\w./])(?P<k>{_WHOLE})\s*(?:/|out\s+of)\s*(?P<n>{_WHOLE})\s+(?P<label>[^\W\d_]\w*)\b", re.IGNORECASE
)
_ACCURACY = re.compile(
    r"\baccuracy\W{0,3}(?:(?:of|is|was|=|:)\s*)?(?P<value>\d+(?:\.\d+)?)\s*(?P<percent>%?)", re.IGNORECASE
)
_COMPARED = re.compile(
    r"\b(?:previous(?:ly)?|before|earlier|last|than|instead|compared|vs|was|were|should|would|expect\w*|if|hope)\b",
    re.I,
)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý*_(])")
_NO_CLASS = frozenset("events samples examples images were was are is of in on and correct right predictions".split())


def measured(text: str, line: int) -> ParsedResult | None:
    """The counts of two classes or more in one sentence; None where there are none or they may be other ones."""
    for sentence in _END.split(text) if len(text) < 2_000 else ():
        found = list(_COUNTED.finditer(sentence))
        if len(found) < 2 or _COMPARED.search(sentence):
            continue
        classes = {match["label"].lower(): (_whole(match["k"]), _whole(match["n"])) for match in found}
        if len(classes) != len(found) or classes.keys() & _NO_CLASS or any(k > n for k, n in classes.values()):
            continue
        return _result(classes, sentence, line)
    return None


def _result(classes: dict[str, tuple[int, int]], sentence: str, line: int) -> ParsedResult | None:
    right, n = summed(classes)
    stated = _ACCURACY.search(sentence)
    metrics, digits = {}, {}
    if stated is not None:
        metrics["accuracy"] = float(stated["value"]) / (100 if stated["percent"] else 1)
        digits["accuracy"] = len(stated["value"].partition(".")[2]) + (2 if stated["percent"] else 0)
    tally = Tally(right, n, None, classes)
    return ParsedResult(metrics, "validation", line, line, sentence, "sentence", tally=tally, n=n, digits=digits)


def _whole(text: str) -> int:
    return int(text.replace(",", "")[:15])
