"""What several parts of the app tell each other.

Nobody compares or prints a message, and what a data class makes for that would be 8 ms before the first frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from labjournal.tui.screens.run import RunPage


@dataclass(eq=False, repr=False)
class ToastSaid(Message):
    """What the last key did; shown for four seconds."""

    text: str
    role: str = "text"


@dataclass(eq=False, repr=False)
class RunAsked(Message):
    """A run was entered: show it."""

    run: str


@dataclass(eq=False, repr=False)
class CompareAsked(Message):
    """Put these runs beside each other; none means all."""

    runs: tuple[str, ...]


@dataclass(eq=False, repr=False)
class MarkedAsked(Message):
    """A run's page asks which runs are marked in the list."""

    page: RunPage


@dataclass(eq=False, repr=False)
class NoteAsked(Message):
    """Write a note on something."""

    on: tuple[str, ...]
    words: str
    """What it is on, as a person calls it."""
    begin: str = ""
    """What the text begins with."""


@dataclass(eq=False, repr=False)
class AmendAsked(Message):
    """Give an entry of a person another wording."""

    entry: str
    text: str
    kind: str


@dataclass(eq=False, repr=False)
class LaunchAsked(Message):
    """Open the launch form, from a run to be forked or from nothing."""

    fork_of: str | None = None


@dataclass(eq=False, repr=False)
class VerbAsked(Message):
    """Put a verb of the command line on the ``:`` line, to be completed, or run it at once."""

    typed: str
    at_once: bool = False


@dataclass(eq=False, repr=False)
class AgainAsked(Message):
    """Go on with a run that has ended, or start it again: the ``:`` line, filled in with the verb that can do it."""

    run: str


@dataclass(eq=False, repr=False)
class DemoAsked(Message):
    """Run the demo in a folder of its own."""


@dataclass(eq=False, repr=False)
class JournalAsked(Message):
    """Leave this journal and open that of another folder."""

    folder: Path


@dataclass(eq=False, repr=False)
class StopAsked(Message):
    """Ask a run to end, after a question."""

    run: str
    name: str


@dataclass(eq=False, repr=False)
class PauseAsked(Message):
    """Hold the queue, or let it go on."""

    pause: bool


@dataclass(eq=False, repr=False)
class AckAsked(Message):
    """Acknowledge a finding, with a reason."""

    finding: str
    words: str


@dataclass(eq=False, repr=False)
class SeenAsked(Message):
    """The owner has looked: what happened until now is no news any more."""

    before: str | None = None
    """Until when he had looked before (ISO), to come back to by undo."""


@dataclass(eq=False, repr=False)
class Done(Message):
    """A page did something that ``u`` takes back; ``back`` runs on the app's own thread."""

    words: str
    back: Callable[[], None]


@dataclass(eq=False, repr=False)
class AlarmRaised(Message):
    """An alarm was confirmed while somebody watches."""

    run: str
    name: str
    rule: str


@dataclass(eq=False, repr=False)
class RunBroke(Message):
    """A run failed or was lost while somebody watches."""

    run: str
    name: str
    status: str
    words: str
    """Its cause, or what can be done."""
