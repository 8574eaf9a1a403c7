"""The process that minds a journal's queue while something waits in it: one a user and machine, gone with the last run.

It sleeps on a pipe in the queue's folder; whoever changes something writes a byte there. A pipe that nobody reads
says that no keeper lives, so whoever finds that starts one. What no one reports (a GPU that another program gave
back, a run that was killed together with its supervisor) it finds by looking every few seconds.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import sys
import time
from contextlib import suppress
from pathlib import Path

import labjournal
from labjournal import facts
from labjournal.launchers import detached, tree
from labjournal.paths import JournalPaths
from labjournal.scheduler import view
from labjournal.scheduler.dispatcher import Dispatcher, Looked

_LOOK_EVERY_S = 5.0
_PATIENCE_S = 5.0
"""How long a new keeper waits for an old one that is about to end."""
_ENTRY = "import sys; sys.path.insert(0, sys.argv[1]); from labjournal.scheduler import keeper; keeper.main()"


def wake_or_start(paths: JournalPaths) -> None:
    """Have the queue looked at now. Returns at once; what cannot be done now is done at the next call."""
    if _wake(paths):
        return
    with suppress(OSError):
        if detached.can_fork():
            detached.run(lambda answer: _keep(paths, answer), _errors(paths))
        else:
            _start_afresh(paths)


def _wake(paths: JournalPaths) -> bool:
    """Whether a keeper lives, which is then awake."""
    try:
        fd = os.open(_pipe(paths), os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        os.write(fd, b"!")
    except BlockingIOError:  # full: it has enough to be woken by
        return True
    except BrokenPipeError:
        return False
    finally:
        os.close(fd)
    return True


def _start_afresh(paths: JournalPaths) -> None:
    """Start it from a process with threads, which cannot fork."""
    import subprocess

    root = str(Path(labjournal.__file__).parents[1])
    subprocess.run(
        [sys.executable, "-I", "-c", _ENTRY, root],
        input=json.dumps({"journal": str(paths.folder)}).encode("ascii"),
        stdout=subprocess.DEVNULL,
        check=False,
        cwd="/",
    )


def main() -> None:
    """The fresh interpreter's part."""
    paths = JournalPaths(Path(json.load(sys.stdin.buffer)["journal"]))
    detached.run(lambda answer: _keep(paths, answer), _errors(paths))


def _keep(paths: JournalPaths, answer: int) -> None:
    os.close(answer)
    keeper = Keeper(paths)
    keeper.stay()


class Keeper:
    """Looks at a queue until nothing of this user waits on this machine."""

    def __init__(self, paths: JournalPaths) -> None:
        self._paths = paths
        self._board = view.Board(paths)
        self._lock = -1

    def stay(self) -> None:
        """Returns when there is nothing to wait for, or another keeper is at work."""
        with suppress(OSError):
            Path("/proc/self/comm").write_text(tree.QUEUE_NAME, encoding="ascii")
        if not self._only_one():
            return
        dispatcher = _dispatcher(self._paths)
        try:
            while self._mind(dispatcher):
                pass
        except FileNotFoundError:  # the journal was taken away
            return

    def _mind(self, dispatcher: Dispatcher) -> bool:
        """Until there is nothing to wait for; whether something came when nobody listened any more."""
        pipe = self._listen()
        try:
            while self._worth_staying(dispatcher.look()):
                _sleep(pipe)
        finally:
            os.close(pipe)
        return self._worth_staying(dispatcher.look())

    def _worth_staying(self, looked: Looked) -> bool:
        self._board.show(looked.waiting)
        return looked.ours > 0 and not looked.held

    def _only_one(self) -> bool:
        self._lock = os.open(_file(self._paths, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if _wake(self._paths) or time.monotonic() > deadline:
                    return False
                time.sleep(0.05)
                continue
            return True

    def _listen(self) -> int:
        path = _pipe(self._paths)
        try:
            os.mkfifo(path, 0o600)
        except FileExistsError:
            pass
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):  # a file system without pipes
                raise
            return os.open(os.devnull, os.O_RDONLY)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK)  # writing too: else it reads as ended without a writer


def _dispatcher(paths: JournalPaths) -> Dispatcher:
    from labjournal import machine
    from labjournal.launchers.local import LocalLauncher
    from labjournal.scheduler import frozen, run_ended

    return Dispatcher(paths, machine, LocalLauncher(machine, run_ended=run_ended), machine.gpus, frozen.prepare)


def _file(paths: JournalPaths, what: str) -> Path:
    """A file of this user's keeper on this machine."""
    return paths.queue / f".{what}-{facts.host_name()}-{os.getuid()}"


def _pipe(paths: JournalPaths) -> Path:
    return _file(paths, "wake")


def _errors(paths: JournalPaths) -> Path:
    return _file(paths, "errors")


def _sleep(pipe: int) -> None:
    ready, _, _ = select.select([pipe], [], [], _LOOK_EVERY_S)
    if ready and not os.read(pipe, 65536):  # /dev/null in place of a pipe
        time.sleep(_LOOK_EVERY_S)
