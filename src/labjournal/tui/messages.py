"""What several parts of the app tell each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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
    begin: str = ""
    """What the text begins with."""


@dataclass
class AmendAsked(Message):
    """Give an entry of a person another wording."""

    entry: str
    text: str
    kind: str


@dataclass
class LaunchAsked(Message):
    """Open the launch form, from a run to be forked or from nothing."""

    fork_of: str | None = None


@dataclass
class VerbAsked(Message):
    """Put a verb of the command line on the ``:`` line, to be completed, or run it at once."""

    typed: str
    at_once: bool = False


@dataclass
class AgainAsked(Message):
    """Go on with a run that has ended, or start it again: the ``:`` line, filled in with the verb that can do it."""

    run: str


@dataclass
class DemoAsked(Message):
    """Run the demo in a folder of its own."""


@dataclass
class JournalAsked(Message):
    """Leave this journal and open that of another folder."""

    folder: Path


@dataclass
class StopAsked(Message):
    """Ask a run to end, after a question."""

    run: str
    name: str


@dataclass
class PauseAsked(Message):
    """Hold the queue, or let it go on."""

    pause: bool


@dataclass
class AckAsked(Message):
    """Acknowledge a finding, with a reason."""

    finding: str
    words: str


@dataclass
class SeenAsked(Message):
    """The owner has looked: what happened until now is no news any more."""

    before: str | None = None
    """Until when he had looked before (ISO), to come back to by undo."""


@dataclass
class Done(Message):
    """A page did something that ``u`` takes back; ``back`` runs on the app's own thread."""

    words: str
    back: Callable[[], None]


@dataclass
class AlarmRaised(Message):
    """An alarm was confirmed while somebody watches."""

    run: str
    name: str
    rule: str


@dataclass
class RunBroke(Message):
    """A run failed or was lost while somebody watches."""

    run: str
    name: str
    status: str
    words: str
    """Its cause, or what can be done."""
