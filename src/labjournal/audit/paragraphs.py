"""Paragraphs, lists and printed blocks: lines that are read together, each of their places known by its line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labjournal.importers.document import Line

LONGEST = 4_000
"""Characters of a paragraph that is looked at as one."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that stand under each other without a blank one, joined by spaces; of code and output by line ends."""

    text: str
    starts: tuple[int, ...]
    """Where each line begins in the text."""
    first: int
    """Number of the first line."""
    printed: bool
    """It stands in a fence."""

    def line_at(self, offset: int) -> int:
        return self.first + bisect_right(self.starts, offset) - 1


def paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """All paragraphs of a text that hold a digit."""
    held: list[Line] = []
    for line in [*lines, Line(len(lines) + 1, "", "blank")]:
        if held and (line.kind != held[-1].kind or not line.text.strip()):
            paragraph = _joined(held)
            if len(paragraph.text) <= LONGEST and any(sign.isdigit() for sign in paragraph.text):
                yield paragraph
            held = []
        if line.kind in ("text", "code") and line.text.strip() and not line.code:
            held.append(line)


def _joined(lines: Sequence[Line]) -> Paragraph:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    printed = lines[0].kind == "code"
    return Paragraph(
        ("\n" if printed else " ").join(line.text for line in lines), tuple(starts), lines[0].number, printed
    )
