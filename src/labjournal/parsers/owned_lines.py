"""Lines of values below a line of values that says whose it is: further right they are of the same, else perhaps."""

from __future__ import annotations

from dataclasses import dataclass, field

from labjournal.parsers.base import Draft
from labjournal.parsers.reading import RoleName

_OF_LINES = frozenset(("name_value", "confusion", "count_lines"))
"""Formats of single lines: what other formats take in has its owners in its own form."""
_OWNERS = ("group", "fold")


@dataclass(slots=True)
class OwnedLine:
    """The last line of values that nothing further left stands above, and how far what it says may hold."""

    said: dict[str, str] = field(default_factory=dict)
    role: RoleName = "unclear"
    names: frozenset[tuple[str, str]] = frozenset()
    """With the roles."""
    indent: int = 0
    number: int = -9
    last: int = -9
    """The last line that stands below it without a break."""
    listed: bool = False
    """The line before it says whose it is, too: one of a list, and nothing below is of the last alone."""

    def take(self, draft: Draft) -> str:
        """Gives to a draft further right what the line above says; the owner that may lead in to one flush with it."""
        if draft.rule not in _OF_LINES or draft.saved:
            self.last = -9
            return ""
        number, text = draft.line.number, draft.line.text
        indent = len(text) - len(text.lstrip())
        if number == self.number:
            self.role = self.role if self.role == draft.role else "unclear"
            self.names |= _names(draft)
            return ""
        below = number - self.last <= 1
        if below and indent > self.indent and draft.role in ("unclear", self.role):
            self._give(draft)
            self.last = draft.last
            return ""
        options = draft.options
        own = {name: options[name] for name in _OWNERS if name in options} if options else {}
        if not own and not self.said:
            self.role, self.indent, self.number, self.last = draft.role, indent, number, draft.last
            return ""
        owner = " ".join(value if name == "group" else f"{name} {value}" for name, value in self.said.items())
        if below and owner and not own and not self.listed and self.names.isdisjoint(_names(draft)):
            self.last = draft.last
            return owner
        self.listed = below and bool(own and self.said) and self.last == self.number
        self.said, self.role, self.names = own, draft.role, _names(draft)
        self.indent, self.number, self.last = indent, number, draft.last
        return ""

    def _give(self, draft: Draft) -> None:
        draft.role = self.role if draft.role == "unclear" else draft.role
        for name, owner in self.said.items():
            if owner not in draft.options.values():
                draft.options.setdefault(name if name not in draft.options else "under", owner)


def _names(draft: Draft) -> frozenset[tuple[str, str]]:
    return frozenset((draft.role, name) for name in draft.metrics)
