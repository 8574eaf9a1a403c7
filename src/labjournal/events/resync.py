"""Finding the way again after damaged bytes."""

from __future__ import annotations

import numpy as np

from labjournal.events import checksum
from labjournal.events.framing import FOOTER, HEADER, OVERHEAD, PADDING, candidates
from labjournal.events.source import Source

_WINDOW = 1 << 20


def next_good_record(source: Source, start: int) -> tuple[int | None, int]:
    """The first offset from ``start`` on where a whole record stands with both its checksums right.

    Returns it (None: there is none yet) and where the next search has to begin: before the first header
    whose record is not all there.
    """
    unfinished: int | None = None
    at = start
    window = np.empty(_WINDOW + PADDING, np.uint8)
    while at + OVERHEAD <= source.size:
        valid = source.read_into(window[:_WINDOW], at)
        for place, length in zip(*(column.tolist() for column in candidates(window, valid)), strict=True):
            here = at + place
            if here + OVERHEAD + length > source.size:
                unfinished = here if unfinished is None else unfinished
            elif _is_whole(source, here, length):
                return here, here
        if valid < _WINDOW:
            break
        at += _WINDOW - HEADER + 1
    fresh = max(start, source.size - HEADER + 1)
    return None, fresh if unfinished is None else min(unfinished, fresh)


def _is_whole(source: Source, at: int, length: int) -> bool:
    record = np.empty(length + FOOTER, np.uint8)
    if source.read_into(record, at + HEADER) < len(record):
        return False
    return checksum.matches(record[:length], int.from_bytes(record[length:].tobytes(), "little"))
