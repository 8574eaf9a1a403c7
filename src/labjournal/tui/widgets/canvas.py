"""Braille dots in cells: two columns and four rows of dots a cell, one owner a cell.

Where several series meet, the one drawn last owns the cell: a cell has one colour, and mixed dots would be read as
belonging to the wrong curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from labjournal.tui.glyphs import BRAILLE
from labjournal.tui.text import Span


def _spans(*dots: int) -> NDArray[np.uint8]:
    """The bits of a cell's column from its b-th dot up to its n-th, at ``5 * b + n``; b and n are 0 to 4."""
    return np.array([sum(dots[before:until]) for before in range(5) for until in range(5)], np.uint8)


# Bits of the Unicode braille block: left dots 1, 2, 3, 7 and right dots 4, 5, 6, 8.
_LEFT, _RIGHT = _spans(1, 2, 4, 64), _spans(8, 16, 32, 128)
_SPACE = 32


class Layer:
    """The dots of one curve, kept so that new points redraw only their own columns."""

    def __init__(self, width: int, height: int) -> None:
        """An empty layer of ``width`` by ``height`` cells."""
        self.bits: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self.top: NDArray[np.intp] = np.zeros(2 * width, np.intp)
        self.bottom: NDArray[np.intp] = np.full(2 * width, -1, np.intp)
        self.changed = 0
        """The first cell that changed since a pile laid it."""

    def set(self, start: int, top: NDArray[np.intp], bottom: NDArray[np.intp]) -> None:
        """Set the dots from row ``top`` to row ``bottom`` of each dot column from ``start`` on, as many as are given.

        Dot rows count from 0 at the top to ``4 * height - 1``; a column with ``bottom < top`` stays empty.
        """
        stop = start + top.size
        self.top[start:stop], self.bottom[start:stop] = top, bottom
        cell, end = start // 2, (stop + 1) // 2
        self.changed = min(self.changed, cell)
        # In two bytes a number it takes half the time.
        rows = 4 * np.arange(self.bits.shape[0], dtype=np.int16)[:, None]
        before = np.minimum(np.maximum(self.top[2 * cell : 2 * end].astype(np.int16) - rows, 0), 4)
        until = np.minimum(np.maximum(self.bottom[2 * cell : 2 * end].astype(np.int16) + 1 - rows, 0), 4)
        # An empty column ends before it begins, so nothing of it is left.
        spans = 5 * before + until
        self.bits[:, cell:end] = _LEFT.take(spans[:, ::2]) | _RIGHT.take(spans[:, 1::2])


class Canvas:
    """``height`` by ``width`` cells to lay curves over each other and put signs in."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._dots: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self._owner: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self._signs: dict[int, dict[int, str]] = {}
        self._roles: list[str] = ["text"]
        self._before: Canvas | None = None
        self._rows: list[list[Span]] = []

    def after(self) -> Canvas:
        """A canvas with the same dots, to put signs in."""
        copy = Canvas(self.width, self.height)
        copy._dots, copy._owner, copy._roles = self._dots.copy(), self._owner.copy(), self._roles
        return copy

    def clear(self, start: int) -> None:
        """Take the dots away from cell ``start`` of each row on."""
        self._dots[:, start:] = 0
        self._owner[:, start:] = 0

    def draw(self, bits: NDArray[np.uint8], role: str, start: int = 0) -> None:
        """Lay a layer's dots over what is there, from cell ``start`` of each row on."""
        owner = self._owner_of(role)
        bits, dots, owners = bits[:, start:], self._dots[:, start:], self._owner[:, start:]
        hit = bits > 0
        np.copyto(dots, np.where(owners == owner, dots | bits, bits), where=hit)
        np.copyto(owners, owner, where=hit)

    def dashed(self, row: int, role: str, start: int = 0) -> None:
        """A dashed line along a dot row: two dots, two gaps."""
        on = np.arange(2 * self.width) % 4 < 2
        layer = Layer(self.width, self.height)
        layer.set(0, np.full(2 * self.width, row), np.where(on, row, row - 1))
        self.draw(layer.bits, role, start)

    def put(self, column: int, row: int, sign: str, role: str) -> None:
        """One sign in a cell, over whatever dots are there; outside of the canvas it is left out."""
        if 0 <= column < self.width and 0 <= row < self.height:
            self._signs.setdefault(row, {})[column] = sign
            self._owner[row, column] = self._owner_of(role)

    def is_empty(self, column: int, row: int) -> bool:
        return not self._dots[row, column] and column not in self._signs.get(row, ())

    def rows(self) -> list[list[Span]]:
        """The cells as spans, row by row; an empty cell is a space."""
        known, before = [False] * self.height, self._before
        if before is not None:
            same = (self._dots == before._dots).all(axis=1) & (self._owner == before._owner).all(axis=1)
            known = [
                bool(one) and self._signs.get(row) == before._signs.get(row) for row, one in enumerate(same.tolist())
            ]
        self._rows = [
            before._rows[row] if before is not None and known[row] else self._row(row) for row in range(self.height)
        ]
        self._before = None
        return self._rows

    def _row(self, row: int) -> list[Span]:
        dots = self._dots[row]
        text = np.where(dots > 0, dots.astype("<u4") + BRAILLE, _SPACE).astype("<u4").tobytes().decode("utf-32-le")
        if row in self._signs:
            signs = list(text)
            for column, sign in self._signs[row].items():
                signs[column] = sign
            text = "".join(signs)
        owner = self._owner[row]
        cuts = [0, *((owner[1:] != owner[:-1]).nonzero()[0] + 1).tolist(), self.width]
        return [(text[a:b], self._roles[owner[a]]) for a, b in pairwise(cuts)]

    def _owner_of(self, role: str) -> int:
        if role not in self._roles:
            self._roles.append(role)
        return self._roles.index(role)


class Pile:
    """Layers over each other, kept: where only the right part of some changed, only that is laid again."""

    def __init__(self) -> None:
        self._laid: Canvas | None = None
        self._last: Canvas | None = None
        self._of: tuple[object, ...] = ()

    def lay(
        self, width: int, height: int, dashes: Sequence[tuple[int, str]], layers: Sequence[tuple[Layer, str]]
    ) -> Canvas:
        """A canvas of its own with dashed lines (dot row, role) and over them the layers (layer, role), last on top."""
        of = (width, height, tuple(dashes), tuple(layers))
        start = min((layer.changed for layer, _ in layers), default=width)
        if self._laid is None or of != self._of:
            self._laid, self._of, self._last, start = Canvas(width, height), of, None, 0
        if start < width:
            self._laid.clear(start)
            for row, role in dashes:
                self._laid.dashed(row, role, start)
            for layer, role in layers:
                self._laid.draw(layer.bits, role, start)
                layer.changed = width
        canvas = self._laid.after()
        canvas._before, self._last = self._last, canvas
        return canvas
