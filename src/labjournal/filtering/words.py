"""Entries of the diary and findings as things that a filter can look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from labjournal.filtering.keys import Keys, Kind
from labjournal.filtering.matching import Value
from labjournal.model import Entry, EntryKind, Finding, Level

_ENTRY_HAS = ("attachment", "amendment", "run")


class EntryThing:
    """An entry, with the words it is shown by and what it is about by name."""

    __slots__ = ("_about", "_entry", "_text")

    def __init__(self, entry: Entry, text: str, about: Sequence[str] = ()) -> None:
        self._entry, self._text, self._about = entry, text, about

    @property
    def id(self) -> str:
        return self._entry.id

    def words(self) -> str:
        return f"{self._text}\n{self._entry.kind}".lower()

    def moment(self) -> datetime:
        return self._entry.t

    def values(self, key: str, data: frozenset[str]) -> Sequence[Value]:
        entry = self._entry
        found: dict[str, Sequence[Value]] = {
            "kind": [entry.kind.value],
            "on": [*self._about, *entry.on],
            "user": [entry.user] if entry.user else [],
            "study": [entry.study] if entry.study else [],
            "state": [entry.state] if entry.state else [],
            "by": ["journal" if entry.automatic else "people"],
            "has": [
                word
                for word, holds in zip(_ENTRY_HAS, (entry.attachments, entry.amended, entry.run), strict=True)
                if holds
            ],
        }
        return found.get(key, ())


def entry_keys() -> Keys:
    """Keys of entries."""
    fixed = dict.fromkeys(("kind", "on", "user", "study", "state", "by", "has"), Kind.TEXT)
    fixed |= {"since": Kind.SINCE, "before": Kind.BEFORE, "age": Kind.AGE}
    choices = {
        "kind": tuple(kind.value for kind in EntryKind),
        "state": ("open", "supported", "refuted", "answered", "dropped", "done"),
        "by": ("people", "journal"),
        "has": _ENTRY_HAS,
    }
    return Keys(fixed, choices, nouns="key of an entry")


class FindingThing:
    """A finding, with the name of its run."""

    __slots__ = ("_finding", "_name")

    def __init__(self, finding: Finding, name: str) -> None:
        self._finding, self._name = finding, name

    @property
    def id(self) -> str:
        return self._finding.id

    def words(self) -> str:
        one = self._finding
        return "\n".join((one.rule, one.subject, one.message, self._name, one.level)).lower()

    def moment(self) -> datetime:
        return self._finding.first_seen

    def values(self, key: str, data: frozenset[str]) -> Sequence[Value]:
        one = self._finding
        found: dict[str, Sequence[Value]] = {
            "rule": [one.rule],
            "level": [one.level.value],
            "run": [self._name, one.run],
            "on": [self._name, one.run],
            "in": [one.subject],
            "state": ["open" if one.acknowledged is None else "acknowledged"],
            "step": [] if one.step is None else [one.step],
        }
        return found.get(key, ())


def finding_keys() -> Keys:
    """Keys of findings."""
    fixed = dict.fromkeys(("rule", "level", "run", "on", "in", "state"), Kind.TEXT)
    fixed |= {"step": Kind.NUMBER, "since": Kind.SINCE, "before": Kind.BEFORE, "age": Kind.AGE}
    choices = {"level": tuple(level.value for level in Level), "state": ("open", "acknowledged")}
    return Keys(fixed, choices, nouns="key of a finding")
