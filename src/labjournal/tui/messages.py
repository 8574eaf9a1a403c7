"""What several parts of the app tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from labjournal.tui.screens.run import RunPage


@dataclass
class ToastSaid(Message):
    """What the last key did; shown for four seconds."""

    text: str
    role: str = "text"


@dataclass
class RunAsked(Message):
    """A run was entered: show it."""

    run: str


@dataclass
class CompareAsked(Message):
    """Put these runs beside each other; none means all."""

    runs: tuple[str, ...]


@dataclass
class MarkedAsked(Message):
    """A run's page asks which runs are marked in the list."""

    page: RunPage


@dataclass
class NoteAsked(Message):
    """Write a note on something."""

    on: tuple[str, ...]
    words: str
    """What it is on, as a person calls it."""


@dataclass
class StopAsked(Message):
    """Ask a run to end, after a question."""

    run: str
    name: str


@dataclass
class AckAsked(Message):
    """Acknowledge a finding, with a reason."""

    finding: str
    words: str


@dataclass
class SeenAsked(Message):
    """The owner has looked: what happened until now is no news any more."""
