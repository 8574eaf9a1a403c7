"""The little of protobuf's wire format that can be told without protobuf.

Two questions, both answered only when the answer is certain: where in a record do the bytes of its values
stand (so that its likes can be read by position), and does a long record surely hold no scalar (so that it
need not be parsed).  Anything unexpected (an unknown field, one given twice, an odd order) is "do not know".
"""

from __future__ import annotations

from dataclasses import dataclass

from labjournal.events.tensors import SIZES

_VARINT, _FIXED64, _LEN, _FIXED32 = 0, 1, 2, 5
_WIDTH = {_FIXED64: 8, _FIXED32: 4}
_DT_FLOAT, _DT_DOUBLE = 1, 2
_ONE_BY = b"\x12\x02\x08\x01"
"""TensorShapeProto: a dimension of size 1."""


class _OddError(Exception):
    """The bytes are not laid out in the one way that is understood here."""


@dataclass(frozen=True)
class Slot:
    """The bytes of one value inside a record."""

    value: int
    """Which of the event's values."""
    at: int
    """Offset from the start of the summary field."""
    dtype: int
    """TensorFlow data type number (1: float32)."""
    tensor: bool
    """In a tensor, so that it counts only under the scalars plugin."""

    @property
    def size(self) -> int:
        return SIZES[self.dtype]


def value_slots(rest: bytes) -> list[Slot] | None:
    """Where the values stand in an event whose bytes after wall time and step are ``rest``.

    None unless ``rest`` is one summary, each of whose values is one plain number of fixed width.
    """
    try:
        (summary,) = _fields(rest, 0, len(rest))
        number, kind, begin, end = summary
        if (number, kind) != (5, _LEN):
            return None
        slots = []
        for index, (number, kind, at, stop) in enumerate(_fields(rest, begin, end)):
            if (number, kind) != (1, _LEN):
                return None
            slots.append(_slot(rest, index, at, stop))
    except (_OddError, ValueError, IndexError):
        return None
    return slots or None


def surely_no_scalar(head: bytes, length: int) -> bool:
    """True when a record of ``length`` bytes that begins with ``head`` cannot hold a scalar.

    True for a graph, run metadata, and for one histogram, image or audio clip that fills the whole record.
    """
    try:
        at = 9 if head[0] == 0x09 else 0
        if head[at] == 0x10:
            _, at = _varint(head, at + 1)
        number, kind, at, end = _field(head, at)
        if kind != _LEN or end != length:
            return False
        if number in (4, 8, 9):
            return True
        number, kind, at, end = _field(head, at)
        if (number, kind) != (1, _LEN) or end != length:
            return False
        number, kind, _, at = _field(head, at)
        if (number, kind) != (1, _LEN):
            return False
        number, kind, _, end = _field(head, at)
        return kind == _LEN and end == length and number in (4, 5, 6)
    except IndexError:
        return False


def _slot(data: bytes, index: int, at: int, stop: int) -> Slot:
    seen = _distinct(data, at, stop)
    if 1 not in seen or not seen.keys() <= {1, 2, 8, 9} or (2 in seen) == (8 in seen):
        raise _OddError
    if 2 in seen:
        kind, begin, _ = seen[2]
        if kind != _FIXED32:
            raise _OddError
        return Slot(index, begin, _DT_FLOAT, tensor=False)
    kind, begin, end = seen[8]
    if kind != _LEN:
        raise _OddError
    inner = _distinct(data, begin, end)
    dtype_kind, dtype_at, _ = inner.pop(1, (None, 0, 0))
    shape_kind, shape_at, shape_end = inner.pop(2, (_LEN, 0, 0))
    inner.pop(3, None)
    if dtype_kind != _VARINT or shape_kind != _LEN or len(inner) != 1:
        raise _OddError
    shape = data[shape_at:shape_end]
    if shape != _ONE_BY * (len(shape) // len(_ONE_BY)):
        raise _OddError
    dtype, _ = _varint(data, dtype_at)
    ((number, (kind, begin, end)),) = inner.items()
    by_position = number == 4 or (number, dtype) in ((5, _DT_FLOAT), (6, _DT_DOUBLE))
    if not by_position or kind == _VARINT or SIZES.get(dtype) != end - begin:
        raise _OddError
    return Slot(index, begin, dtype, tensor=True)


def _distinct(data: bytes, at: int, stop: int) -> dict[int, tuple[int, int, int]]:
    found = {}
    for number, kind, begin, end in _fields(data, at, stop):
        if number in found:
            raise _OddError
        found[number] = (kind, begin, end)
    return found


def _fields(data: bytes, at: int, stop: int) -> list[tuple[int, int, int, int]]:
    found = []
    while at < stop:
        number, kind, begin, end = _field(data, at)
        found.append((number, kind, begin, end))
        at = end
    if at != stop:
        raise _OddError
    return found


def _field(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Number, wire type, begin and end of the content of the field at ``at``."""
    key, at = _varint(data, at)
    number, kind = key >> 3, key & 7
    if kind == _VARINT:
        _, end = _varint(data, at)
        return number, kind, at, end
    if kind == _LEN:
        size, at = _varint(data, at)
        return number, kind, at, at + size
    if kind not in _WIDTH:
        raise IndexError
    return number, kind, at, at + _WIDTH[kind]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
        shift += 7
