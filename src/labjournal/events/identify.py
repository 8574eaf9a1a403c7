"""What a file is that is no event file, for the message."""

from __future__ import annotations

import re

_LFS = b"version https://git-lfs.github.com/spec/"

_MAGIC = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
    (b"\x89PNG", "a PNG image"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x80\x02", "a pickle"),
    (b"\x80\x04", "a pickle"),
    (b"\x80\x05", "a pickle"),
)


def is_lfs_pointer(head: bytes) -> bool:
    """Whether a file beginning with ``head`` is a git-lfs pointer."""
    return head.startswith(_LFS)


def describe(head: bytes) -> str:
    """A sentence about a file that begins with ``head`` and holds no record at all."""
    if is_lfs_pointer(head):
        size = re.search(rb"^size (\d+)$", head, re.MULTILINE)
        bytes_there = f" of {int(size[1])} bytes" if size else ""
        return f"a git-lfs pointer; the event file{bytes_there} was not fetched (git lfs pull)"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return f"{name}, not a TensorBoard event file"
    if not head.strip(b"\0"):
        return "filled with zero bytes, not a TensorBoard event file"
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # A character cut at the end of the head is no sign against text.
        text = "" if error.start < len(head) - 4 else head[: error.start].decode()
    if text and all(character.isprintable() or character in "\t\r\n\f\x1b" for character in text):
        return "a text file, not a TensorBoard event file"
    return "not a TensorBoard event file: no record with a right checksum in it"
