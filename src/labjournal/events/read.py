"""Whole event files, and folders of them, in one call."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labjournal.errors import EventFileError
from labjournal.events.columns import Gathered, Scalars, joined
from labjournal.events.decode import Decoder
from labjournal.events.finding import find_event_files
from labjournal.events.problems import EventFileWarning, Problem
from labjournal.events.proto import HParam
from labjournal.events.tail import EventTail

_HINTS = {
    "missing": "Check the path; a folder is read with everything below it.",
    "denied": "Ask the owner for read permission.",
    "foreign": "Event files have 'tfevents' in their names; give one of them, or a folder.",
    "unreachable": "Is the disk or network file system all right?",
}


@dataclass(frozen=True)
class EventsRead:
    """What event files hold."""

    scalars: dict[str, Scalars]
    """By series name: ``tag``, or ``folder/tag`` for files in a folder below the one given."""
    hparams: Mapping[str, Mapping[str, HParam]]
    """Hyperparameters by folder ("" for the one given)."""
    problems: tuple[tuple[Path, Problem], ...]
    """What could not be read, file by file; an unfinished last record is among them."""
    files: tuple[Path, ...]
    """The event files found."""


def read_scalars(path: str | os.PathLike[str]) -> dict[str, Scalars]:
    """The scalars of an event file, or of all event files in a folder and below.

    Files in the folder itself give ``tag``, files in folders below ``folder/tag`` (with ``/``).  Points are
    in file order, files of one folder by name, repeated steps included; what a SessionLog START record
    declares void is left out (`read_events` tells the rule).  Damaged bytes are skipped, with an
    `EventFileWarning` that says where.

    Raises:
        EventFileError: there is no such path, the file is no event file, or no file could be read at all.
    """
    found = read_events(path)
    for file, problem in found.problems:
        if problem.kind != "torn":
            warnings.warn(f"{file}: {problem.message}", EventFileWarning, stacklevel=2)
    return found.scalars


def read_events(path: str | os.PathLike[str]) -> EventsRead:
    """Scalars, hyperparameters and problems of an event file or a folder; see `read_scalars`.

    A SessionLog START record (a restarted TensorFlow session, torch's ``purge_step``) voids all points of its
    folder written before it whose step is >= its own, as in TensorBoard.  TensorBoard also guesses at restarts
    in files without a version record, and throws away what it takes for orphaned; here nothing is thrown
    away on a guess: that is for `labjournal.events.surviving` to mark.

    Raises:
        EventFileError: as `read_scalars`.
    """
    root = Path(path)
    if root.is_dir():
        files = find_event_files(root, include_journal=True)
        folders: dict[str, list[Path]] = {}
        for file in files:
            name = file.parent.relative_to(root).as_posix()
            folders.setdefault("" if name == "." else name, []).append(file)
    else:
        files, folders = [root], {"": [root]}
    series: dict[str, list[Scalars]] = {}
    hparams: dict[str, dict[str, HParam]] = {}
    problems: list[tuple[Path, Problem]] = []
    for folder, members in folders.items():
        columns, params, found = _read_folder(members)
        problems += found
        if params:
            hparams[folder] = params
        for tag in list(columns):
            series.setdefault(f"{folder}/{tag}" if folder else tag, []).append(columns.pop(tag))
    unread = [(file, problem) for file, problem in problems if problem.fatal]
    if unread and len(unread) == len(files):
        file, problem = unread[0]
        raise EventFileError(f"{file}: {problem.message}", _HINTS[problem.kind])
    scalars = {name: joined(parts) for name, parts in series.items()}
    return EventsRead(scalars, hparams, tuple(problems), tuple(files))


def _read_folder(
    files: list[Path],
) -> tuple[dict[str, Scalars], dict[str, HParam], list[tuple[Path, Problem]]]:
    """Files of one folder, one after another: they are one run's, and share what a session start voids."""
    gathered = Gathered()
    hparams: dict[str, HParam] = {}
    problems: list[tuple[Path, Problem]] = []
    decoder = Decoder()
    for file in files:
        with EventTail(file, decoder=decoder) as tail:
            read = tail.read(final=True)
        gathered.add(read.columns, read.session_starts)
        hparams.update(read.hparams)
        problems += [(file, problem) for problem in read.problems]
    return gathered.columns(), hparams, problems
