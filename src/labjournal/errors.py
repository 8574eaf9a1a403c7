"""What can go wrong, said for a person: a message, what to do next, and the exit code of the command line."""

from __future__ import annotations

from typing import Optional


class JournalError(Exception):
    """Base of every error labjournal raises on purpose.

    ``message`` says what happened, ``hint`` what to do next, ``exit_code`` what the command line returns:
    1 a negative answer, 2 usage, 3 journal trouble.
    """

    exit_code = 3

    def __init__(self, message: str, hint: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  {self.hint}"


class NotFoundError(JournalError):
    """A reference, name or path matches nothing (or more than one thing)."""

    exit_code = 1


class InputError(JournalError):
    """What the user typed or configured cannot be meant; nothing was done."""

    exit_code = 2


class JournalUnavailableError(JournalError):
    """No journal can be read or written here: read-only folder, full disk, vanished folder."""


class NewerJournalError(JournalError):
    """The journal was written by a newer labjournal; it was left untouched."""


class EventFileError(JournalError):
    """A file is not a TensorBoard event file (the message says what it is instead)."""

    exit_code = 1
