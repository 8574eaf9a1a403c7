"""What was typed into a filter, as a tree. Whatever cannot be meant is a ``FilterError`` with the place of the word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labjournal.errors import InputError

OPERATORS = (":", "=", "!=", "<", "<=", ">", ">=")
_TERM = re.compile(r"([^\W\d][\w./%-]*?)(:|!=|<=|>=|=|<|>)")
_BREAKS = " \t\r\n"


class FilterError(InputError):
    """What was typed cannot be meant; ``start`` and ``end`` are the place of the wrong word."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Word:
    """A text that must stand in one of a thing's own words."""

    text: str
    """In lower case."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over a thing's own words."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Term:
    """``key:text``, or a comparison."""

    key: str
    operator: str
    value: str
    start: int
    end: int
    value_start: int


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple[Node, ...]


Node = Word | Pattern | Term | Not | And | Or


def parse(typed: str) -> Node | None:
    """The tree of a filter; None for an empty one. Raises FilterError."""
    reader = _Reader(typed)
    reader.skip()
    if reader.at_end():
        return None
    node = reader.either()
    if not reader.at_end():
        raise FilterError('"(" missing', reader.at, reader.at + 1)
    return node


class _Reader:
    """Recursive descent over the text itself, so that every error knows its place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def at_end(self) -> bool:
        return self.at >= len(self.text)

    @property
    def sign(self) -> str:
        return "" if self.at_end() else self.text[self.at]

    def skip(self) -> None:
        while self.sign and self.sign in _BREAKS:
            self.at += 1

    def either(self) -> Node:
        nodes = [self.all_of()]
        while self.sign == "|":
            self.at += 1
            nodes.append(self.all_of())
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def all_of(self) -> Node:
        nodes: list[Node] = []
        self.skip()
        while self.sign and self.sign not in "|)":
            nodes.append(self.one())
            self.skip()
        if not nodes:
            raise FilterError("a word is missing here", max(0, self.at - 1), max(1, self.at))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def one(self) -> Node:
        if self.sign == "!":
            self.at += 1
            self.skip()
            if not self.sign or self.sign in "|)":
                raise FilterError('"!" of what?', self.at - 1, self.at)
            return Not(self.one())
        if self.sign == "(":
            start = self.at
            self.at += 1
            node = self.either()
            if self.sign != ")":
                raise FilterError('")" missing', start, len(self.text))
            self.at += 1
            return node
        if self.sign == "/":
            return self.pattern()
        return self.word()

    def pattern(self) -> Node:
        start = self.at
        end = start + 1
        while end < len(self.text) and self.text[end] != "/":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            # Typed so far: shown at once, as the text it begins with.
            end = len(self.text)
        source = self.text[start + 1 : end].replace("\\/", "/")
        self.at = min(end + 1, len(self.text))
        if not source:
            raise FilterError("a pattern is missing: /^v[34]-/", start, self.at)
        try:
            return Pattern(re.compile(source, re.IGNORECASE))
        except (re.error, OverflowError, RecursionError) as error:
            raise FilterError(f"no pattern yet: {error}", start, self.at) from error

    def word(self) -> Node:
        start = self.at
        found = _TERM.match(self.text, start)
        if found is not None and not self.text.startswith("://", found.end() - 1):
            self.at = found.end()
            value = self.value()
            return Term(found[1], found[2], value, start, self.at, found.end())
        return Word(self.value().lower())

    def value(self) -> str:
        """A word to the next break, or a text between quotes; brackets inside a word are its own when they close."""
        if self.sign in ('"', "'"):
            quote, start = self.sign, self.at
            end = self.text.find(quote, start + 1)
            if end < 0:
                raise FilterError(f"{quote} missing", start, len(self.text))
            self.at = end + 1
            return self.text[start + 1 : end]
        start, depth = self.at, 0
        while self.sign and self.sign not in _BREAKS + "|":
            if self.sign == ")" and not depth:
                break
            depth += (self.sign == "(") - (self.sign == ")")
            self.at += 1
        return self.text[start : self.at]
