"""A run's output on stdout while it grows, and on stderr what is found in it: ``follow`` and ``run --follow``."""

from __future__ import annotations

import codecs
import os
import re
import sqlite3
import sys
import time
from typing import BinaryIO

import click

from labjournal import format, machine
from labjournal.cli.found_so_far import FoundSoFar
from labjournal.errors import JournalError
from labjournal.facts import Fact
from labjournal.launchers import liveness, records
from labjournal.launchers.verdict import END_WAITS
from labjournal.model import Status
from labjournal.paths import RunPaths

_POLL_S = 0.05
_LOOK_S = 2.0
_RETRY_S = 60.0
"""So long a retry that was announced is waited for: it reads the journal first."""
_BLOCK = 1 << 16
_OBEYED = re.compile(r"(\x1b\[[\d;:]*m|\r\n|[\r\b])")  # colours and a progress bar's return: they hide nothing


class Shown:
    """Bytes of a program made fit for a terminal: every other control is shown as a sign and not obeyed."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, raw: bytes, final: bool = False) -> str:
        """The text of ``raw``; the beginning of an escape sequence waits for its end."""
        text = self._held + self._decoder.decode(raw, final)
        self._held = ""
        cut = -1 if final else text.rfind("\x1b", max(0, len(text) - 32))
        if cut >= 0 and re.fullmatch(r"\x1b(\[[\d;:]*)?", text[cut:]):
            text, self._held = text[:cut], text[cut:]
        parts = _OBEYED.split(text)
        return "".join(part if at % 2 else format.visible(part, lines=True) for at, part in enumerate(parts))


def follow(run: RunPaths, name: str, raw: bool = False, start: int = 0) -> int:
    """Copy the log to stdout until the run has ended; returns the exit code of its command, 128 + n for a signal.

    A terminal is protected from escape sequences unless ``raw``; a file or pipe gets the exact bytes. Ctrl-C leaves
    the run alone and returns 130.
    """
    output = sys.stdout.buffer
    shown = Shown() if sys.stdout.isatty() and not raw else None
    found = FoundSoFar(run)
    try:
        ended = _copy(run, output, shown, start, found)
        _judge(run)
    except KeyboardInterrupt:
        click.echo(
            f"\nDetached: {format.visible(name)} goes on. labjournal stop {run.id[-6:].lower()} ends it.", err=True
        )
        return 130
    found.look()
    tell_end(ended, name)
    return exit_code(ended)


def tell_end(ended: Fact | None, name: str) -> None:
    """How a run ended that was not simply done: a kill or a time limit stands nowhere in what it printed."""
    data = ended.data if ended is not None else {"status": "gone", "cause": "its folder was removed"}
    if data.get("status") != Status.DONE:
        cause = data.get("cause") or "nobody said why"
        click.echo(
            f"labjournal: {format.visible(name)} {str(data['status']).lower()}: {format.visible(cause)}", err=True
        )


def _judge(run: RunPaths) -> None:
    """Let the checks on its curves, results and checkpoints speak now, and not at the next call."""
    from labjournal.follower import Follower

    try:
        follower = Follower.open(run.journal)
    except JournalError:
        return
    try:
        follower.catch_up()
    except (JournalError, sqlite3.Error):  # said by the next verb that needs the index
        return
    finally:
        follower.close()


def _copy(run: RunPaths, output: BinaryIO, shown: Shown | None, start: int, found: FoundSoFar) -> Fact | None:
    position = start
    look_at = time.monotonic() + _LOOK_S
    ended_at: float | None = None
    told = False
    while True:
        ended = records.read(run.exit)
        position = _copy_new(run, output, shown, position)
        found.look_now_and_then()
        ended_at = None if ended is None else ended_at or time.monotonic()
        if ended is not None and _will_be_retried(ended) and time.monotonic() - (ended_at or 0.0) < _RETRY_S:
            time.sleep(_POLL_S)
            continue
        if ended is not None or not run.folder.is_dir():
            if shown is not None:
                output.write(shown.feed(b"", final=True).encode("utf-8", "replace"))
                output.flush()
            return ended
        if time.monotonic() >= look_at:
            seen = liveness.observe(run, machine)  # writes the end of a run that nobody ends any more
            if seen.cause == END_WAITS and not told:
                told = True
                click.echo("labjournal: the command has ended; its end waits for room on the disk.", err=True)
            look_at = time.monotonic() + _LOOK_S
        time.sleep(_POLL_S)


def _will_be_retried(ended: Fact) -> bool:
    left = ended.data.get("retries_left")
    return isinstance(left, int) and left > 0


def _copy_new(run: RunPaths, output: BinaryIO, shown: Shown | None, position: int) -> int:
    try:
        with run.log.open("rb") as file:
            if file.seek(0, os.SEEK_END) == position:
                return position
            file.seek(position)
            while piece := file.read(_BLOCK):
                position += len(piece)
                output.write(piece if shown is None else shown.feed(piece).encode("utf-8", "replace"))
    except FileNotFoundError:
        return position
    output.flush()
    return position


def exit_code(ended: Fact | None) -> int:
    """What a shell would have got from the command; 1 when it never said."""
    data = ended.data if ended is not None else {}
    if isinstance(data.get("signal"), int):
        return 128 + int(data["signal"])
    if isinstance(data.get("exit_code"), int):
        return int(data["exit_code"])
    return 0 if data.get("status") == Status.DONE else 1
