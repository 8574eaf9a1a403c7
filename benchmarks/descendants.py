"""CPU of all that a benchmark starts, and of what that starts: supervisors outlive whoever called them."""

from __future__ import annotations

import ctypes
import os
import resource

_SUBREAPER = 36


def adopt() -> None:
    """Become the parent of every descendant whose own parent ends."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def cpu_s() -> float:
    """Of every descendant that has ended and was reaped."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def reap(wait: bool = False) -> None:
    """Take in every descendant that has ended; with ``wait`` until none lives."""
    while True:
        try:
            if os.waitpid(-1, 0 if wait else os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return
