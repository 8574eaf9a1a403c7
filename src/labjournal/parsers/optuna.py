"""Optuna's log: one value of the objective a trial, and the best one so far."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import parse_number

_TRIAL = re.compile(
    r"\bTrial (?P<trial>\d+) finished with value: (?P<value>\S+) and parameters: .*"
    r"Best is trial (?P<at>\d+) with value: (?P<best>\S+?)\.?\s*$"
)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or "finished with value" not in line.text:
        return None
    match = _TRIAL.search(line.text)
    value = None if match is None else parse_number(match["value"])
    best = None if match is None else parse_number(match["best"])
    if match is None or value is None or best is None:
        return None
    point = Draft(line, line.number, [line.text], "optuna", {"objective": value})
    point.step = ("step", float(match["trial"]))
    kept = Draft(line, line.number, [line.text], "optuna", {"objective": best})
    kept.headline = kept.best = True
    kept.options = {"trial": match["at"]}
    return Claim(1, [point, kept])


PARSER = Parser("optuna", 1, "Optuna's trials: a curve of the objective, and its best value", _read)
