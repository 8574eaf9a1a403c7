"""The files of a run that tell its story: written beside and renamed, so that nobody ever reads half of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labjournal import facts
from labjournal.facts import Fact

_RESERVED = 4096
"""Bytes kept free for the end of a run: a block of most file systems, several times the longest end."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


def write(path: Path, fact: Fact, sync: bool = False) -> None:
    """Put a fact into a file of its own, replacing what stood there. Raises OSError."""
    _replace(path, facts.encode(fact), sync)


def reserve(path: Path) -> None:
    """Take room on the disk now for a fact that `write_reserved` will put into ``path`` later, as far as it can be."""
    reserved = _reserve_of(path)
    try:
        _fill(reserved, b"\n" * _RESERVED, sync=False)
    except FileExistsError:  # taken by an earlier attempt
        return
    except OSError:  # full already: then writing waits
        _forget(reserved)


def write_reserved(path: Path, fact: Fact) -> None:
    """As a synced `write`; on a full disk the room taken by `reserve` serves. Raises OSError."""
    payload, reserved = facts.encode(fact), _reserve_of(path)
    try:
        _replace(path, payload, sync=True)
    except OSError as error:
        if error.errno not in _FULL or len(payload) > _RESERVED or not reserved.exists():
            raise
        fd = os.open(reserved, os.O_WRONLY)
        try:
            os.write(fd, payload)
            os.ftruncate(fd, len(payload))
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(reserved, path)
    _forget(reserved)


def _reserve_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.reserve")


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Put a plain object into a file of its own, replacing what stood there. Raises OSError."""
    _replace(path, (facts.dumps(value) + "\n").encode("utf-8", "replace"), sync=False)


def _replace(path: Path, payload: bytes, sync: bool) -> None:
    beside = _beside(path)
    try:
        _fill(beside, payload, sync)
        os.replace(beside, path)
    except OSError:
        _forget(beside)
        raise


def write_once(path: Path, fact: Fact) -> bool:
    """Put a fact into a file that must not exist yet; False when somebody was first. Raises OSError."""
    beside = _beside(path)
    try:
        _fill(beside, facts.encode(fact), sync=True)
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if path.exists():
                return False
            os.replace(beside, path)
        return True
    finally:
        _forget(beside)


def read(path: Path) -> Fact | None:
    """The fact in a file; None when the file is not there or holds no fact. Raises OSError for anything else."""
    try:
        return facts.decode(path.read_bytes())
    except FileNotFoundError:
        return None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(3).hex()}")


def _fill(path: Path, payload: bytes, sync: bool) -> None:
    # The mode is left to the umask: mkstemp's 0600 would hide the file from the other users of a journal.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        while payload:
            payload = payload[os.write(fd, payload) :]
        if sync:
            os.fsync(fd)
    finally:
        os.close(fd)


def _forget(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return
