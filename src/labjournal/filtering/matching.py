"""A filter over things. Nothing is read here: a thing says its words and values, the tree decides."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from labjournal.filtering.grammar import And, FilterError, Node, Not, Or, Pattern, Term, Word, parse
from labjournal.filtering.keys import Keys, Kind, check, moment, number, span_s

Value = str | float
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


SHORTEST_OF_AN_ID = 4
"""Of random letters any two or three stand somewhere in one of a hundred: a shorter word is not looked for there."""


class Thing(Protocol):
    """Something a filter looks at."""

    @property
    def id(self) -> str: ...

    def words(self) -> str:
        """Everything but its id that a plain word is looked for in, in lower case, one text a line."""
        ...

    def values(self, key: str, data: frozenset[str]) -> Sequence[Value]:
        """Its values of a key; empty where it has none. ``data``: measured numbers on these data sets only."""
        ...

    def moment(self) -> datetime:
        """When it happened."""
        ...


Predicate = Callable[[Thing], bool]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Things that a comparison could not be made of, by key."""

    missing: Counter[str]
    retracted: Counter[str]
    """Metrics of which retracted things have nothing that counts."""
    as_text: Counter[str]


class Filter:
    """A filter that was understood."""

    def __init__(self, node: Node, keys: Keys, now: datetime) -> None:
        self._node, self._keys, self._now = node, keys, now
        self._lacking = Lacking(Counter(), Counter(), Counter())
        self._holds = self._made(node, frozenset())

    def accepted(self, things: Iterable[Thing]) -> list[Thing]:
        """The things it lets through, in their order."""
        self._lacking = Lacking(Counter(), Counter(), Counter())
        return [thing for thing in things if self.accepts(thing)]

    def accepts(self, thing: Thing) -> bool:
        return self._holds(thing)

    @property
    def uses(self) -> frozenset[str]:
        """The keys it asks for, by their full names."""
        return frozenset(found[0] for term in _terms(self._node) if (found := self._keys.find(term.key)) is not None)

    @property
    def plain_words(self) -> list[str]:
        """Words that everything it finds must hold: what a search through more than is at hand may look for."""
        nodes = self._node.nodes if isinstance(self._node, And) else (self._node,)
        return [one.text for one in nodes if isinstance(one, Word)]

    def lacking_words(self) -> str:
        """``9 have no acc, 2 hold it as text``: what was left out because nothing could be compared; "" for none."""
        told = [f"{n:,} {'has' if n == 1 else 'have'} no {key}" for key, n in self._lacking.missing.items()]
        told += [f"{n:,} retracted, of which no {key} counts" for key, n in self._lacking.retracted.items()]
        told += [f"{n:,} {'holds' if n == 1 else 'hold'} {key} as text" for key, n in self._lacking.as_text.items()]
        return ", ".join(told)

    # A tree is made into functions once: walking it again for each of 10,000 things costs ten times as much.

    def _made(self, node: Node, data: frozenset[str]) -> Predicate:
        match node:
            case Word(text) if len(text) < SHORTEST_OF_AN_ID:
                return lambda thing: text in thing.words()
            case Word(text):
                return lambda thing: text in thing.words() or text in thing.id.lower()
            case Pattern(pattern):
                return lambda thing: any(pattern.search(line) for line in thing.words().split("\n"))
            case Not(inner):
                holds = self._made(inner, data)
                return lambda thing: not holds(thing)
            case And(nodes):
                # A number beside a data set is the number on that data set.
                named = {
                    one.value.lower() for one in nodes if isinstance(one, Term) and one.key == "data" and one.value
                }
                every = [self._made(one, data | named) for one in nodes]
                return lambda thing: all(holds(thing) for holds in every)
            case Or(nodes):
                some = [self._made(one, data) for one in nodes]
                return lambda thing: any(holds(thing) for holds in some)
            case Term():
                return self._term(node, data)

    def _term(self, term: Term, data: frozenset[str]) -> Predicate:
        found = self._keys.find(term.key)
        assert found is not None, "check() comes first"
        key, kind = found
        if kind in (Kind.SINCE, Kind.BEFORE):
            wanted = moment(term.value, self._now)
            since = kind is Kind.SINCE
            return lambda thing: wanted is not None and (thing.moment() >= wanted) == since
        if kind is Kind.AGE:
            span = span_s(term.value) or 0.0
            compare = operator.le if term.operator == ":" else _COMPARE[term.operator]
            return lambda thing: compare((self._now - thing.moment()).total_seconds(), span)
        if kind is Kind.TEXT or term.operator == ":":
            return self._text(term, key, data)
        return self._number(term, key, data)

    def _text(self, term: Term, key: str, data: frozenset[str]) -> Predicate:
        wanted = term.value.lower()
        if term.operator == "=":
            return lambda thing: wanted in [str(one).lower() for one in thing.values(key, data)]
        if term.operator == "!=":
            return lambda thing: wanted not in [str(one).lower() for one in thing.values(key, data)]
        if key in self._keys.choices:
            return lambda thing: any(str(one).lower().startswith(wanted) for one in thing.values(key, data))
        return lambda thing: any(wanted in str(one).lower() for one in thing.values(key, data))

    def _number(self, term: Term, key: str, data: frozenset[str]) -> Predicate:
        wanted, compare = number(term.value), _COMPARE[term.operator]

        def holds(thing: Thing) -> bool:
            values = thing.values(key, data)
            numbers = [value for value in values if not isinstance(value, str)]
            if not numbers:
                withdrawn = key in self._keys.measured and "retraction" in thing.values("has", data)
                without = self._lacking.retracted if withdrawn else self._lacking.missing
                (self._lacking.as_text if values else without)[key] += 1
                return False
            return wanted is not None and any(compare(value, wanted) for value in numbers)

        return holds


def _terms(node: Node) -> Iterable[Term]:
    match node:
        case Term():
            yield node
        case Not(inner):
            yield from _terms(inner)
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _terms(inner)
        case _:
            return


def compiled(typed: str, keys: Keys, now: datetime) -> Filter | None:
    """The filter of what was typed; None for an empty one. Raises FilterError."""
    try:
        node = parse(typed)
    except RecursionError as error:
        raise FilterError("too many brackets", 0, len(typed)) from error
    check(node, keys, now)
    return Filter(node, keys, now) if node is not None else None
