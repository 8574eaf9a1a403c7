"""What can be wrong with an event file, as values: reading goes on wherever it can."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "corrupt",
    "undecodable",
    "unreadable_value",
    "torn",
    "stalled",
    "replaced",
    "missing",
    "denied",
    "unreachable",
    "foreign",
    "same_name",
]


class EventFileWarning(UserWarning):
    """An event file was read, but not all of it could be."""


@dataclass(frozen=True)
class Problem:
    """One thing that kept a part of a file from being read.

    Kinds: ``corrupt`` bytes do not match their checksum and were skipped; ``undecodable`` the checksum is
    right but the record is no event; ``unreadable_value`` a tensor of the scalars plugin that is no single
    number; ``torn`` the last record is unfinished (said only at the end of a final reading); ``stalled`` the
    file grew and nothing of it could be decoded; ``replaced`` another file has taken this one's place, or it
    was shortened or rewritten: what was read before is void; ``missing``, ``denied``, ``unreachable``,
    ``foreign`` the file is gone, may not be opened, fails to be read, or is something else; ``same_name``
    (of a folder) one of its series has the name of another folder's.
    """

    kind: Kind
    offset: int
    """Byte offset in the file."""
    message: str
    """For a person, without the path."""
    length: int = 0
    """Bytes concerned, where that can be said."""

    @property
    def fatal(self) -> bool:
        """True when nothing at all can be read while this stands."""
        return self.kind in ("missing", "denied", "unreachable", "foreign")


def from_os_error(error: OSError) -> Problem:
    """What an operating system error says about reading a file."""
    if isinstance(error, FileNotFoundError):
        return Problem("missing", 0, "there is no such file")
    if isinstance(error, PermissionError):
        return Problem("denied", 0, "it may not be read: permission denied")
    if isinstance(error, IsADirectoryError):
        return Problem("foreign", 0, "a folder, not a TensorBoard event file")
    if isinstance(error, io.UnsupportedOperation):
        return Problem("foreign", 0, "a pipe, socket or device, not a TensorBoard event file")
    return Problem("unreachable", 0, f"it cannot be read: {error.strerror or error}")
