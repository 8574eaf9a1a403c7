"""Whole event files, and folders of them, in one call."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labjournal.errors import EventFileError
from labjournal.events.columns import Gathered, Scalars
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
    breaks: Mapping[str, tuple[int, ...]]
    """By series name: indices of the first point of each further file, for `surviving`."""
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
    folders = _by_folder(root)
    scalars: dict[str, Scalars] = {}
    breaks: dict[str, tuple[int, ...]] = {}
    hparams: dict[str, dict[str, HParam]] = {}
    problems: list[tuple[Path, Problem]] = []
    for folder, files in folders.items():
        run = _read_folder(files)
        problems += run.problems
        if run.hparams:
            hparams[folder] = run.hparams
        borders = run.gathered.borders()
        for tag, column in run.gathered.columns().items():
            name = f"{folder}/{tag}" if folder else tag
            if name in scalars:
                message = f"{name!r} is also the name of a series above: tag {tag!r} of this folder was left out"
                problems.append((files[0].parent, Problem("same_name", 0, message)))
                continue
            scalars[name], breaks[name] = column, borders[tag]
    found = tuple(file for files in folders.values() for file in files)
    unread = [(file, problem) for file, problem in problems if problem.fatal]
    if unread and len(unread) == len(found):
        file, problem = unread[0]
        raise EventFileError(f"{file}: {problem.message}", _HINTS[problem.kind])
    return EventsRead(scalars, breaks, hparams, tuple(problems), found)


def _by_folder(root: Path) -> dict[str, list[Path]]:
    """The event files at ``root``, by folder relative to it ("" for its own)."""
    if not root.is_dir():
        return {"": [root]}
    folders: dict[str, list[Path]] = {}
    for file in find_event_files(root):
        name = file.parent.relative_to(root).as_posix()
        folders.setdefault("" if name == "." else name, []).append(file)
    return folders


@dataclass
class _Folder:
    gathered: Gathered = field(default_factory=Gathered)
    hparams: dict[str, HParam] = field(default_factory=dict)
    problems: list[tuple[Path, Problem]] = field(default_factory=list)


def _read_folder(files: list[Path]) -> _Folder:
    """Files of one folder, one after another: they are one run's, and share what a session start voids."""
    folder, decoder = _Folder(), Decoder()
    for file in files:
        with EventTail(file, decoder=decoder) as tail:
            read = tail.read(final=True)
        folder.gathered.add(read.columns, read.session_starts)
        folder.hparams.update(read.hparams)
        folder.problems += [(file, problem) for problem in read.problems]
    return folder
