"""Writes scalars as a TensorBoard event file with nothing but the standard library, flushed at once.

Record: u64 length, u32 masked crc32c of it, data, u32 masked crc32c. Event fields: 1 wall_time (double), 2 step
(varint), 3 file_version, 5 summary; Summary.Value: 1 tag, 2 simple_value (float). Source: tensorflow/core/util/
event.proto and framework/summary.proto. The checksum in Python takes 0.08 us a byte; all values of one look go into
one record, so it is paid some times a minute.
"""

from __future__ import annotations

import os
import struct
import time
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from labjournal.watch.outbox import host_name


def _crc_table() -> List[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc_table()


def masked_crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), rotated and offset as TFRecord files want it."""
    crc = 0xFFFFFFFF
    table = _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(number: int) -> bytes:
    number &= 0xFFFFFFFFFFFFFFFF  # negative steps as protobuf writes an int64
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(key: int, payload: bytes) -> bytes:
    return bytes((key,)) + varint(len(payload)) + payload


def record(data: bytes) -> bytes:
    """One framed record."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc32c(length)) + data + struct.pack("<I", masked_crc32c(data))


def scalar_event(wall_time: float, step: int, values: Mapping[str, float]) -> bytes:
    """One Event with a Summary of several scalars (stored as float32, as every TensorBoard writer does)."""
    summary = b"".join(
        field(0x0A, field(0x0A, tag.encode("utf-8", "replace")) + b"\x15" + struct.pack("<f", _float32(value)))
        for tag, value in values.items()
    )
    return b"\x09" + struct.pack("<d", wall_time) + b"\x10" + varint(step) + field(0x2A, summary)


def _float32(value: float) -> float:
    return value if abs(value) <= 3.4028235e38 or value != value else float("inf") * (1 if value > 0 else -1)


class EventWriter:
    """One event file of this process below ``folder``, made at the first point; another after a fork."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path: Optional[str] = None
        self._pid = 0

    def add(self, step: int, values: Dict[str, float], wall_time: Optional[float] = None) -> None:
        """Append the values of one step. Raises OSError."""
        self.add_all([(step, values)], wall_time)

    def add_all(self, points: Sequence[Tuple[int, Dict[str, float]]], wall_time: Optional[float] = None) -> None:
        """Append the values of several steps by one write. Raises OSError."""
        wall = time.time() if wall_time is None else wall_time
        payload = b"".join(record(scalar_event(wall, step, values)) for step, values in points)
        if self._path is None or self._pid != os.getpid():
            payload = self._begin(wall) + payload
        assert self._path is not None
        fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o664)
        try:
            os.write(fd, payload)
        finally:
            os.close(fd)

    def _begin(self, wall: float) -> bytes:
        os.makedirs(self._folder, exist_ok=True)
        self._pid = os.getpid()
        name = f"events.out.tfevents.{int(wall)}.{host_name()}.{self._pid}.{os.urandom(2).hex()}"
        self._path = os.path.join(self._folder, name)
        return record(b"\x09" + struct.pack("<d", wall) + field(0x1A, b"brain.Event:2"))
