"""Metrics of one's own: a formula over counts in ``labjournal.toml``, or functions in one Python file.

A formula is arithmetic and nothing else: it is walked as a tree, never handed to ``eval``. Where it does not exist
(division by zero, the logarithm of 0) the value is empty, as for every metric.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labjournal.errors import InputError
from labjournal.model import Counts
from labjournal.stats.metrics import Direction, Metric

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "log": math.log,
    "log10": math.log10,
    "exp": math.exp,
    "abs": abs,
    "min": min,
    "max": max,
}
_OF_CLASS = ("hits", "support", "answered")
_NAMES = ("n", "correct", "wrong", "unknown", "classes", "tp", "fp", "fn", "tn")


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """A metric of one's own, and how it follows from counts."""

    metric: Metric
    compute: Callable[[Counts, str | None], float | None]
    """Of counts and the name of the positive class; None where it does not exist."""


def from_formula(name: str, formula: str, direction: str | None = None, unit: str = "") -> OwnMetric:
    """A metric by its formula, such as ``5*tp / (5*tp + 4*fn + fp)``. Raises InputError for what is no arithmetic.

    Names: n, correct, wrong, unknown, classes; with two classes tp, fp, fn, tn of the positive one; for any class
    ``hits("a")``, ``support("a")`` and ``answered("a")``. Functions: sqrt, log, log10, exp, abs, min, max.
    """
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except SyntaxError as error:
        raise InputError(f"The formula of {name} cannot be read: {formula!r}.", _HINT) from error
    _check(name, tree)

    def compute(counts: Counts, signal: str | None) -> float | None:
        try:
            value = _value(tree, counts, _known(counts, signal))
        except (ArithmeticError, ValueError, KeyError):
            return None
        return value if math.isfinite(value) else None

    return OwnMetric(_metric(name, direction, unit, formula.strip()), compute)


def from_file(path: Path) -> list[OwnMetric]:
    """Every public function of ``counts`` in a Python file: ``def f2(counts) -> float``, ``def f2(counts, signal)``.

    ``counts`` has labels, matrix, unknown, support, n and correct; ``signal`` is the name of the positive class, and
    without one the value is empty. A function may carry ``direction`` ("higher" or "lower") and ``unit``; its first
    docstring line is the formula. Raises InputError when the file cannot be run.
    """
    try:
        found = runpy.run_path(str(path))
    except Exception as error:  # the user's own program: whatever it raises is told, with its file
        raise InputError(f"{path} cannot be used for metrics: {type(error).__name__}: {error}.") from error
    own = []
    for name, function in found.items():
        if name.startswith("_") or not inspect.isfunction(function) or function.__code__.co_filename != str(path):
            continue
        taken = list(inspect.signature(function).parameters)
        if len(taken) == 1 or taken[1:] == ["signal"]:
            own.append(_from_function(name, function))
    return own


def _from_function(name: str, function: Callable[..., Any]) -> OwnMetric:
    of_signal = len(inspect.signature(function).parameters) > 1

    def compute(counts: Counts, signal: str | None) -> float | None:
        if of_signal and signal is None:
            return None
        try:
            value = function(counts, signal) if of_signal else function(counts)
            return float(value) if value is not None and math.isfinite(value) else None
        except (ArithmeticError, LookupError, ValueError):  # of other classes: it does not exist for them
            return None
        except Exception as error:  # the user's own program: whatever it raises is told
            raise InputError(f"The metric {name} fails: {type(error).__name__}: {error}.") from error

    means = (inspect.getdoc(function) or f"as {name}() computes it").splitlines()[0]
    return OwnMetric(
        _metric(name, getattr(function, "direction", None), getattr(function, "unit", ""), means.rstrip(".")), compute
    )


def _metric(name: str, direction: str | None, unit: str, formula: str) -> Metric:
    known: Mapping[str, Direction] = {"higher": "higher", "lower": "lower"}
    if direction is not None and direction not in known:
        raise InputError(f"The direction of {name} is {direction!r}.", "Give higher or lower, or leave it out.")
    return Metric(name, known.get(direction or ""), unit, formula, "score")


_HINT = f"Names: {', '.join(_NAMES)}, {', '.join(f'{name}(class)' for name in _OF_CLASS)}; {', '.join(_FUNCTIONS)}."


def _check(name: str, node: ast.expr) -> None:
    """Raises InputError for everything but numbers, names, + - * / ** and the functions."""
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=known) if known in _NAMES:
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            _check(name, left)
            _check(name, right)
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(name, operand)
            return
        case ast.Call(func=ast.Name(id=known), args=[ast.Constant(value=str())], keywords=[]) if known in _OF_CLASS:
            return
        case ast.Call(func=ast.Name(id=known), args=[_, *_] as arguments, keywords=[]) if known in _FUNCTIONS:
            for argument in arguments:
                _check(name, argument)
            return
    raise InputError(f"The formula of {name} has {ast.unparse(node)!r}, which is no arithmetic over counts.", _HINT)


def _value(node: ast.expr, counts: Counts, known: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left, counts, known), _value(right, counts, known))
        case ast.UnaryOp(op=op, operand=operand):
            value = _value(operand, counts, known)
            return -value if isinstance(op, ast.USub) else value
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as label)]):
            return _of_class(name, label, counts)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return float(_FUNCTIONS[name](*(_value(argument, counts, known) for argument in arguments)))
    raise ValueError(ast.dump(node))


def _of_class(name: str, label: str, counts: Counts) -> float:
    if label not in counts.labels:
        raise KeyError(label)
    i = counts.labels.index(label)
    by_name = {"hits": counts.matrix[i][i], "support": counts.support[i], "answered": sum(r[i] for r in counts.matrix)}
    return float(by_name[name])


def _known(counts: Counts, signal: str | None) -> dict[str, float]:
    known = {
        "n": counts.n,
        "correct": counts.correct,
        "wrong": counts.n - counts.correct,
        "unknown": sum(counts.unknown),
        "classes": len(counts.labels),
    }
    if len(counts.labels) == 2 and signal in counts.labels:
        s = counts.labels.index(signal)
        b = 1 - s
        tp, fp = counts.matrix[s][s], counts.matrix[b][s]
        known |= {"tp": tp, "fp": fp, "fn": counts.support[s] - tp, "tn": counts.support[b] - fp}
    return {name: float(value) for name, value in known.items()}
