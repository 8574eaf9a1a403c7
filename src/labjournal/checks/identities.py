"""Identities of the project, as ``[identities] T = "loss_den - loss_num"``: arithmetic over names, never ``eval``.

Grammar: numbers, names (letters, digits, ``_``, ``.``, ``/`` inside backquotes or as written with ``[...]`` left out),
``+ - * / **``, parentheses, and ``abs sqrt log exp min max``. Names with other characters stand in backquotes:
```val/loss` - `train/loss```.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.errors import InputError

BROKEN = CheckRule(
    "identity_broken",
    "alarm",
    "objective",
    "A quantity is not what the project says it must be, computed from the others.",
    "Look for a wrong sign, a term counted twice, and values taken at different steps.",
    judged="`[identities]` of the configuration, over the metrics and last curve values of one run: the two sides "
    "differ by "
    "more than 1e-6 of their size, or than half a unit in the last digit that was printed of any of them.",
)
RULES = table(BROKEN)
_TOLERANCE = 1e-6
_MOST_NODES = 200
_LONGEST = 500
_QUOTED = re.compile(r"`([^`]+)`")
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,  # floats only: no power takes longer than another
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "sqrt": math.sqrt,
    "log": math.log,
    "exp": math.exp,
    "min": min,
    "max": max,
}


class Expression:
    """A parsed right side of an identity."""

    def __init__(self, text: str) -> None:
        """Raises InputError for anything but arithmetic over names."""
        self.text = text
        self._names: dict[str, str] = {}
        if len(text) > _LONGEST:
            raise self._wrong(f"longer than {_LONGEST} characters")
        try:
            tree = ast.parse(_QUOTED.sub(self._placeholder, text).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self._wrong("no arithmetic expression") from error
        if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
            raise self._wrong("too long")
        self._check(tree)
        self._tree = tree

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it, in the order of the text."""
        found: dict[str, None] = {}
        functions = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and id(node) not in functions:
                found[self._names.get(node.id, node.id)] = None
        return tuple(found)

    def value(self, values: Mapping[str, float]) -> float:
        """The value; NaN where it has none (a division by 0, a logarithm of nothing). KeyError for a missing name."""
        try:
            return float(self._of(self._tree, values))
        except (ZeroDivisionError, OverflowError, ValueError):
            return math.nan

    def _placeholder(self, match: re.Match[str]) -> str:
        name = f"quoted_{len(self._names)}_"
        self._names[name] = match[1]
        return f" {name} "

    def _wrong(self, why: str) -> InputError:
        return InputError(
            f"[identities]: {self.text[:80]!r} is {why}.",
            "Write names, numbers, + - * / ** and abs sqrt log exp min max; other names in `backquotes`.",
        )

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            self._check(node.left)
            self._check(node.right)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            self._check(node.operand)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
            if node.keywords or not node.args or any(isinstance(each, ast.Starred) for each in node.args):
                raise self._wrong(f"not how {node.func.id}() is called")
            for each in node.args:
                self._check(each)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
                raise self._wrong("not made of numbers and names")
        elif not isinstance(node, ast.Name):
            raise self._wrong("not made of numbers and names")

    def _of(self, node: ast.AST, values: Mapping[str, float]) -> float:
        if isinstance(node, ast.BinOp):
            return _BINARY[type(node.op)](self._of(node.left, values), self._of(node.right, values))
        if isinstance(node, ast.UnaryOp):
            value = self._of(node.operand, values)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            return _called(_FUNCTIONS[node.func.id], [self._of(each, values) for each in node.args])
        if isinstance(node, ast.Constant):
            assert isinstance(node.value, (int, float))
            return float(node.value)
        assert isinstance(node, ast.Name)
        return values[self._names.get(node.id, node.id)]


def _called(function: Callable[..., float], arguments: list[float]) -> float:
    if function in (min, max) and len(arguments) == 1:
        return arguments[0]
    try:
        return float(function(*arguments))
    except TypeError as error:  # sqrt of two things
        raise ValueError(str(error)) from error


def parse(identities: Mapping[str, str]) -> dict[str, Expression]:
    """The identities of a configuration. Raises InputError."""
    return {name.strip("`"): Expression(text) for name, text in identities.items()}


def judge(
    identities: Mapping[str, Expression], values: Mapping[str, float], digits: Mapping[str, int] | None = None
) -> Iterator[Verdict]:
    """Each identity against the values of one run.

    Args:
        identities: left side to right side.
        values: metrics, last values of curves and settings by name.
        digits: decimals shown of values that were read off a text.
    """
    shown = digits or {}
    for name, expression in identities.items():
        subject = f"{name} = {expression.text}"
        missing = [each for each in (name, *expression.names) if each not in values]
        if missing:
            yield not_judged(BROKEN, subject, f"{', '.join(missing)} was not measured")
            continue
        stated, computed = values[name], expression.value(values)
        if not (math.isfinite(stated) and math.isfinite(computed)):
            yield not_judged(BROKEN, subject, "a value in it is not finite")
            continue
        used = {each: values[each] for each in expression.names}
        size = max(1.0, abs(stated), abs(computed), *(abs(value) for value in used.values()))
        slack = _TOLERANCE * size + sum(0.5 * 10.0 ** -shown[each] for each in (name, *used) if each in shown)
        if abs(stated - computed) <= slack:
            yield fine(BROKEN, subject)
            continue
        message = f"{name} is {stated:.6g}, but {expression.text} is {computed:.6g}: off by {stated - computed:.6g}."
        yield finding(BROKEN, subject, message, {name: stated, "computed": computed, **used, "tolerance": slack})
