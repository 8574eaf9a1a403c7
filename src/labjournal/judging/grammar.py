"""The language of ``--expect``: comparisons of measured values, read by a parser of its own, never run as code.

    acc[1:10] > 0.93
    accuracy{set=1:1, numeric=on} > accuracy{numeric=off} + 0.02
    0.5 < sic{at=2400} <= 3
    loss[last] / loss[first] <= 0.1

A name is a metric, or a curve where no result has it. ``[…]`` names a data set, a class of the metric, or a place on a
curve (first, last, min, max). ``{…}`` narrows: ``set``, ``at`` (last, best, a step), ``run``, and options of the
measurement. What one value leaves open, the first value that says it decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labjournal.errors import InputError

LONGEST = 500
"""Characters."""
_DEEPEST = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?P<unit>%|(?:ms|min|[smhd])\b)?"
    r"|(?P<name>[^\W\d][\w.@]*(?:/[^\W\d][\w.@]*)*)|`(?P<quoted>[^`]+)`|(?P<part>\[[^\[\]]*\])|(?P<where>\{[^{}]*\})"
    r"|(?P<compare>[<>]=?|[≤≥])|(?P<sign>[-+*/()·−×]))"
)
_UNITS = {"%": 0.01, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SAME = {"≤": "<=", "≥": ">=", "−": "-", "·": "*", "×": "*"}
_KEYS = {"set": "set", "dataset": "set", "data": "set", "at": "at", "checkpoint": "at", "step": "at", "run": "run"}
_HINT = 'For example --expect "accuracy[1:10] > 0.93" or --expect "acc{numeric=on} > acc{numeric=off} + 0.02".'


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


@dataclass(frozen=True, slots=True)
class Term:
    """Two terms joined by one of ``+ - * /``."""

    sign: str
    left: Node
    right: Node


Node = Number | Value | Term


@dataclass(frozen=True, slots=True)
class Relation:
    """``left`` compared with ``right`` by one of ``< <= > >=``."""

    left: Node
    compare: str
    right: Node


@dataclass(frozen=True, slots=True)
class Expectation:
    """All relations must hold."""

    text: str
    relations: tuple[Relation, ...]

    def values(self) -> tuple[Value, ...]:
        """The measured values in order, each once."""
        found = (value for relation in self.relations for node in relation_sides(relation) for value in leaves(node))
        return tuple(dict.fromkeys(found))


def relation_sides(relation: Relation) -> tuple[Node, Node]:
    return relation.left, relation.right


def leaves(node: Node) -> Iterator[Value]:
    """The measured values under a node, from left to right."""
    if isinstance(node, Value):
        yield node
    elif isinstance(node, Term):
        yield from leaves(node.left)
        yield from leaves(node.right)


def parse(text: str) -> Expectation:
    """Read an expectation. Raises InputError saying where it stops making sense."""
    if len(text) > LONGEST:
        raise InputError(f"An expectation of {len(text)} characters is too long.", f"{LONGEST} are read.")
    parser = _Parser(text)
    sides, compares = [parser.sum()], []
    while (compare := parser.take("compare")) is not None:
        compares.append(_SAME.get(compare, compare))
        sides.append(parser.sum())
    parser.end()
    if not compares:
        raise InputError(f"--expect {text!r} compares nothing.", _HINT)
    relations = tuple(Relation(*triple) for triple in zip(sides, compares, sides[1:], strict=False))
    found = Expectation(text, relations)
    if not found.values():
        raise InputError(f"--expect {text!r} names nothing that is measured.", _HINT)
    return found


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def take(self, *kinds: str, one_of: str | None = None) -> str | None:
        """The next token if it is of one of these kinds, else None and nothing is taken."""
        match = _TOKEN.match(self._text, self._at)
        for kind in kinds if match else ():
            assert match is not None
            token = match[kind]
            if token is not None and (one_of is None or _SAME.get(token, token) in one_of):
                self._at = match.end()
                return _SAME.get(token, token)
        return None

    def end(self) -> None:
        if self._text[self._at :].strip():
            raise self._wrong()

    def sum(self) -> Node:
        node = self._product()
        while (sign := self.take("sign", one_of="+-")) is not None:
            node = Term(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._factor()
        while (sign := self.take("sign", one_of="*/")) is not None:
            node = Term(sign, node, self._factor())
        return node

    def _factor(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InputError(f"--expect {self._text!r} is nested too deeply.", _HINT)
        try:
            if self.take("sign", one_of="-") is not None:
                return Term("-", Number(0.0), self._factor())
            if self.take("sign", one_of="(") is not None:
                node = self.sum()
                if self.take("sign", one_of=")") is None:
                    raise self._wrong("a ')' is missing")
                return node
            return self._number() or self._value()
        finally:
            self._depth -= 1

    def _number(self) -> Number | None:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match["number"] is None:
            return None
        self._at = match.end()
        return Number(float(match["number"]) * _UNITS.get(match["unit"] or "", 1.0))

    def _value(self) -> Value:
        name = self.take("name", "quoted")
        if name is None:
            raise self._wrong()
        part = self.take("part")
        where = self.take("where")
        part = part or self.take("part")
        said: dict[str, str] = {}
        options: list[tuple[str, str]] = []
        for item in where[1:-1].split(",") if where else ():
            key, equals, value = (piece.strip() for piece in item.partition("="))
            if not equals or not key or not value:
                raise InputError(f"--expect {self._text!r}: {item.strip()!r} is no name=value.", _HINT)
            if key.lower() in _KEYS:
                said[_KEYS[key.lower()]] = value
            else:
                options.append((key, value))
        inside = part[1:-1].strip() if part else None
        if part and not inside:
            raise self._wrong("nothing stands in the brackets")
        return Value(name, inside, said.get("set"), said.get("at"), said.get("run"), tuple(sorted(options)))

    def _wrong(self, why: str | None = None) -> InputError:
        rest = self._text[self._at :].strip()
        if why is None:
            why = f"{rest[:30]!r} cannot be read" if rest else "it ends too early"
        if rest.startswith("="):
            return InputError(
                f"--expect {self._text!r}: a measured value is never exactly equal.",
                "Say >, >=, < or <=, or both ends.",
            )
        return InputError(f"--expect {self._text!r}: {why}.", _HINT)
