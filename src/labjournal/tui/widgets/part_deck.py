"""Panes two at a time, one where it is narrow: what is in focus is in sight, the others are one tab away.

A pane is mounted when it first comes in sight: the first frame of a page waits for none that nobody sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.containers import Horizontal

from labjournal.tui.text import Line
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader

_ABREAST = 2
_ABREAST_FROM = 70
"""Cells from which two panes stand beside each other: below, neither has room for a number with its interval."""


@dataclass(frozen=True)
class Card:
    """One pane of a deck."""

    key: str
    title: str
    write: Callable[[int], Sequence[Line]]
    state: Callable[[], str]


class PartDeck(Horizontal):
    """Cards in order; `show` brings the pair of one in sight."""

    DEFAULT_CSS = """
    PartDeck { height: 1fr; }
    PartDeck Pane.-second { margin-left: 2; }
    PartDeck.-single Pane.-second { margin-left: 0; }
    """

    def __init__(self, cards: Sequence[Card], *, id: str) -> None:
        self._cards = tuple(cards)
        self._readers = {card.key: Reader(card.write, id=card.key) for card in self._cards}
        self.panes = {
            card.key: Pane(card.title, self._readers[card.key], classes="-second" if at % _ABREAST else "")
            for at, card in enumerate(self._cards)
        }
        self._first = 0
        self._abreast = _ABREAST
        super().__init__(*(self.panes[key] for key in self.in_sight), id=id)

    @property
    def keys(self) -> list[str]:
        return [card.key for card in self._cards]

    @property
    def in_sight(self) -> list[str]:
        """Keys of the panes that are shown."""
        return self.keys[self._first : self._first + self._abreast]

    def reader(self, key: str) -> Reader:
        """What takes the focus for a card."""
        return self._readers[key]

    async def show(self, key: str) -> None:
        """Bring a card's pair in sight."""
        at = self.keys.index(key)
        self._first = at - at % self._abreast
        pair = [self.panes[key] for key in self.in_sight]
        await self.mount(*(pane for pane in pair if not pane.is_attached))
        for pane in self.query_children(Pane):
            pane.display = pane in pair
        self.rewrite()

    async def on_resize(self, event: events.Resize) -> None:
        abreast = _ABREAST if event.size.width >= _ABREAST_FROM else 1
        if abreast != self._abreast and event.size.width:
            first = next((key for key, reader in self._readers.items() if reader.has_focus), self.keys[self._first])
            self._abreast = abreast
            self.set_class(abreast == 1, "-single")
            await self.show(first)

    def rewrite(self) -> None:
        """Ask the cards in sight for their lines again."""
        for card in self._cards[self._first : self._first + self._abreast]:
            self.panes[card.key].state = card.state()
            self._readers[card.key].rewrite()
