"""Values with intervals, and sums of them.

Independent estimates are added by MOVER (Zou and Donner, Statistics in Medicine 27 (2008) 1693): for two rates that is
Newcombe's interval of their difference. Products and quotients take the corners of both intervals, which is never too
short. Values on one set of events are not independent, and then both are too long: nothing is confirmed by it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from labjournal.judging.grammar import Node, Number, Relation, Term, Value


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


def evaluate(node: Node, values: Mapping[Value, Estimate]) -> Estimate:
    """The value of a term. A quotient by what may be 0 is NaN without bounds."""
    if isinstance(node, Number):
        return Estimate(node.value, node.value, node.value)
    if isinstance(node, Value):
        return values[node]
    a, b = evaluate(node.left, values), evaluate(node.right, values)
    if node.sign in "+-":
        return _sum(a, b if node.sign == "+" else _negative(b))
    return _corners(a, b, node)


def judge(relation: Relation, values: Mapping[Value, Estimate]) -> Judgement:
    """Confirmed when the whole interval holds, refuted when none of it does, else undecided."""
    more, less = (
        (relation.left, relation.right) if relation.compare.startswith(">") else (relation.right, relation.left)
    )
    gap = evaluate(Term("-", more, less), values)
    if gap.low is None or gap.high is None or math.isnan(gap.value):
        return Judgement(UNDECIDED, gap)
    holds, fails = (gap.low >= 0, gap.high < 0) if "=" in relation.compare else (gap.low > 0, gap.high <= 0)
    return Judgement(CONFIRMED if holds else REFUTED if fails else UNDECIDED, gap)


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
