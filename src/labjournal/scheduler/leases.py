"""Who holds which GPU: locks on files that all users and journals of a machine share.

A lease is an flock on a file named by the GPU's UUID. The descriptor is handed from the dispatcher to the run's
supervisor and by it to the run's process, so the lock stands as long as any of them lives, and the kernel takes it
back when the last is gone, however it went. Nobody ever unlocks: a lock is one for all copies of its descriptor.

A whole GPU is one exclusive lock. A GPU shared by stated memory is a shared lock on the same file, and an exclusive
one on a share file that says how much. Looking and taking happen under one more lock, held for a moment.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import facts
from labjournal.errors import JournalUnavailableError

FOLDER_VARIABLE = "LABJOURNAL_LEASES"
_FOLDER = "labjournal-leases"
_BASES = ("/run/lock", "/var/tmp", "/tmp")
_SHARES = 64


class Holder(NamedTuple):
    """Who says to hold a lease."""

    run: str
    name: str
    user: str
    journal: str
    pid: int | None = None
    """Of whoever took it; the run's supervisor is a later process."""
    memory_bytes: int | None = None
    """How much of a shared GPU; None for a whole one."""
    since: str = ""


class Held(NamedTuple):
    """How a GPU stands."""

    whole: Holder | None
    shares: tuple[Holder, ...]

    @property
    def holders(self) -> tuple[Holder, ...]:
        return (self.whole, *self.shares) if self.whole else self.shares


def folder() -> Path:
    """The folder of all leases of this machine, made when it is missing. Raises JournalUnavailableError.

    Of places for everybody the first that is one: sticky, so that nobody can remove another's file, and writable for
    all, so that all users come to the same answer.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        place = Path(named)
    else:
        base = next((base for base in _BASES if _for_everybody(base)), None)
        if base is None:
            raise JournalUnavailableError(
                f"None of {', '.join(_BASES)} is a folder for all users, so GPUs cannot be leased.",
                f"Name one that is with {FOLDER_VARIABLE}.",
            )
        place = Path(base, _FOLDER)
    try:
        place.mkdir(parents=named is not None)
        place.chmod(0o1777)
    except FileExistsError:
        pass
    except OSError as error:
        raise JournalUnavailableError(f"{place} cannot be made: {error.strerror}.") from error
    return place


def _for_everybody(base: str) -> bool:
    try:
        mode = os.stat(base).st_mode
    except OSError:
        return False
    return stat.S_ISDIR(mode) and mode & 0o1777 == 0o1777


@contextmanager
def allocating(place: Path) -> Iterator[None]:
    """Nobody else on this machine looks or takes meanwhile. Raises OSError."""
    fd = _open(place / "allocation.lock")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def look(place: Path, uuid: str) -> Held:
    """Who holds a GPU now; to be called while ``allocating``. Raises OSError."""
    fd = _open(_gpu(place, uuid))
    try:
        if _lock(fd, fcntl.LOCK_EX):
            return Held(None, ())
        if not _lock(fd, fcntl.LOCK_SH):
            return Held(_holder(fd), ())
    finally:
        os.close(fd)
    return Held(None, tuple(_shares(place, uuid)))


def take_whole(place: Path, uuid: str, holder: Holder) -> list[int] | None:
    """Lease a whole GPU: the descriptors that hold it, None when somebody else does. While ``allocating``."""
    fd = _open(_gpu(place, uuid))
    if not _lock(fd, fcntl.LOCK_EX):
        os.close(fd)
        return None
    _say(fd, holder)
    return [fd]


def take_share(place: Path, uuid: str, holder: Holder) -> list[int] | None:
    """Lease a part of a GPU; whether it fits was looked at before. While ``allocating``."""
    fd = _open(_gpu(place, uuid))
    if not _lock(fd, fcntl.LOCK_SH):
        os.close(fd)
        return None
    for number in range(_SHARES):
        share = _open(_share(place, uuid, number))
        if _lock(share, fcntl.LOCK_EX):
            _say(share, holder)
            return [fd, share]
        os.close(share)
    os.close(fd)
    return None


def _shares(place: Path, uuid: str) -> Iterator[Holder]:
    for number in range(_SHARES):
        path = _share(place, uuid, number)
        if not path.exists():
            return
        fd = _open(path)
        try:
            if not _lock(fd, fcntl.LOCK_EX):
                yield _holder(fd)
        finally:
            os.close(fd)


def _gpu(place: Path, uuid: str) -> Path:
    return place / f"gpu-{uuid.replace(os.sep, '_')}"


def _share(place: Path, uuid: str, number: int) -> Path:
    return place / f"gpu-{uuid.replace(os.sep, '_')}.share-{number}"


def _open(path: Path) -> int:
    """Open a file of all users. Never O_CREAT on one that may stand: in a sticky folder the kernel refuses that for
    another user's file (``fs.protected_regular``)."""
    while True:
        try:
            return os.open(path, os.O_RDWR)
        except FileNotFoundError:
            try:
                fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
            except FileExistsError:
                continue
            os.fchmod(fd, 0o666)  # whatever the umask says
            return fd


def _lock(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _say(fd: int, holder: Holder) -> None:
    payload = json.dumps(holder._asdict() | {"since": holder.since or facts.now_iso()}).encode("ascii")
    os.ftruncate(fd, 0)
    os.pwrite(fd, payload, 0)


def _holder(fd: int) -> Holder:
    """Whoever holds the lock has written who he is; a half-written word names nobody."""
    try:
        raw: Mapping[str, Any] = json.loads(os.pread(fd, 65536, 0))
        return Holder(**{name: value for name, value in raw.items() if name in Holder._fields})
    except (ValueError, TypeError, AttributeError):
        return Holder(run="", name="somebody", user="", journal="")
