"""Numbers of invented names: claimed one by one, so that runs launched in one instant never share a name.

A claim is the exclusive create of an empty file, which holds between users and on network file systems too. Old claims
are taken away: by then the folders of their runs are counted.
"""

from __future__ import annotations

import contextlib
import os
from itertools import count

from labjournal.paths import JournalPaths

_KEPT = 1000
_TIDIED_EVERY = 100


def claim(paths: JournalPaths, first: int) -> int:
    """The first free number from ``first`` on, which nobody else will get; ``first`` where nothing can be written."""
    folder = f"{paths.cache}/numbers"
    for number in count(first):
        try:
            _create(folder, number)
        except FileExistsError:
            continue
        except OSError:  # a full or read-only disk: what is written next will say so
            return first
        if number % _TIDIED_EVERY == 0:
            _tidy(folder, number - _KEPT)
        return number
    raise AssertionError("the numbers do not end")


def _create(folder: str, number: int) -> None:
    try:
        os.close(os.open(f"{folder}/{number}", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        os.close(os.open(f"{folder}/{number}", os.O_CREAT | os.O_EXCL | os.O_WRONLY))


def _tidy(folder: str, before: int) -> None:
    with contextlib.suppress(OSError):  # another user's, or taken away by another process
        for name in os.listdir(folder):
            if name.isdecimal() and int(name) < before:
                os.unlink(f"{folder}/{name}")
