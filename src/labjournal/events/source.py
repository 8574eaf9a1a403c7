"""The bytes of one file that may grow, be shortened, be replaced or vanish between two looks."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from labjournal.events.checksum import UInt8s

_HASHED = 4096
"""Bytes before the offset whose hash tells whether the file is still the same."""

_PATH_CHECK = 16
"""An open file moved away by name is noticed at every this many idle looks; a deleted one at once."""

News = Literal["idle", "changed", "replaced"]


@dataclass(frozen=True)
class Place:
    """How far a file was read, and which file that was."""

    offset: int = 0
    device: int | None = None
    inode: int | None = None
    digest: str = ""
    """BLAKE2b-128 of the last 4,096 bytes before ``offset`` (fewer near the start), in hex."""

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Place:
        return cls(int(state["offset"]), state["device"], state["inode"], str(state["hash"]))

    def to_state(self) -> dict[str, Any]:
        return {"offset": self.offset, "device": self.device, "inode": self.inode, "hash": self.digest}


class Source:
    """One file by path.  Raises OSError as the operating system does; FileNotFoundError when it is gone."""

    def __init__(self, path: Path, *, reopen: bool) -> None:
        self.path = path
        self.size = 0
        self._reopen = reopen
        self._file: io.FileIO | None = None
        self._seen: tuple[int, int, int, int] | None = None
        self._idle_looks = 0

    @property
    def at_rest(self) -> tuple[io.FileIO, int] | None:
        """The open file and its length when last looked at; None where only a look can tell.

        Whoever follows hundreds of files asks all of them for their lengths at once, for a fiftieth of their looks.
        What a length cannot tell (rewritten, deleted, moved) is found by a look, after `suspect` by the very next one.
        """
        return None if self._file is None or self._seen is None or self._reopen else (self._file, self.size)

    def suspect(self) -> None:
        """Let the next look also ask whether the name still leads to this file."""
        self._idle_looks = _PATH_CHECK

    def look(self, place: Place) -> News:
        """What has happened to the file since ``place`` was stored."""
        if self._reopen:
            self.close()
        now = os.fstat((self._file or self._opened()).fileno())
        if now.st_nlink == 0 or self._idle_looks >= _PATH_CHECK:
            self._idle_looks = 0
            there = os.stat(self.path)
            if (there.st_dev, there.st_ino) != (now.st_dev, now.st_ino):
                self.close()
                now = self._status()
        seen = (now.st_ino, now.st_dev, now.st_size, now.st_mtime_ns)
        if seen == self._seen:
            self._idle_looks += 1
            return "idle"
        self._seen, self.size = seen, now.st_size
        # The device number of a network mount changes with a reboot: alone it says nothing.
        if place.inode not in (None, now.st_ino) or now.st_size < place.offset:
            return "replaced"
        return "changed" if self.digest(place.offset) == place.digest else "replaced"

    def place(self, offset: int) -> Place:
        """``offset`` as a place in the file as last looked at."""
        if self._seen is None:
            return Place()
        inode, device, _, _ = self._seen
        return Place(offset, device, inode, self.digest(offset))

    def digest(self, offset: int) -> str:
        """Hash of the bytes before ``offset``, as kept in `Place.digest`; empty at the start."""
        if not offset:
            return ""
        begin = max(0, offset - _HASHED)
        file = self._opened()
        file.seek(begin)
        return hashlib.blake2b(_read_all(file, offset - begin), digest_size=16).hexdigest()

    def read_into(self, buffer: UInt8s, offset: int) -> int:
        """Fill ``buffer`` from ``offset`` on; returns the bytes read, fewer only at the end of the file."""
        file, view = self._opened(), buffer.data
        file.seek(offset)
        filled = 0
        while filled < len(view):
            count = file.readinto(view[filled:])
            if not count:
                break
            filled += count
        return filled

    def head(self, size: int) -> bytes:
        """The first ``size`` bytes."""
        file = self._opened()
        file.seek(0)
        return _read_all(file, size)

    def forget(self) -> None:
        """Close the file and take the next look as the first."""
        self.close()
        self._seen = None

    def rest(self) -> None:
        """After a turn: nothing stays open where each look opens the file anew."""
        if self._reopen:
            self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _status(self) -> os.stat_result:
        return os.fstat(self._opened().fileno())

    def _opened(self) -> io.FileIO:
        if self._file is None:
            # Looked at first, because opening a named pipe would wait for a writer.
            mode = self.path.stat().st_mode
            if not stat.S_ISREG(mode):
                raise IsADirectoryError if stat.S_ISDIR(mode) else io.UnsupportedOperation
            self._file = io.FileIO(self.path, "rb")
        return self._file


def _read_all(file: io.FileIO, size: int) -> bytes:
    parts = []
    while size > 0:
        part = file.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
