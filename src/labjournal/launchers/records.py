"""The files of a run that tell its story: written beside and renamed, so that nobody ever reads half of one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labjournal import facts
from labjournal.facts import Fact


def write(path: Path, fact: Fact, sync: bool = False) -> None:
    """Put a fact into a file of its own, replacing what stood there. Raises OSError."""
    _replace(path, facts.encode(fact), sync)


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
