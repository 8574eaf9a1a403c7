"""What can be taken back, newest first. Nothing is erased: an undo states the contrary, and history keeps both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_MOST = 50


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done."""

    words: str
    """What it was, past tense: "acknowledged zero_grad"."""
    back: Callable[[], Awaitable[None]]
    """States the contrary. May raise JournalError."""


class UndoStack:
    """The last few steps of this app; another app on the same journal has its own."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def push(self, step: Step) -> None:
        self._steps = [*self._steps[1 - _MOST :], step]

    def pop(self) -> Step | None:
        return self._steps.pop() if self._steps else None
