"""The register of faults: what is known of each by name, and in which runs it was at work.

Both are pure functions of what was stated. A later word adds to an earlier one or replaces it, key by key. A mark
counts only for the commits it was made for: when a fix is declared later, every run is placed anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping

from labjournal.facts import Fact
from labjournal.model import Fault, FaultMark
from labjournal.store import codec, facts

FAULT, MARK = "fault", "fault_mark"
CLEAN, ACTIVE, FIXED, UNDONE, CANNOT_TELL = "clean", "active", "fixed", "fix undone", "cannot tell"
_SURER = (ACTIVE, UNDONE, FIXED, CLEAN, CANNOT_TELL)
"""Where two places saw different parts of the history, what was seen counts before what was not."""
_TAINTING = frozenset((ACTIVE, UNDONE, CANNOT_TELL))


def faults(stated: Iterable[Fact]) -> list[Fault]:
    """The register, oldest fault first."""
    said: dict[str, dict[str, object]] = {}
    for fact in sorted((fact for fact in stated if fact.kind == FAULT), key=lambda fact: (fact.t, fact.id)):
        name = str(fact.data.get("name") or "")
        known = said.setdefault(name, {"t": fact.t, "entries": []})
        for key in ("symptom", "cause", "introduced", "fixed", "proof", "retraction"):
            if fact.data.get(key):
                known[key] = str(fact.data[key])
        known["imported"] = bool(known.get("imported", True) and fact.data.get("imported"))
        if fact.data.get("entry"):
            known["entries"] = [*codec.texts(known["entries"]), str(fact.data["entry"])]
    return [_fault(name, known) for name, known in said.items() if name]


def _fault(name: str, known: Mapping[str, object]) -> Fault:
    return Fault(
        name=name,
        t=codec.moment(str(known["t"])) or codec.EPOCH,
        symptom=codec.text_or_none(known.get("symptom")),
        cause=codec.text_or_none(known.get("cause")),
        introduced=codec.text_or_none(known.get("introduced")),
        fixed=codec.text_or_none(known.get("fixed")),
        proof=codec.text_or_none(known.get("proof")),
        retraction=codec.text_or_none(known.get("retraction")),
        entries=codec.texts(known.get("entries")),
        imported=bool(known.get("imported")),
    )


def marks(fault: Fault, stated: Iterable[Fact]) -> list[FaultMark]:
    """In which state each run was as to a fault, by its commits as they are known now."""
    found: dict[str, FaultMark] = {}
    for fact in stated:
        data = fact.data
        if fact.kind != MARK or fact.run is None or data.get("fault") != fault.name:
            continue
        if (data.get("introduced"), data.get("fixed")) != (fault.introduced, fault.fixed):
            continue
        state = str(data.get("state"))
        mark = FaultMark(fault.name, fact.run, state, str(data.get("because") or ""))
        known = found.get(fact.run)
        if known is None or _rank(mark) < _rank(known):
            found[fact.run] = mark
    return [found[run] for run in sorted(found)]


def _rank(mark: FaultMark) -> tuple[int, str]:
    return (_SURER.index(mark.state) if mark.state in _SURER else len(_SURER), mark.because)


def tainted(stated: Iterable[Fact], standing: Mapping[str, str]) -> dict[str, str]:
    """Run -> why its results carry no claim. ``standing``: the reason of each retraction that was not lifted."""
    stated = list(stated)
    by_fault: dict[str, list[Fact]] = {}
    for fact in stated:
        if fact.kind == MARK:
            by_fault.setdefault(str(fact.data.get("fault")), []).append(fact)
    runs: dict[str, str] = {}
    for fault in faults(stated):
        if fault.retraction is None or fault.retraction not in standing or fault.introduced is None:
            continue
        why = standing[fault.retraction]
        for mark in marks(fault, by_fault.get(fault.name, ())):
            if mark.state in _TAINTING:
                doubt = f" (cannot tell: {mark.because})" if mark.state == CANNOT_TELL else ""
                runs.setdefault(mark.run, f"{why}{doubt}")
    return runs


def read(connection: sqlite3.Connection) -> list[Fault]:
    return faults(facts.of_kinds(connection, (FAULT,)))


def read_marks(connection: sqlite3.Connection, fault: Fault, about: Collection[str] | None = None) -> list[FaultMark]:
    return marks(fault, facts.of_kinds(connection, (MARK,), about))
