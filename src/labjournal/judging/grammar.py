"""The language of ``--expect`` and of criteria: comparisons of measured values, read by a parser of its own, never run.

    acc[1:10] > 0.93
    accuracy{set=1:1, numeric=on} > accuracy{numeric=off} + 0.02
    0.5 < sic{at=2400} <= 3
    loss[last] / loss[first] <= 0.1
    T = loss_den - loss_num +- 1e-6
    abs(T) < 0.01 * max(1, loss_den)

A name is a metric, a curve where no result has it, or a setting where there is no curve either. ``[…]`` names a data
set, a class of the metric, or a place on a curve (first, last, min, max, a step). ``{…}`` narrows: ``set``, ``at``
(last, best, a step), ``run``, ``stage`` (of a study), and options of the measurement or settings of the run. What one
value leaves open, the first value that says it decides.
"""

from __future__ import annotations

import re
from dataclasses import replace

from labjournal.errors import InputError
from labjournal.judging.syntax import (
    AGGREGATES,
    FUNCTIONS,
    Aggregate,
    Call,
    Expectation,
    Node,
    Number,
    Relation,
    Term,
    Tolerance,
    Value,
    leaves,
)

LONGEST = 500
"""Characters."""
_DEEPEST = 20
NEAR = 0.01
"""``x near y`` without a tolerance: within 1% of y."""
_TOKEN = re.compile(
    r"\s*(?:(?P<tolerance>\+-|\+/-|±)|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?P<unit>%|(?:ms|min|[smhd])\b)?"
    r"|(?P<name>[^\W\d][\w.@]*(?:/[^\W\d][\w.@]*)*)|`(?P<quoted>[^`]+)`|(?P<part>\[[^\[\]]*\])|(?P<where>\{[^{}]*\})"
    r"|(?P<compare>[<>]=?|==?|[≤≥≈])|(?P<sign>[-+*/()·−×])|(?P<comma>,))"
)
_UNITS = {"%": 0.01, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SAME = {"≈": "=", "≤": "<=", "≥": ">=", "−": "-", "·": "*", "×": "*"}
_KEYS = {
    "set": "set",
    "dataset": "set",
    "data": "set",
    "at": "at",
    "checkpoint": "at",
    "step": "at",
    "run": "run",
    "stage": "stage",
}
_HINT = 'For example --expect "accuracy[1:10] > 0.93" or --expect "acc{numeric=on} > acc{numeric=off} + 0.02".'


def parse(text: str) -> Expectation:
    """Read an expectation. Raises InputError saying where it stops making sense."""
    parser = Parser(text, f"--expect {text!r}")
    found = parser.expectation()
    parser.end()
    return found


class Parser:
    """Recursive descent over the tokens of one text.

    ``called`` begins what is said of a text that cannot be read. ``exact`` allows ``==``, for counts and settings.
    """

    def __init__(self, text: str, called: str, exact: bool = False) -> None:
        if len(text) > LONGEST:
            raise InputError(f"{called[:60]}: {len(text)} characters are too long.", f"{LONGEST} are read.")
        self._text = text
        self._called = called
        self._exact = exact
        self._at = 0
        self._depth = 0

    def expectation(self) -> Expectation:
        """One or more comparisons in a chain. Raises InputError where nothing is compared or measured."""
        start = self._at
        first = self.sum()
        if self.word("between") is not None:
            return self._measured(start, self._between(first))
        sides, compares, tolerances = [first], [], []
        while (relation := self._compare(sides[-1])) is not None:
            compare, side, tolerance = relation
            compares.append(compare)
            sides.append(side)
            tolerances.append(tolerance)
        if not compares:
            raise self.wrong("it compares nothing" if not self._text[self._at :].strip() else None)
        relations = tuple(Relation(*parts) for parts in zip(sides[:-1], compares, sides[1:], tolerances, strict=True))
        return self._measured(start, relations)

    def _measured(self, start: int, relations: tuple[Relation, ...]) -> Expectation:
        found = Expectation(self._text[start : self._at].strip(), relations)
        if not found.values():
            raise self.wrong("it names nothing that is measured")
        return found

    def _between(self, node: Node) -> tuple[Relation, ...]:
        """``x between 1 and 10``: both ends are allowed."""
        low = self.sum()
        if self.word("and") is None:
            raise self.wrong("between what and what?")
        return Relation(low, "<=", node), Relation(node, "<=", self.sum())

    def _compare(self, left: Node) -> tuple[str, Node, Tolerance] | None:
        """What follows a side: the sign, the other side, and how equal is equal."""
        if self.word("near") is not None:
            right = self.sum()
            return "=", right, self._tolerance() or Tolerance(NEAR, relative=True)
        if self.word("within") is not None:
            allowed = self._allowed()
            if self.word("of") is None:
                raise self.wrong("within so much of what?")
            return "=", self.sum(), allowed
        start = self._at
        compare = self.take("compare")
        if compare is None:
            return None
        if compare == "==":
            if not self._exact:
                self._at = start
                raise self.wrong()
            return "=", self.sum(), Tolerance(0.0, relative=False)
        right = self.sum()
        tolerance = self._tolerance()
        if compare == "=" and tolerance is None:
            self._at = start
            raise self.wrong()
        if compare != "=" and tolerance is not None:
            raise self.wrong("a tolerance belongs to =")
        return compare, right, tolerance or Tolerance(0.0, relative=False)

    def _tolerance(self) -> Tolerance | None:
        if self.take("tolerance") is None and self.word("within") is None:
            return None
        return self._allowed()

    def _allowed(self) -> Tolerance:
        start = self._at
        number = self._number()
        if number is None:
            raise self.wrong("a tolerance is a number")
        return Tolerance(number.value, relative=self._text[start : self._at].rstrip().endswith("%"))

    def word(self, *words: str) -> str | None:
        """The next name if it is one of these words, else None and nothing is taken."""
        start = self._at
        found = self.take("name")
        if found is not None and found.lower() in words:
            return found.lower()
        self._at = start
        return None

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
            raise self.wrong()

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
            raise self.wrong("it is nested too deeply")
        try:
            if self.take("sign", one_of="-") is not None:
                return Term("-", Number(0.0), self._factor())
            if self.take("sign", one_of="(") is not None:
                node = self.sum()
                if self.take("sign", one_of=")") is None:
                    raise self.wrong("a ')' is missing")
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

    def _value(self) -> Node:
        name = self.take("name", "quoted")
        if name is None:
            raise self.wrong()
        if name in FUNCTIONS | AGGREGATES and self.take("sign", one_of="(") is not None:
            return self._call(name)
        part = self.take("part")
        where = self.take("where")
        part = part or self.take("part")
        said: dict[str, str] = {}
        options: list[tuple[str, str]] = []
        for item in where[1:-1].split(",") if where else ():
            key, equals, value = (piece.strip() for piece in item.partition("="))
            if not equals or not key or not value:
                raise self.wrong(f"{item.strip()!r} is no name=value")
            if key.lower() in _KEYS:
                said[_KEYS[key.lower()]] = value
            else:
                options.append((key, value))
        inside = part[1:-1].strip() if part else None
        if part and not inside:
            raise self.wrong("nothing stands in the brackets")
        known = (said.get("set"), said.get("at"), said.get("run"), tuple(sorted(options)), said.get("stage"))
        return Value(name, inside, *known)

    def _call(self, function: str) -> Call | Aggregate | Value:
        arguments = [self.sum()]
        while self.take("comma") is not None:
            arguments.append(self.sum())
        if self.take("sign", one_of=")") is None:
            raise self.wrong("a ')' is missing")
        if function in ("min", "max") and len(arguments) > 1:
            return Call(function, tuple(arguments))
        if function in ("min", "max"):  # of one: the extreme of that curve, as name[max]
            (of,) = arguments
            if not isinstance(of, Value) or of.part is not None:
                raise self.wrong(f"{function}() takes the name of a curve, or several terms")
            return replace(of, part=function)
        if len(arguments) != 1:
            raise self.wrong(f"{function}() takes one term")
        if function in FUNCTIONS:
            return Call(function, tuple(arguments))
        if any(isinstance(leaf, Aggregate) for leaf in leaves(arguments[0])) or not list(leaves(arguments[0])):
            raise self.wrong(f"{function}() is taken of something measured in each run")
        return Aggregate(function, arguments[0])

    def wrong(self, why: str | None = None) -> InputError:
        rest = self._text[self._at :].strip()
        if why is None:
            why = f"{rest[:30]!r} cannot be read" if rest else "it ends too early"
        if rest.startswith("="):
            return InputError(
                f"{self._called}: a measured value is never exactly equal.",
                "Say >, >=, < or <=, or how near: x = 0.93 +- 0.01.",
            )
        return InputError(f"{self._called}: {why}.", _HINT)
