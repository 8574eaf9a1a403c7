"""A run on another machine: found among what was pulled from there, and its output while it grows, by ssh alone."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from labjournal.errors import JournalUnavailableError, NotFoundError
from labjournal.paths import JournalPaths
from labjournal.runner import pulling

if TYPE_CHECKING:
    from labjournal.store import Store
    from labjournal.store.rows import RunRow

_BLOCK = 1 << 16
_NO_CONNECTION = 255
"""How ssh ends when it could not connect, or lost the connection."""
_GONE = 97
_WATCH = """\
cd -- "$1" 2>/dev/null || exit 97
n=$2; quiet=
while :; do
  end=; [ -e exit.json ] && ! grep -q '"retries_left":[1-9]' exit.json && end=1
  size=$(wc -c 2>/dev/null < out.log || echo 0)
  if [ "$size" -gt "$n" ]; then tail -c +$((n + 1)) out.log | head -c $((size - n)); n=$((size + 0)); fi
  [ -z "$end" ] || exit 0
  if [ -z "$quiet" ] && [ -n "$(find heartbeat -mmin +1 2>/dev/null)" ]; then
    quiet=1; echo 'labjournal: no sign of life there for a minute; labjournal ls on that machine says more.' >&2
  fi
  kill -0 $PPID 2>/dev/null || exit 1
  sleep 0.3
done
"""
"""Nothing but a POSIX shell is needed there. It ends with its connection, and with the run."""


class Far(NamedTuple):
    """A run on another machine."""

    run: str
    name: str
    host: str
    folder: str
    """Of the run, there."""


def journal_of(paths: JournalPaths, host: str) -> str | None:
    """The folder of the journal on a host that was pulled from last; None when none was."""
    for run in reversed(paths.run_ids()):
        came = pulling.came_from(paths, run)
        if came is not None and came.host == host:
            return came.folder
    return None


def find(paths: JournalPaths, store: Store, host: str, folder: str, reference: str) -> Far:
    """A run that came from there: by its name, the newest of it, its id or a part, @last or @running.

    Raises NotFoundError.
    """
    theirs = []
    for row in store.run_rows():
        came = pulling.came_from(paths, row.id)
        if came is not None and (came.host, came.folder) == (host, folder):
            theirs.append(row)
    found = [row for row in theirs if _is_meant(row, reference)]
    if not found:
        names = ", ".join(dict.fromkeys(row.name for row in sorted(theirs, key=_by_age)[-5:]))
        raise NotFoundError(
            f"No run on {host} is called {reference!r}.", f"The last ones there: {names}." if names else ""
        )
    run = max(found, key=_by_age)
    return Far(run.id, run.name, host, f"{folder}/runs/{run.id}")


def _by_age(row: RunRow) -> str:
    return row.id


def _is_meant(row: RunRow, reference: str) -> bool:
    if reference in ("@last", row.name):
        return True
    if reference == "@running":
        return row.status == "RUNNING"
    text = reference.upper()
    return len(text) >= 4 and (row.id.startswith(text) or row.id.endswith(text))


def stream(far: Far, ssh: str | None, start: int, write: Callable[[bytes], None]) -> int | None:
    """Hand its output on from byte ``start`` until it ends.

    Returns None when it has ended, else where to go on: the connection was lost. Raises JournalUnavailableError.
    """
    command = [*_ssh(ssh), far.host, f"sh -s -- {shlex.quote(far.folder)} {start}"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError as error:
        raise JournalUnavailableError(f"{command[0]} cannot be run: {error.strerror}.") from error
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        try:
            process.stdin.write(_WATCH.encode())
            process.stdin.close()
        except BrokenPipeError:  # ssh has said why
            pass
        while piece := os.read(process.stdout.fileno(), _BLOCK):
            start += len(piece)
            write(piece)
    if process.returncode == _GONE:
        raise JournalUnavailableError(f"{far.folder} is not there on {far.host} any more.")
    return None if process.returncode == 0 else start


def _ssh(ssh: str | None) -> Sequence[str]:
    return shlex.split(ssh) if ssh else ("ssh",)
