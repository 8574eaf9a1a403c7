"""What conlleval prints of labelled phrases: what it found, the rates overall, and a row for each label."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import Number, decimals, shifted
from labjournal.parsers.reading import ClassRow

_HEAD = re.compile(r"\s*processed \d+ tokens with \d+ phrases; found: \d+ phrases; correct: \d+\.")
_RATES = re.compile(
    r"\s*(?:\(non-O\)\s*)?(?P<label>\S.*?)?\s*(?:(?<!\S)accuracy:\s+(?P<accuracy>[\d.]+)%;|:)\s+precision:\s+(?P<precision>[\d.]+)%;"
    r"\s+recall:\s+(?P<recall>[\d.]+)%;\s+FB1:\s+(?P<f1>[\d.]+)\s*(?P<found>\d+)?\s*"
)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or "phrases" not in line.text or _HEAD.match(body(line.text)) is None:
        return None
    draft = Draft(line, line.number, [], "conlleval", under_step=True)
    used = 1
    while (ahead := cursor.peek(used)) is not None:
        rates = _RATES.fullmatch(body(ahead.text))
        if rates is None:
            if "accuracy:" not in ahead.text or draft.metrics:
                break  # some versions print a line of accuracies first
        elif rates["accuracy"] is not None:
            for name in ("accuracy", "precision", "recall", "f1"):
                draft.metrics[name] = _share(rates[name])
        elif rates["label"] is not None:
            precision, recall, f1 = (_share(rates[name]).value for name in ("precision", "recall", "f1"))
            draft.per_class[rates["label"]] = ClassRow(precision, recall, f1, None)
        used += 1
        draft.last = ahead.number
    draft.text = cursor.texts(used)
    return Claim(used, [draft] if draft.metrics else [])


def _share(printed: str) -> Number:
    """All rates are percentages, the one without its sign too."""
    return Number(shifted(printed, -2), decimals(printed) + 2, True)


PARSER = Parser("conlleval", 1, "conlleval: phrases found, precision, recall and F1 overall and of each label", _read)
