"""Keras progress lines: ``110/110 [====] - 0s - loss: 0.76 - acc: 0.55 - val_loss: 0.42``, and evaluate()'s."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import is_metric_word, words_of
from labjournal.parsers.numbers import Number, decimals
from labjournal.parsers.reading import RoleName

_BAR = re.compile(
    r"^\s*(?:Epoch\s+(?P<epoch>\d+)(?:/\d+)?\s*[-:]?\s+)?(?P<done>\d+)/(?P<all>\d+"
    r"|Unknown)\s*(?:\[(?P<bar>[=>.\s]*)\]|(?P<bar3>[━╸╺ ]+))?\s*-?\s*(?:ETA|\d)"
)
_PAIR = re.compile(
    r"(?:\s-\s|\s)(?P<name>[A-Za-z]\w*):\s*(?P<value>[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf)(?!\d*/\d)(?=\s|$)"
)

_SETS: dict[str, RoleName] = {"val_": "validation", "test_": "test"}
"""What stands before the names of what was not measured on the training data."""


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or (" - " not in line.text and "━" not in line.text):
        return None
    text = body(line.text)
    match = _BAR.match(text)
    if match is None:
        return None
    unfinished = "ETA" in text or (match["done"] != match["all"] and match["all"] != "Unknown") or line.redrawn
    if unfinished:
        return Claim(1)
    numbers = {m["name"]: Number(float(m["value"]), decimals(m["value"])) for m in _PAIR.finditer(text)}
    numbers = {
        name: number
        for name, number in numbers.items()
        if name not in ("ETA", "lr", "learning_rate") and not name.endswith("lr")
    }
    if not numbers:
        return Claim(1)
    if match["epoch"]:
        context.step, context.bar_done = ("epoch", float(match["epoch"])), False
    drafts: list[Draft] = []
    epoch = context.step if context.step is not None and context.step[0] == "epoch" and not context.reset else None
    trained = epoch is not None and (not context.bar_done or any(name.startswith("val_") for name in numbers))
    if trained and epoch is not None:
        context.bar_done = True
        roles: dict[RoleName, dict[str, Number]] = {}
        for name, number in numbers.items():
            prefix = next((prefix for prefix in _SETS if name.startswith(prefix)), "")
            roles.setdefault(_SETS.get(prefix, "train"), {})[name] = number
        for role, chosen in roles.items():
            drafts.append(Draft(line, line.number, [line.text], "keras", chosen, role=role, step=epoch))
        return Claim(1, drafts)
    if any(name.startswith("val_") for name in numbers):
        return Claim(1)  # an epoch whose head stands before this text
    # A finished bar that belongs to no epoch is evaluate(): its names carry no val_.
    chosen = {
        {"acc": "accuracy"}.get(name, name): number
        for name, number in numbers.items()
        if any(map(is_metric_word, words_of(name)))
    }
    if not chosen:
        return Claim(1)
    draft = Draft(line, line.number, [line.text], "keras", chosen)
    context.reset = context.reset or context.bar_done
    return Claim(1, [draft])


PARSER = Parser("keras", 1, "Keras progress lines, one point an epoch", _read)
