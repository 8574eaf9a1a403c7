"""What a run printed, fit to be shown: bounded reading, carriage returns collapsed as a terminal would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 256 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_LONGEST = 1024 * 1024


def lines(log: Path) -> Iterator[str]:
    """All lines of a log, one at a time, collapsed; nothing when there is no log.

    Memory stays bounded: a progress bar of a gigabyte without a newline is collapsed as it is read, and another
    line is cut every megabyte.
    """
    held = b""
    for piece in pieces(log):
        *whole, held = (held + piece).split(b"\n")
        yield from (collapse(line.decode("utf-8", "replace")) for line in whole)
        if len(held) > _LONGEST:
            before, _, newest = held.rpartition(b"\r")
            if before and len(newest) <= _LONGEST:
                held = newest
            else:
                yield held.decode("utf-8", "replace")
                held = b""
    if held:
        yield collapse(held.decode("utf-8", "replace"))


def tail(log: Path, number: int) -> list[str]:
    """The last ``number`` lines, collapsed, however large the log is (at most 64 MB are read back)."""
    text = b"".join(pieces(log, number)).decode("utf-8", "replace")
    return [collapse(line) for line in text.removesuffix("\n").split("\n")] if text else []


def pieces(log: Path, number: int | None = None) -> Iterator[bytes]:
    """The bytes of a log, or of its last ``number`` lines; nothing when there is no log. Raises OSError."""
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return
    with file:
        end = file.seek(0, os.SEEK_END)
        file.seek(0 if number is None else _start_of(file.fileno(), end, number))
        while piece := file.read(_BLOCK):
            yield piece


def _start_of(fd: int, end: int, number: int) -> int:
    """Where the last ``number`` lines begin, in bytes."""
    if number <= 0 or end == 0:
        return end
    at = end - 1 if os.pread(fd, 1, end - 1) == b"\n" else end  # the newline at the end begins no line
    wanted = number
    while at > max(0, end - _MOST_BYTES):
        start = max(0, at - _BLOCK)
        block = os.pread(fd, at - start, start)
        found = block.count(b"\n")
        if found >= wanted:
            cut = len(block)
            for _ in range(wanted):
                cut = block.rindex(b"\n", 0, cut)
            return start + cut + 1
        wanted -= found
        at = start
    return at


def collapse(line: str) -> str:
    """A line after its carriage returns: each piece overwrites the beginning of what stood there."""
    shown = ""
    for piece in line.rstrip("\r").split("\r"):
        # Escapes have no width that could be counted here: such a piece replaces everything.
        shown = piece if "\x1b" in piece else piece + shown[len(piece) :]
    return shown
