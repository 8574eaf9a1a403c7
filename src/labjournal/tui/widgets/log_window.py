"""A window of lines over a log of any size: read by blocks from wherever the eye is, never whole.

A gigabyte opens by its last block; lines before and after are read when the window is scrolled to its edge. Carriage
returns are collapsed as a terminal would: of a progress bar only its last state is a line. All calls touch the disk
and belong on a worker thread, one at a time.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK = 256 * 1024
"""Bytes read at once: about 3,000 lines, under 1 ms from a warm disk."""
KEPT = 8 * 1024 * 1024
"""Bytes of log the window spans at most."""
LONGEST = 4096
"""Bytes of one line that are shown; what follows is cut."""
_CUT = " …"


@dataclass(frozen=True, slots=True)
class Change:
    """What a call did to the window's lines."""

    before: int = 0
    """Lines added before the first; negative for lines dropped there."""
    after: int = 0
    """Lines added after the last; negative for lines dropped there."""
    fresh: bool = False
    """The window is about another place or another file: nothing kept its number."""


def _text(line: bytes) -> str:
    shown = line.rstrip(b"\r")
    shown = shown[shown.rfind(b"\r") + 1 :]
    if len(shown) > LONGEST:
        return shown[:LONGEST].decode(errors="replace") + _CUT
    return shown.decode(errors="replace")


class LogWindow:
    """Lines of a file around one place."""

    def __init__(self, path: Path, block: int = BLOCK, kept: int = KEPT) -> None:
        """A window over a file that need not exist yet.

        Args:
            path: The log.
            block: Bytes read at once.
            kept: Bytes the window spans at most; two blocks at least.
        """
        self.path = path
        self.lines: list[str] = []
        self._starts: list[int] = []
        self._block = block
        self._kept = max(kept, 2 * block)
        self._file: BinaryIO | None = None
        self._inode: tuple[int, int] | None = None
        self.size = 0
        """Bytes of the file when last looked at."""
        self._end = 0
        """Where the next line begins that is not in the window; before an unfinished last line."""
        self._open = False
        """The last line in the window has no newline yet."""
        self._open_length = 0
        self._counted_to = 0
        self.new_lines = 0
        """Lines written after the window's end since it stopped following."""

    @property
    def at_start(self) -> bool:
        return not self._starts or self._starts[0] == 0

    @property
    def at_end(self) -> bool:
        return self._end + self._open_length >= self.size

    @property
    def end(self) -> int:
        """The byte up to which whole lines are in the window."""
        return self._end

    @property
    def share(self) -> float:
        """Where the window begins in the file, 0 to 1."""
        return self._starts[0] / self.size if self._starts and self.size else 0.0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def look(self) -> bool:
        """Notice the file's size; True when it is another file than before or was shortened.

        Raises:
            OSError: The file cannot be opened (it may not exist yet).
        """
        status = self.path.stat()
        inode = (status.st_dev, status.st_ino)
        replaced = self._inode is not None and (inode != self._inode or status.st_size < self._end)
        if self._file is None or inode != self._inode:
            self.close()
            # Not closed here: kept open for the window's life, so that a log that is moved away stays readable.
            self._file = self.path.open("rb")
        self._inode, self.size = inode, status.st_size
        return replaced

    def _read(self, start: int, stop: int) -> bytes:
        if self._file is None:
            return b""
        return os.pread(self._file.fileno(), max(0, stop - start), start)

    def tail(self) -> Change:
        """The window over the end of the file."""
        return self._begin(max(0, self.size - self._block), self.size)

    def head(self) -> Change:
        """The window over the beginning of the file."""
        return self._begin(0, min(self.size, self._block))

    def _begin(self, start: int, stop: int) -> Change:
        data = self._read(start, stop)
        if start:
            # The block begins inside a line: skip it, unless the whole block is one line.
            skip = data.find(b"\n") + 1
            start, data = start + skip, data[skip:]
        self.lines, self._starts, self._end, self._open = [], [], start, False
        self._take(start, data)
        self._counted_to, self.new_lines = self._end, 0
        return Change(after=len(self.lines), fresh=True)

    def _take(self, start: int, data: bytes) -> None:
        """Add lines from ``data``, which begins at a line's start; the last may be unfinished."""
        *whole, rest = data.split(b"\n")
        for line in whole:
            self._starts.append(start)
            self.lines.append(_text(line))
            start += len(line) + 1
        # Of a progress bar only the last state counts: later calls need not read the overwritten ones again.
        gone = rest.rfind(b"\r", 0, len(rest.rstrip(b"\r"))) + 1
        start, rest = start + gone, rest[gone:]
        self._open = bool(rest.strip(b"\r"))
        if self._open:
            self._starts.append(start)
            self.lines.append(_text(rest))
        self._end, self._open_length = start, len(rest)
        if len(rest) >= self._block:
            # A line longer than a block is shown in pieces, or reading would never get past it.
            self._end, self._open, self._open_length = start + len(rest), False, 0

    def after(self) -> Change:
        """Read on after the window's end, one block."""
        if self._end >= self.size:
            return Change()
        before = len(self.lines)
        if self._open:
            self.lines.pop()
            self._starts.pop()
        self._take(self._end, self._read(self._end, min(self.size, self._end + self._block)))
        added = len(self.lines) - before
        dropped = self._drop_first()
        self._counted_to = max(self._counted_to, self._end)
        return Change(before=-dropped, after=added)

    def _drop_first(self) -> int:
        dropped = 0
        while self._starts and self._end - self._starts[dropped] > self._kept and dropped + 1 < len(self._starts):
            dropped += 1
        del self.lines[:dropped], self._starts[:dropped]
        return dropped

    def before(self) -> Change:
        """Read on before the window's start, one block."""
        if self.at_start:
            return Change()
        stop = self._starts[0]
        start = max(0, stop - self._block)
        data = self._read(start, stop)
        if start and (skip := data.find(b"\n", 0, len(data) - 1) + 1):
            start, data = start + skip, data[skip:]
        lines, starts, at = [], [], start
        for line in data.removesuffix(b"\n").split(b"\n"):
            lines.append(_text(line))
            starts.append(at)
            at += len(line) + 1
        self.lines[:0], self._starts[:0] = lines, starts
        return Change(before=len(lines), after=-self._drop_last())

    def _drop_last(self) -> int:
        dropped = 0
        first = self._starts[0]
        while dropped + 1 < len(self._starts) and self._starts[-1 - dropped] - first > self._kept:
            dropped += 1
        if dropped:
            self._end, self._open, self._open_length = self._starts[-dropped], False, 0
            del self.lines[-dropped:], self._starts[-dropped:]
        return dropped

    def count_new(self) -> int:
        """Lines that were written after the window's end, counted without keeping them."""
        while self._counted_to < self.size:
            data = self._read(self._counted_to, min(self.size, self._counted_to + 16 * self._block))
            if not data:
                break
            self.new_lines += data.count(b"\n")
            self._counted_to += len(data)
        return self.new_lines
