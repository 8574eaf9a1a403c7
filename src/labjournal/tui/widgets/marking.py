"""Marks on the things of a table, in the order they were marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.message import Message
from textual.scroll_view import ScrollView


class Marking(ScrollView):
    """A table whose things can be marked, by id."""

    @dataclass
    class MarksChanged(Message, namespace="run_table"):
        """The set of marked things changed."""

        table: Marking
        marks: tuple[str, ...]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._marks: dict[str, None] = {}

    @property
    def marks(self) -> tuple[str, ...]:
        """Marked things, in the order they were marked."""
        return tuple(self._marks)

    def set_marks(self, ids: Iterable[str]) -> None:
        """Mark exactly these (remembered marks, undo)."""
        self._marks = dict.fromkeys(ids)
        self._tell_marks()

    def toggle_mark(self, id: str) -> None:
        if id in self._marks:
            del self._marks[id]
        else:
            self._marks[id] = None
        self._tell_marks()

    def action_unmark_all(self) -> None:
        self.set_marks(())

    def _tell_marks(self) -> None:
        self.refresh()
        self.post_message(self.MarksChanged(self, self.marks))
