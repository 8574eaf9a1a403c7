"""The end of a log, fit to be shown: bounded reading, carriage returns collapsed as a terminal would."""

from __future__ import annotations

import os
from pathlib import Path

_BLOCK = 256 * 1024
_MOST_BYTES = 64 * 1024 * 1024


def tail(log: Path, lines: int) -> list[str]:
    """The last ``lines`` lines of a log, however large it is; [] when there is none. Raises OSError.

    A progress bar's many states between two newlines are one line, in its last state. Bytes that are not UTF-8
    become replacement signs. At most 64 MB are read back.
    """
    if lines <= 0:
        return []
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return []
    with file:
        end = file.seek(0, os.SEEK_END)
        start, found, blocks = end, 0, list[bytes]()
        while start > 0 and found <= lines and end - start < _MOST_BYTES:
            size = min(_BLOCK, start)
            start -= size
            file.seek(start)
            blocks.append(file.read(size))
            found += blocks[-1].count(b"\n")
    text = b"".join(reversed(blocks)).decode("utf-8", "replace")
    wanted = text.removesuffix("\n").split("\n")[-lines:] if text else []
    return [collapse(line) for line in wanted]


def collapse(line: str) -> str:
    """A line after its carriage returns: each piece overwrites the beginning of what stood there."""
    pieces = line.rstrip("\r").split("\r")
    shown = ""
    for piece in pieces:
        # tqdm pads with blanks; what a shorter piece leaves standing is what a terminal would leave standing.
        shown = piece + shown[len(piece) :] if "\x1b" not in piece else piece
    return shown
