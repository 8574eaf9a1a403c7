"""One turn of reading: from an offset to the end of what is there, over torn, damaged and foreign bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labjournal.events.checksum import UInt8s
from labjournal.events.columns import Gathered, SessionStart
from labjournal.events.decode import Decoder
from labjournal.events.framing import HEADER, OVERHEAD, PADDING, Frames, walk
from labjournal.events.identify import describe, is_lfs_pointer
from labjournal.events.problems import Problem
from labjournal.events.proto import HParam
from labjournal.events.resync import next_good_record
from labjournal.events.source import Source

_BLOCK = 4 << 20
"""Bytes decoded at a time: more costs memory, fewer cost calls."""

_SMALL = 4096
"""No block is smaller, so that a tiny limit still reads whole records."""

_LOOK = 512
"""Bytes from the start of a file that are enough to say what it is."""


@dataclass(frozen=True)
class Waiting:
    """What the last turn left unread at the end because it was bad and nothing good followed."""

    offset: int = -1
    size: int = 0
    """Of the file, then."""
    search_from: int = 0
    """Where the search for a good record goes on."""
    said: bool = False
    """Whether it was reported as stalled or foreign."""


class Turn:
    """The reading of one turn; its attributes are the outcome."""

    def __init__(self, source: Source, decoder: Decoder, offset: int, waiting: Waiting) -> None:
        self.offset = offset
        """Bytes done with: read, or given up as damaged."""
        self.waiting = Waiting()
        self.more = False
        self.records = 0
        self.gathered = Gathered()
        self.session_starts: list[SessionStart] = []
        self.problems: list[Problem] = []
        self.hparams: dict[str, HParam] = {}
        self._source = source
        self._decoder = decoder
        self._before = waiting
        self._damage: int | None = None
        self._buffer: UInt8s = np.empty(0, np.uint8)

    def run(self, max_bytes: int | None, *, final: bool) -> None:
        """Read until the end, or until about ``max_bytes`` are read."""
        size = self._source.size
        limit = size if max_bytes is None else min(size, self.offset + max_bytes)
        at, wanted, ended = self.offset, 0, False
        # Damage is never left half-way: the next turn would begin before it again.
        while not ended and (at < limit or (self._damage is not None and at < size)):
            block = max(wanted, min(_BLOCK, size - at, max(limit - at, _SMALL)))
            valid = self._load(at, block)
            frames = walk(self._buffer, valid)
            self._decode(frames, at)
            at += frames.used
            wanted = 0
            if frames.stop == "torn" and at + max(frames.needed, OVERHEAD) <= size and valid == block:
                wanted = frames.needed if frames.needed > _BLOCK or not frames.used else 0
                continue
            if frames.stop == "end":
                ended = valid < block
                continue
            onward = self._past_damage(at, frames, final)
            if onward is None:
                ended = True
            else:
                at = onward
        self.offset = at if self._damage is None else self._damage
        self.more = not ended and at < size
        if not self.more:
            self._end(at, final)

    def _load(self, at: int, block: int) -> int:
        if len(self._buffer) < block + PADDING:
            self._buffer = np.empty(block + PADDING, np.uint8)
        return self._source.read_into(self._buffer[:block], at)

    def _decode(self, frames: Frames, at: int) -> None:
        if not len(frames.starts):
            return
        decoded = self._decoder.decode(self._buffer, frames, at)
        self.gathered.add(decoded.columns, decoded.session_starts)
        self.session_starts += decoded.session_starts
        self.hparams.update(decoded.hparams)
        self.records += len(frames.starts) - len(decoded.damaged)
        self.problems += decoded.problems
        if self._damage is None and not len(decoded.damaged):
            return
        begins = frames.starts - HEADER + at
        is_bad = np.zeros(len(begins) + 1, bool)
        is_bad[decoded.damaged] = True
        if self._damage is not None and not is_bad[0]:
            self._skipped(self._damage, int(begins[0]))
        edges = np.flatnonzero(np.diff(is_bad[:-1].astype(np.int8), prepend=0))
        for edge in edges.tolist():
            if is_bad[edge]:
                self._damage = int(begins[edge]) if self._damage is None else self._damage
            elif self._damage is not None:
                self._skipped(self._damage, int(begins[edge]))

    def _past_damage(self, at: int, frames: Frames, final: bool) -> int | None:
        """Where a good record stands behind what stopped the walk at ``at``; None: wait, or the end."""
        if frames.stop == "torn" and not final:
            return None
        # A record with a sound header and a bad payload may have swallowed good ones: search inside it.
        damage = at if self._damage is None else self._damage
        start = damage + 1
        if self._before.offset == damage:
            start = max(start, self._before.search_from)
        good, search_from = next_good_record(self._source, start)
        if good is None:
            if frames.stop == "damaged":
                self._damage = damage
                self.waiting = Waiting(damage, self._source.size, search_from)
            return None
        self._skipped(damage, good)
        return good

    def _skipped(self, begin: int, end: int) -> None:
        message = f"{end - begin} bytes from byte {begin} on do not match their checksum and were skipped"
        self.problems.append(Problem("corrupt", begin, message, end - begin))
        self._damage = None

    def _end(self, at: int, final: bool) -> None:
        """Say what is to be said of what is left at the end of the file."""
        size, damage, before = self._source.size, self._damage, self._before
        unframed = damage is not None and self.waiting.offset == damage
        if self.offset == 0 and self.records == 0 and size:
            head = self._source.head(_LOOK)
            if is_lfs_pointer(head) or (unframed and damage == 0):
                self.problems.append(Problem("foreign", 0, describe(head)))
                return
        if damage is not None and final:
            self.offset = size if unframed else at
            self._skipped(damage, self.offset)
            self.waiting = Waiting()
        elif damage is not None:
            known = before.offset == damage
            said = known and before.said
            if known and size > before.size and not said:
                message = f"the file grows, but nothing from byte {damage} on can be decoded"
                self.problems.append(Problem("stalled", damage, message, size - damage))
                said = True
            search_from = self.waiting.search_from if unframed else damage + 1
            self.waiting = Waiting(damage, size, search_from, said)
        if final and self.offset < size:
            left = size - self.offset
            self.problems.append(Problem("torn", self.offset, f"the last record is unfinished ({left} bytes)", left))
