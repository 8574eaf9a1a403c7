"""Braille dots in cells: two columns and four rows of dots a cell, one owner a cell.

Where several series meet, the one drawn last owns the cell: a cell has one colour, and mixed dots would be read as
belonging to the wrong curve.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from labjournal.tui.glyphs import BRAILLE
from labjournal.tui.text import Span

# The dots of one column of a cell from its top down to the n-th, n = 0 to 4, in the bits of the Unicode braille
# block: left dots 1, 2, 3, 7 and right dots 4, 5, 6, 8.
_LEFT = np.array([0, 1, 1 | 2, 1 | 2 | 4, 1 | 2 | 4 | 64], dtype=np.uint8)
_RIGHT = np.array([0, 8, 8 | 16, 8 | 16 | 32, 8 | 16 | 32 | 128], dtype=np.uint8)
_SPACE = 32


class Layer:
    """The dots of one curve, kept so that new points redraw only their own columns."""

    def __init__(self, width: int, height: int) -> None:
        """An empty layer of ``width`` by ``height`` cells."""
        self.bits: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self.top: NDArray[np.intp] = np.zeros(2 * width, np.intp)
        self.bottom: NDArray[np.intp] = np.full(2 * width, -1, np.intp)

    def set(self, start: int, top: NDArray[np.intp], bottom: NDArray[np.intp]) -> None:
        """Set the dots from row ``top`` to row ``bottom`` of each dot column from ``start`` to the last.

        Dot rows count from 0 at the top to ``4 * height - 1``; a column with ``bottom < top`` stays empty.
        """
        self.top[start:], self.bottom[start:] = top, bottom
        cell = start // 2
        rows = 4 * np.arange(self.bits.shape[0])[:, None]
        before = np.minimum(np.maximum(self.top[2 * cell :] - rows, 0), 4)
        until = np.minimum(np.maximum(self.bottom[2 * cell :] + 1 - rows, 0), 4)
        # An empty column ends before it begins, so nothing of it is left.
        self.bits[:, cell:] = (_LEFT[until[:, ::2]] & ~_LEFT[before[:, ::2]]) | (
            _RIGHT[until[:, 1::2]] & ~_RIGHT[before[:, 1::2]]
        )


class Canvas:
    """``height`` by ``width`` cells to lay curves over each other and put signs in."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._dots: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self._owner: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self._signs: dict[int, dict[int, str]] = {}
        self._roles: list[str] = ["text"]

    def draw(self, bits: NDArray[np.uint8], role: str) -> None:
        """Lay a layer's dots over what is there."""
        owner = self._owner_of(role)
        hit = bits > 0
        np.copyto(self._dots, np.where(self._owner == owner, self._dots | bits, bits), where=hit)
        self._owner[hit] = owner

    def dashed(self, row: int, role: str) -> None:
        """A dashed line along a dot row: two dots, two gaps."""
        on = np.arange(2 * self.width) % 4 < 2
        layer = Layer(self.width, self.height)
        layer.set(0, np.full(2 * self.width, row), np.where(on, row, row - 1))
        self.draw(layer.bits, role)

    def put(self, column: int, row: int, sign: str, role: str) -> None:
        """One sign in a cell, over whatever dots are there; outside of the canvas it is left out."""
        if 0 <= column < self.width and 0 <= row < self.height:
            self._signs.setdefault(row, {})[column] = sign
            self._owner[row, column] = self._owner_of(role)

    def is_empty(self, column: int, row: int) -> bool:
        return not self._dots[row, column] and column not in self._signs.get(row, ())

    def rows(self) -> list[list[Span]]:
        """The cells as spans, row by row; an empty cell is a space."""
        codes = np.where(self._dots > 0, self._dots.astype("<u4") + BRAILLE, _SPACE).astype("<u4")
        lines = []
        for row in range(self.height):
            text = codes[row].tobytes().decode("utf-32-le")
            if row in self._signs:
                signs = list(text)
                for column, sign in self._signs[row].items():
                    signs[column] = sign
                text = "".join(signs)
            owner = self._owner[row]
            cuts = [0, *(np.flatnonzero(owner[1:] != owner[:-1]) + 1).tolist(), self.width]
            lines.append([(text[a:b], self._roles[owner[a]]) for a, b in pairwise(cuts)])
        return lines

    def _owner_of(self, role: str) -> int:
        if role not in self._roles:
            self._roles.append(role)
        return self._roles.index(role)
