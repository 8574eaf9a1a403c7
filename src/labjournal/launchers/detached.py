"""Work in a process that outlives its maker: double fork, own session, nothing inherited but one answer pipe."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NoReturn

from labjournal.paths import CODE_TAKEN_NS

_PACKAGE = __name__.partition(".")[0]


def can_fork() -> bool:
    """Whether a copy of this process can run our code: without other threads, with the code that stands on disk.

    A lock that another thread holds at the fork stays locked for ever in the copy. Threads of libraries (BLAS)
    count too, and Python does not know of them. A study that drives runs for days sees labjournal upgraded: a copy
    of it would mix the modules it holds with new ones, and die of the mixture beside the run it should mind.
    """
    if _changed_on_disk():
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        import threading

        return threading.active_count() == 1


def _changed_on_disk() -> bool:
    """Whether a file of ours was put in place after we were loaded."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) if name.partition(".")[0] == _PACKAGE else None
        try:
            if file and os.stat(file).st_ctime_ns > CODE_TAKEN_NS:
                return True
        except OSError:  # not there any more
            return True
    return False


def run(work: Callable[[int], None], errors: Path, keep: Collection[int] = ()) -> bytes:
    """Fork twice, call ``work`` in the grandchild, and return what it wrote to the descriptor it was given.

    Returns when the grandchild closes the descriptor, or dies. ``errors`` is where a traceback of it goes, ``keep``
    are further descriptors it inherits. Raises OSError when the machine allows no further process.
    """
    answer_out, answer_in = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        middle = os.fork()
    except OSError:
        os.close(answer_out)
        os.close(answer_in)
        raise
    if middle == 0:
        _leave(work, answer_in, errors, keep)
    os.close(answer_in)
    os.waitpid(middle, 0)
    answer = b""
    while piece := os.read(answer_out, 65536):
        answer += piece
    os.close(answer_out)
    return answer


def _leave(work: Callable[[int], None], answer: int, errors: Path, keep: Collection[int]) -> NoReturn:
    """In the first child: become the grandchild and do the work. No exception may reach the launcher's code."""
    try:
        os.setsid()
        if os.fork() == 0:
            _let_go({answer, *keep}, errors)
            work(answer)
    except BaseException:  # noqa: BLE001 - this is the bottom of the stack of a process of its own
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _let_go(keep: Collection[int], errors: Path) -> None:
    """Close what was inherited: a pipe held open here would keep its reader waiting as long as the run."""
    for name in os.listdir("/dev/fd"):
        fd = int(name)
        if fd > 2 and fd not in keep:
            try:
                os.close(fd)
            except OSError:  # the descriptor of the listing itself
                continue
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        log = os.open(errors, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError:
        log = nothing
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.dup2(log, 2)
    for fd in {nothing, log}:
        os.close(fd)
    os.chdir("/")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
