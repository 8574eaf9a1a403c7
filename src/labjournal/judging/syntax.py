"""What a comparison of measured values consists of, once it is read: a tree of values, constants and functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FUNCTIONS = frozenset(("abs", "min", "max", "sqrt", "log", "exp", "point"))
"""``point`` is the value alone, without the interval that says how sure it is."""
AGGREGATES = frozenset(("mean", "median", "sd", "se", "least", "most"))
"""Over the runs that are judged together."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant; ``93%`` is 0.93 and ``15m`` is 900 seconds."""

    value: float


@dataclass(frozen=True, slots=True)
class Value:
    """Something measured."""

    name: str
    part: str | None = None
    """What stands in square brackets: a data set, a class, or a place on a curve."""
    dataset: str | None = None
    at: str | None = None
    run: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """Two terms joined by one of ``+ - * /``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """One of FUNCTIONS of its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One of AGGREGATES of a term, taken over several runs: measured as a whole."""

    function: str
    of: Node


Node = Number | Value | Term | Call | Aggregate
Leaf = Value | Aggregate


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two sides may lie apart and still be called equal."""

    size: float
    relative: bool
    """A share of the right side."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``left`` compared with ``right`` by one of ``< <= > >= =``; ``=`` within a tolerance."""

    left: Node
    compare: str
    right: Node
    tolerance: Tolerance = Tolerance(0.0, relative=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """All relations must hold."""

    text: str
    relations: tuple[Relation, ...]

    def values(self) -> tuple[Leaf, ...]:
        """The measured values in order, each once."""
        found = (value for relation in self.relations for node in relation_sides(relation) for value in leaves(node))
        return tuple(dict.fromkeys(found))


def relation_sides(relation: Relation) -> tuple[Node, Node]:
    return relation.left, relation.right


def leaves(node: Node) -> Iterator[Leaf]:
    """What is measured under a node, from left to right."""
    if isinstance(node, Value | Aggregate):
        yield node
    elif isinstance(node, Term):
        yield from leaves(node.left)
        yield from leaves(node.right)
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from leaves(argument)
