"""What lies under the paths a user names: diaries to read, folders of event files and other trackers' runs to adopt."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from labjournal.errors import InputError, NotFoundError
from labjournal.importers import org, trackers
from labjournal.importers.found import Document
from labjournal.importers.markdown import read
from labjournal.importers.trackers import TrackedRun
from labjournal.paths import FOLDER
from labjournal.vcs.command import GitError, git

DIARIES = (".md", ".markdown", ".mdown", ".txt", ".rst", ".org")
LARGEST = 64 << 20
"""Bytes of the largest file that is read as a diary."""


@dataclass(frozen=True, slots=True)
class Sources:
    diaries: tuple[Path, ...]
    event_folders: tuple[Path, ...]
    tracked: tuple[TrackedRun, ...] = ()


def find(paths: Iterable[Path]) -> Sources:
    """Files as they are named; of a folder its diaries, each sub-folder that holds event files and a tracker's runs.

    Raises NotFoundError for a path that is not there, or a folder that holds none of them, InputError for a tracker's
    file that is damaged.
    """
    diaries: list[Path] = []
    folders: list[Path] = []
    tracked: list[TrackedRun] = []
    for path in paths:
        theirs = trackers.find(path) if path.exists() else []
        tracked += theirs
        if theirs:
            continue
        if path.is_file():
            diaries.append(path)
        elif path.is_dir():
            mine = _event_folders(path)
            texts = [] if mine else sorted(file for file in _files(path) if file.suffix.lower() in DIARIES[:3])
            if not mine and not texts:
                raise NotFoundError(
                    f"{path} holds neither event files, markdown nor the runs of a tracker.",
                    "Name a diary, or a logdir.",
                )
            folders += mine
            diaries += texts
        else:
            raise NotFoundError(f"{path} does not exist.")
    return Sources(tuple(dict.fromkeys(diaries)), tuple(dict.fromkeys(folders)), tuple(tracked))


def _files(folder: Path) -> Iterable[Path]:
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != FOLDER)
        yield from (Path(top, name) for name in names)


def _event_folders(folder: Path) -> list[Path]:
    """The folder itself when event files lie right in it, else each folder below that has some in or under it."""
    if any("tfevents" in name.name for name in folder.iterdir() if name.is_file()):
        return [folder]
    below = sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
    return [child for child in below if any("tfevents" in file.name for file in _files(child))]


def read_diary(path: Path, shown_as: str | None = None, year: int | None = None, text: str | None = None) -> Document:
    """Reads one file; the year that its dates leave out comes from its last commit when nobody gives it.

    ``text``: what is to be read of it, where that is not the whole.

    Raises NotFoundError when it cannot be read, InputError when it is no text.
    """
    text = _text(path) if text is None else text
    text = org.as_markdown(text) if path.suffix.lower() == ".org" else text
    document = read(text, shown_as or str(path), year)
    if any(entry.date is not None and entry.date.startswith("X") for entry in document.entries):
        last = last_commit(path)
        if last is not None:
            return read(text, shown_as or str(path), year, last)
    return document


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST >> 20} MB.", "A diary is a text; is this a log?")
        raw = path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror or error}.") from error
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path} is no text.")
    return decode(raw)


def decode(raw: bytes) -> str:
    """UTF-8, UTF-16 with a byte order mark, else cp1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def last_commit(path: Path) -> date | None:
    """The day of the newest commit that touched the file; None outside git."""
    try:
        output = git(path.parent, "log", "-1", "--format=%as", "--", path.name)
    except GitError:
        return None
    match = re.match(rb"(\d{4}-\d\d-\d\d)", output)
    return date.fromisoformat(match[1].decode()) if match is not None else None
