"""Reading many records at once that differ only in wall time, step and the bytes of their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labjournal.events import checksum
from labjournal.events.checksum import UInt8s, UInt32s
from labjournal.events.columns import Int64s, Scalars
from labjournal.events.framing import FOOTER, HEADER, unaligned
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

    def rows(self, members: Indices, size: int) -> UInt8s:
        """Records of one size as rows of a matrix, each with the checksum behind it.

        Gathering them whole costs a sixth of gathering their words one by one (35 us for 8,000 records).
        """
        whole = unaligned(self.buffer, f"V{size + FOOTER}")
        rows: UInt8s = whole[self.starts[members]].view(np.uint8).reshape(-1, size + FOOTER)
        return rows


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

    def read(self, batch: Batch, group: Indices, points: Points, base: int) -> Indices:
        """Add the values of all members of ``group`` that equal this template and match their checksums.

        ``base`` is the file offset of the buffer.  Returns the members left over.
        """
        heads = batch.rests[group] - batch.starts[group]
        fits = batch.plain[group] & (batch.lengths[group] - heads == self.length)
        left = [group[~fits]]
        for head in np.flatnonzero(np.bincount(heads[fits])).tolist():
            members = group[fits & (heads == head)]
            rows = batch.rows(members, head + self.length)
            same = self._equal(rows, head)
            if not same.any():
                left.append(members)
                continue
            good = same.copy()
            good[same] = self._intact(rows if same.all() else rows[same], head)
            if not good.all():
                left.append(members[~good])
                members, rows = members[good], rows[good]
            if len(members):
                self._add(batch, members, rows, head, points, base)
        return np.sort(np.concatenate(left))

    def matches(self, record: bytes, head: int) -> bool:
        """Whether one record, whose rest begins at ``head``, equals this template."""
        rows = np.frombuffer(record + bytes(FOOTER), np.uint8).reshape(1, -1)
        return len(record) - head == self.length and bool(self._equal(rows, head)[0])

    def _equal(self, rows: UInt8s, head: int) -> NDArray[np.bool_]:
        """Which rows agree with the template outside wall time, step and values."""
        same = np.ones(len(rows), bool)
        for at, mask, expected in self.words:
            same &= (_column(rows, head + at, "<u8") & mask) == expected
        return same

    def _intact(self, rows: UInt8s, head: int) -> NDArray[np.bool_]:
        """Which rows, all equal to the template, match their checksums.

        The CRC of the first is the C library's, that of the others is it and what their differing bytes change.
        """
        size = head + self.length
        stored = _column(rows, size, "<u4")
        if sum(slot.size for slot in self.slots) > _MOST_VARIABLE:
            crcs = np.array([checksum.crc32c(row) for row in rows[:, :size]], np.uint32)
        else:
            table = checksum.contributions()
            change: UInt32s = np.zeros(len(rows), np.uint32)
            places = [*range(1, 9), *range(10, head)]
            for slot in self.slots:
                places += range(head + slot.at, head + slot.at + slot.size)
            for place in places:
                column = rows[:, place]
                # The top bytes of a clock hardly ever change, and a constant byte changes nothing.
                if column[0] != column[-1] or (column != column[0]).any():
                    change ^= table[size - 1 - place][column]
            crcs = change ^ np.uint32(int(change[0]) ^ checksum.crc32c(rows[0, :size]))
        good: NDArray[np.bool_] = checksum.masked_all(crcs) == stored
        return good

    def _add(self, batch: Batch, members: Indices, rows: UInt8s, head: int, points: Points, base: int) -> None:
        offsets = batch.starts[members] + (base - HEADER)
        steps, wall_times = batch.steps[members], _column(rows, 1, "<f8").copy()
        for tag, plugin in self.plugins:
            points.name_plugin(tag, plugin, int(offsets[0]))
        for tag, slot in zip(self.tags, self.slots, strict=True):
            values = widened(_column(rows, head + slot.at, storage(slot.dtype)), slot.dtype)
            points.add(tag, offsets + slot.value, Scalars(steps, wall_times, values), tensor=slot.tensor)


def _column(rows: UInt8s, at: int, dtype: str) -> NDArray[Any]:
    """The values that stand at byte ``at`` of each row, as a view."""
    return np.ndarray((len(rows),), dtype, rows.data, offset=at, strides=(rows.shape[1],))


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
