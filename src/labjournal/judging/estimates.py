"""Values with intervals, and sums of them.

Independent estimates are added by MOVER (Zou and Donner, Statistics in Medicine 27 (2008) 1693): for two rates that is
Newcombe's interval of their difference. Products and quotients take the corners of both intervals, which is never too
short. Values on one set of events are not independent, and then both are too long: nothing is confirmed by it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from labjournal.judging.syntax import Call, Leaf, Node, Number, Relation, Term


@dataclass(frozen=True, slots=True)
class Estimate:
    """``low`` and ``high`` None: nobody knows how sure the value is. Equal to the value: a constant."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the numbers say of one relation; ``gap`` is left minus right, above 0 where the relation asks for more."""

    word: str
    gap: Estimate


CONFIRMED, REFUTED, UNDECIDED = "confirmed", "refuted", "undecided"


def evaluate(node: Node, values: Mapping[Leaf, Estimate]) -> Estimate:
    """The value of a term. A quotient by what may be 0 is NaN without bounds."""
    if isinstance(node, Number):
        return Estimate(node.value, node.value, node.value)
    if isinstance(node, Call):
        return _call(node.function, [evaluate(argument, values) for argument in node.arguments])
    if not isinstance(node, Term):
        return values[node]
    a, b = evaluate(node.left, values), evaluate(node.right, values)
    if node.sign in "+-":
        return _sum(a, b if node.sign == "+" else _negative(b))
    return _corners(a, b, node)


def judge(relation: Relation, values: Mapping[Leaf, Estimate]) -> Judgement:
    """Confirmed when the whole interval holds, refuted when none of it does, else undecided."""
    if relation.compare == "=":
        return _near(relation, values)
    more, less = (
        (relation.left, relation.right) if relation.compare.startswith(">") else (relation.right, relation.left)
    )
    gap = evaluate(Term("-", more, less), values)
    if gap.low is None or gap.high is None or math.isnan(gap.value):
        return Judgement(UNDECIDED, gap)
    holds, fails = (gap.low >= 0, gap.high < 0) if "=" in relation.compare else (gap.low > 0, gap.high <= 0)
    return Judgement(CONFIRMED if holds else REFUTED if fails else UNDECIDED, gap)


def _near(relation: Relation, values: Mapping[Leaf, Estimate]) -> Judgement:
    """Whether both sides are equal within the tolerance; the gap is what is left of it."""
    difference = evaluate(Term("-", relation.left, relation.right), values)
    allowed = relation.tolerance.size
    if relation.tolerance.relative:
        allowed *= abs(evaluate(relation.right, values).value)
    low, high = difference.low, difference.high
    if low is None or high is None or math.isnan(difference.value):
        return Judgement(UNDECIDED, Estimate(allowed - abs(difference.value), None, None))
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    farthest = max(abs(low), abs(high))
    slack = 1e-12 * max(abs(evaluate(relation.right, values).value), allowed)  # decimals are not exact: 3.15 - 3.10
    gap = Estimate(allowed - abs(difference.value), allowed - farthest, allowed - nearest)
    holds, fails = farthest <= allowed + slack, nearest > allowed + slack
    return Judgement(CONFIRMED if holds else REFUTED if fails else UNDECIDED, gap)


def _call(function: str, arguments: Sequence[Estimate]) -> Estimate:
    """Functions of what is known with an interval; all but abs are monotone in each argument."""
    if function == "point":
        return Estimate(arguments[0].value, arguments[0].value, arguments[0].value)
    apply: Callable[..., float] = _FUNCTIONS[function]
    value = _finite(apply, [one.value for one in arguments])
    lows, highs = [one.low for one in arguments if one.low is not None], [one.high for one in arguments]
    known = [high for high in highs if high is not None]
    if len(lows) < len(arguments) or len(known) < len(arguments):
        return Estimate(value, None, None)
    low, high = _finite(apply, lows), _finite(apply, known)
    if function == "abs":
        low, high = (0.0 if lows[0] <= 0 <= known[0] else min(low, high)), max(low, high)
    return Estimate(value, None, None) if math.isnan(low) or math.isnan(high) else Estimate(value, low, high)


def _finite(apply: Callable[..., float], arguments: Sequence[float]) -> float:
    try:
        return float(apply(*arguments)) if len(arguments) > 1 or apply not in (min, max) else arguments[0]
    except (ValueError, OverflowError):
        return math.nan


_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "sqrt": math.sqrt,
    "log": math.log,
    "exp": math.exp,
}


def together(words: list[str]) -> str:
    """The word for several relations that all must hold."""
    return REFUTED if REFUTED in words else UNDECIDED if UNDECIDED in words else CONFIRMED


def _negative(a: Estimate) -> Estimate:
    return Estimate(-a.value, None if a.high is None else -a.high, None if a.low is None else -a.low)


def _sum(a: Estimate, b: Estimate) -> Estimate:
    value = a.value + b.value
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Estimate(value, None, None)
    return Estimate(
        value,
        value - math.hypot(a.value - a.low, b.value - b.low),
        value + math.hypot(a.high - a.value, b.high - b.value),
    )


def _corners(a: Estimate, b: Estimate, node: Term) -> Estimate:
    if node.sign == "/":
        if b.value == 0 or (b.low is not None and b.high is not None and b.low <= 0 <= b.high):
            return Estimate(math.nan, None, None)
        inverse = Estimate(1 / b.value, None if b.high is None else 1 / b.high, None if b.low is None else 1 / b.low)
        return _corners(a, inverse, Term("*", node.left, node.right))
    value = a.value * b.value
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Estimate(value, None, None)
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Estimate(value, min(ends), max(ends))
