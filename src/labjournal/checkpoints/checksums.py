"""CRC-32 of the data of single tensors in a checkpoint: whether two hold the same numbers, without loading either.

The directory of a zip states one for each entry, and ``torch.save`` puts each tensor into an entry of its own;
safetensors states where each lies, so that small ones are read. Other formats tell nothing.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from labjournal.checkpoints.find import weights_in
from labjournal.checkpoints.formats import safetensors_header
from labjournal.checkpoints.tensors import UNREADABLE, outlined

MOST_BYTES = 4_000_000
"""Of a tensor in safetensors that is read."""
MOST_TENSORS = 64


def checksums(path: Path, wanted: Callable[[str], bool]) -> dict[str, int]:
    """By the names that ``tensor_names`` gives, of those that are wanted and have one of their own."""
    try:
        if path.is_dir():
            return {name: crc for part in weights_in(path) for name, crc in checksums(part, wanted).items()}
        if path.suffix.lower() == ".safetensors":
            return dict(_read(path, wanted))
        return _of_zip(path, wanted)
    except UNREADABLE:
        return {}


def _of_zip(path: Path, wanted: Callable[[str], bool]) -> dict[str, int]:
    tensors = outlined(path)
    keys = {name: one.storage for name, one in (tensors or {}).items() if one.storage is not None and wanted(name)}
    if not keys:
        return {}
    with zipfile.ZipFile(path) as archive:
        stated = {
            key: entry.CRC
            for entry in archive.infolist()
            for folder, _, key in [entry.filename.rpartition("/")]
            if folder.endswith("/data") and entry.compress_type == zipfile.ZIP_STORED
        }
    return {name: stated[key] for name, key in keys.items() if key in stated}


def _read(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, int]]:
    header = safetensors_header(path) or {}
    placed = [(name, _place(entry)) for name, entry in header.items() if name != "__metadata__" and wanted(name)]
    with path.open("rb") as file:
        begin = 8 + int(struct.unpack("<Q", file.read(8))[0])
        for name, (start, end) in [(name, place) for name, place in placed if place is not None][:MOST_TENSORS]:
            file.seek(begin + start)
            content = file.read(end - start)
            if len(content) == end - start:
                yield name, zlib.crc32(content)


def _place(entry: object) -> tuple[int, int] | None:
    """Where the data of a tensor lie behind the header, unless they are large."""
    match entry:
        case {"data_offsets": [int(start), int(end)]} if 0 <= start <= end <= start + MOST_BYTES:
            return start, end
    return None
