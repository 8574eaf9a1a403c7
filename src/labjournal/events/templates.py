"""Reading many records at once that differ only in wall time, step and the bytes of their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labjournal.events import checksum
from labjournal.events.checksum import UInt8s, UInt32s
from labjournal.events.columns import Int64s, Scalars
from labjournal.events.framing import HEADER, unaligned
from labjournal.events.points import Points
from labjournal.events.proto import Event
from labjournal.events.tensors import storage, widened
from labjournal.events.wire import Slot, value_slots

Indices = NDArray[np.intp]

_STEP_BYTES = 7
"""Step varints longer than this (2**49 and more, negative ones) go through protobuf."""

_MOST_VARIABLE = 48
"""Bytes of values in a record above which one C call a record beats the table look-ups."""

_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Batch:
    """Plain-sized records of one buffer, with what is alike about them worked out for all at once.

    A plain record is: 0x09, eight bytes of wall time, then 0x10 and a step varint (or nothing: step 0), then
    the rest, which begins with 0x2a (summary).
    """

    buffer: UInt8s
    starts: Int64s
    lengths: Int64s
    steps: Int64s
    rests: Int64s
    """Offset in the buffer where the rest begins."""
    plain: NDArray[np.bool_]
    keys: NDArray[np.uint16]
    """Hash of the first tag and of the length of the rest."""
    views: dict[str, NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, buffer: UInt8s, starts: Int64s, lengths: Int64s) -> Batch:
        words = unaligned(buffer, "<u8").view(np.uint64)
        steps, used, plain = _steps(words[starts + 9])
        rests = starts + 9 + used
        plain &= buffer[starts] == 0x09
        plain &= buffer[rests] == 0x2A
        rest_lengths = lengths - 9 - used
        keys = _keys(buffer, words, rests, rest_lengths)
        return cls(buffer, starts, lengths, steps, rests, plain, keys)

    def groups(self) -> Iterator[Indices]:
        """Indices of records with one key, ascending in each group."""
        order = np.argsort(self.keys, kind="stable")  # 16 bits: a radix sort
        keys = self.keys[order]
        cuts = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        yield from np.split(order, cuts)

    def rest_at(self, index: int) -> int:
        """Where in its record the rest of one begins."""
        return int(self.rests[index] - self.starts[index])

    def record(self, index: int) -> UInt8s:
        at = int(self.starts[index])
        return self.buffer[at : at + int(self.lengths[index])]

    def stored(self, index: int) -> int:
        """The masked CRC written behind one record."""
        return int(self.view("<u4")[self.starts[index] + self.lengths[index]])

    def view(self, dtype: str) -> NDArray[Any]:
        if dtype not in self.views:
            self.views[dtype] = unaligned(self.buffer, dtype)
        return self.views[dtype]


@dataclass(frozen=True)
class Template:
    """A record pattern: the bytes that must agree, and the slots whose bytes are the values."""

    length: int
    """Bytes of the rest."""
    slots: tuple[Slot, ...]
    tags: tuple[str, ...]
    """Tag of each slot."""
    plugins: tuple[tuple[str, str], ...]
    """(tag, plugin) as named by the record."""
    words: tuple[tuple[int, np.uint64, np.uint64], ...]
    """(offset in the rest, mask, expected) for every eight bytes."""

    @classmethod
    def of(cls, record: bytes, rest_at: int, event: Event) -> Template | None:
        """The pattern of a sound record, or None when its bytes cannot be told apart with certainty."""
        rest = record[rest_at:]
        slots = value_slots(rest)
        if slots is None or len(rest) < 8 or len(slots) != len(event.values):
            return None
        for slot, value in zip(slots, event.values, strict=True):
            stored = np.frombuffer(rest, storage(slot.dtype), 1, slot.at)
            number = widened(stored, slot.dtype)[0]
            same = value.number is not None and (
                number == value.number or (number != number and value.number != value.number)
            )
            if slot.tensor != value.tensor or not same:
                return None
        fixed = bytearray(b"\xff" * len(rest))
        for slot in slots:
            fixed[slot.at : slot.at + slot.size] = bytes(slot.size)
        words = []
        for at in [*range(0, len(rest) - 8, 8), len(rest) - 8]:
            mask = np.uint64(int.from_bytes(fixed[at : at + 8], "little"))
            words.append((at, mask, np.uint64(int.from_bytes(rest[at : at + 8], "little")) & mask))
        tags = tuple(value.tag for value in event.values)
        return cls(len(rest), tuple(slots), tags, tuple(event.plugins), tuple(words))

    def equals(self, batch: Batch, members: Indices) -> NDArray[np.bool_]:
        """Which members equal this template outside wall time, step and values."""
        rests = batch.rests[members]
        ends = batch.starts[members] + batch.lengths[members]
        same: NDArray[np.bool_] = batch.plain[members] & (ends - rests == self.length)
        words = batch.view("<u8")
        if not same.all():
            rests = np.where(same, rests, batch.rests[members[0]])
        for at, mask, expected in self.words:
            same &= (words[np.minimum(rests + at, len(words) - 1)] & mask) == expected
        return same

    def intact(self, batch: Batch, members: Indices) -> NDArray[np.bool_]:
        """Which members, all equal to this template, match their checksums."""
        good = np.zeros(len(members), bool)
        if sum(slot.size for slot in self.slots) > _MOST_VARIABLE:
            for place, member in enumerate(members.tolist()):
                good[place] = checksum.matches(batch.record(member), batch.stored(member))
            return good
        heads = batch.rests[members] - batch.starts[members]
        for head in np.unique(heads).tolist():
            chosen = np.flatnonzero(heads == head)
            good[chosen] = self._intact(batch, batch.starts[members[chosen]], head)
        return good

    def _intact(self, batch: Batch, starts: Int64s, head: int) -> NDArray[np.bool_]:
        """The CRC of the first by the C library, of the others by what their differing bytes change in it."""
        size = head + self.length
        table, buffer = checksum.contributions(), batch.buffer
        change: UInt32s = np.zeros(len(starts), np.uint32)
        places = [*range(1, 9), *range(10, head)]
        for slot in self.slots:
            places += range(head + slot.at, head + slot.at + slot.size)
        for place in places:
            column = buffer[starts + place]
            # The top bytes of a clock hardly ever change; a constant byte changes nothing.
            if (column != column[0]).any():
                change ^= table[size - 1 - place][column]
        first = int(starts[0])
        crc = checksum.crc32c(buffer[first : first + size])
        crcs = change ^ np.uint32(int(change[0]) ^ crc)
        stored: UInt32s = batch.view("<u4")[starts + size]
        good: NDArray[np.bool_] = checksum.masked_all(crcs) == stored
        return good

    def read(self, batch: Batch, members: Indices, points: Points, base: int) -> None:
        """Add the values of members that are equal and intact."""
        if not len(members):
            return
        starts, rests = batch.starts[members], batch.rests[members]
        offsets = starts + (base - HEADER)
        steps, wall_times = batch.steps[members], batch.view("<f8")[starts + 1]
        for tag, plugin in self.plugins:
            points.name_plugin(tag, plugin, int(offsets[0]))
        for tag, slot in zip(self.tags, self.slots, strict=True):
            values = widened(batch.view(storage(slot.dtype))[rests + slot.at], slot.dtype)
            points.add(tag, offsets, Scalars(steps, wall_times, values), tensor=slot.tensor)


def _steps(words: NDArray[np.uint64]) -> tuple[Int64s, Int64s, NDArray[np.bool_]]:
    """Steps out of the eight bytes after the wall time; bytes they take; whether they could be told."""
    present = (words & np.uint64(0xFF)) == np.uint64(0x10)
    rest = np.where(present, words >> np.uint64(8), np.uint64(0))
    steps = (rest & np.uint64(0x7F)).astype(np.int64)
    used = np.where(present, 2, 0)
    going = (rest & np.uint64(0x80)) != 0
    for place in range(1, _STEP_BYTES):
        if not going.any():
            break
        rest >>= np.uint64(8)
        steps |= np.where(going, (rest & np.uint64(0x7F)).astype(np.int64) << (7 * place), 0)
        used += going
        going &= (rest & np.uint64(0x80)) != 0
    return steps, used, ~going


def _keys(buffer: UInt8s, words: NDArray[np.uint64], rests: Int64s, rest_lengths: Int64s) -> NDArray[np.uint16]:
    """Hash of each record's first tag, all of it, and of the length of its rest.

    Only how records are grouped depends on it, never what is read: positions are clamped, not checked.
    """
    last = len(buffer) - 9
    at = rests + 1
    for _ in range(2):  # the lengths of summary and value, each followed by the key of the next field
        at += 2 + (buffer[np.minimum(at, last)] > 127)
    at = np.minimum(at, last)
    size = buffer[at].astype(np.int64)
    two = size > 127
    if two.any():
        size = np.where(two, (size & 127) | (buffer[at + 1].astype(np.int64) << 7), size)
        at = at + two
    at = at + 1
    size = np.minimum(size, np.maximum(rest_lengths, 0))
    key = rest_lengths.astype(np.uint64) * _ODD
    for offset in range(0, int(size.max(initial=0)), 8):
        left = np.clip(size - offset, 0, 8)
        key = (key ^ (words[np.minimum(at + offset, len(words) - 1)] & _MASKS[left])) * _ODD
        key ^= key >> np.uint64(32)
    return (key >> np.uint64(48)).astype(np.uint16) ^ key.astype(np.uint16)
