"""What became of what was written: a hypothesis is open until somebody says by which results it was supported."""

from __future__ import annotations

from collections.abc import Mapping

from labjournal.errors import InputError
from labjournal.model import EntryKind

STATES: Mapping[EntryKind, tuple[str, ...]] = {
    EntryKind.HYPOTHESIS: ("open", "supported", "refuted"),
    EntryKind.QUESTION: ("open", "answered", "dropped"),
    EntryKind.PLAN: ("open", "done", "dropped"),
}
"""Kinds of entries that have a state; the first is the one they begin in."""


def check(kind: EntryKind, state: str) -> None:
    """Raise InputError unless an entry of this kind can be in this state."""
    if kind not in STATES:
        having = ", ".join(known.value for known in STATES)
        raise InputError(f"An entry of the kind {kind.value} has no state.", f"These have one: {having}.")
    if state not in STATES[kind]:
        raise InputError(f"A {kind.value} is never {state!r}.", f"It is one of: {', '.join(STATES[kind])}.")
