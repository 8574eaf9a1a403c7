"""Is a checkpoint whole? Told from its own structure, with a few small reads and without loading anything.

Formats that end with a proof (the directory of a zip, the offsets of safetensors, the end address of HDF5) are
judged by it. For the others only time can tell: a file whose size and mtime stood still for a while is taken as whole.
"""

from __future__ import annotations

import json
import os
import struct
from enum import StrEnum
from pathlib import Path

HEADER_LIMIT_BYTES = 100_000_000  # the limit of the safetensors library itself
_ZIP_END = b"PK\5\6"
_ZIP_END_64 = b"PK\6\6"
_ZIP_TAIL_BYTES = 22 + 65_535 + 76
_HDF5 = b"\x89HDF\r\n\x1a\n"


class Whole(StrEnum):
    """What the structure of a file says."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"
    """The format has no mark of its end."""
    FOREIGN = "foreign"
    """Not a checkpoint, whatever its name: a git-lfs pointer, a text, a web page."""


def whole(path: Path) -> Whole:
    """Judge one file by its structure. Raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(64)
        if size == 0:
            return Whole.NO
        if head.startswith(b"version https://git-lfs"):
            return Whole.FOREIGN
        if path.suffix.lower() == ".safetensors":
            return _safetensors(path, head, size)
        if head.startswith(b"PK\3\4"):
            file.seek(max(0, size - _ZIP_TAIL_BYTES))
            return _zip(file.read(_ZIP_TAIL_BYTES), size)
        if head.startswith(_HDF5):
            return _hdf5(head, size)
        if path.suffix.lower() in (".npz", ".keras", ".h5", ".hdf5"):
            return Whole.NO if not head.strip(b"\0") else Whole.FOREIGN
        if head[:1] in (b"\x80", b"\x8a"):  # a pickle: torch before 1.6, and everything saved by pickle itself
            return Whole.CANNOT_TELL
        return Whole.NO if not head.strip(b"\0") else Whole.FOREIGN


def _safetensors(path: Path, head: bytes, size: int) -> Whole:
    if not head.strip(b"\0"):
        return Whole.NO
    if size > 8 and (struct.unpack("<Q", head[:8])[0] > HEADER_LIMIT_BYTES or head[8:9] != b"{"):
        return Whole.FOREIGN
    return Whole.NO if safetensors_header(path) is None else Whole.YES


def safetensors_header(path: Path) -> dict[str, object] | None:
    """The header of a safetensors file whose data is all there, else None. Raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        if len(start) < 8:
            return None
        length = int(struct.unpack("<Q", start)[0])
        if length > min(HEADER_LIMIT_BYTES, size - 8):
            return None
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            return None
    if not isinstance(header, dict):
        return None
    ends = []
    for name, entry in header.items():
        if name != "__metadata__":
            offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
            if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(one) is int for one in offsets):
                return None
            ends.append(offsets[1])
    return header if 8 + length + max(ends, default=0) <= size else None


def _zip(tail: bytes, size: int) -> Whole:
    """A zip is written from front to back and its directory last, so the mark of the end says that all is there."""
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < 22:
        return Whole.NO
    length, offset = struct.unpack("<II", tail[at + 12 : at + 20])
    if offset == 0xFFFFFFFF or length == 0xFFFFFFFF:
        return Whole.YES if _ZIP_END_64 in tail[:at] else Whole.NO
    end = size - (len(tail) - at)
    return Whole.YES if offset + length <= end else Whole.NO


def _hdf5(head: bytes, size: int) -> Whole:
    """Compare the end address in the superblock with the size (HDF5 file format, II.A; offsets of 8 bytes)."""
    version = head[8]
    place, width = (40, head[13]) if version in (0, 1) else (28, head[9])
    if version == 1:
        place = 44
    if version > 3 or width != 8:
        return Whole.CANNOT_TELL
    end = int(struct.unpack("<Q", head[place : place + 8])[0])
    return Whole.YES if 0 < end <= size else Whole.NO
