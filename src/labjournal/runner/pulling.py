"""Runs and words of a journal on another machine, fetched by rsync over ssh into this one.

A run is known by its id: what is not here is copied, what came from there before is brought up to date, and a run of
this journal is never touched, unless only an exported diary told of it. Words of people come as files of their own,
beside those that are here.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from labjournal import facts
from labjournal.errors import InputError, JournalUnavailableError, NewerJournalError, NotFoundError
from labjournal.launchers import records
from labjournal.paths import FOLDER, FORMAT_VERSION, JournalPaths, RunPaths

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}\Z")
_TIMEOUT_S = 30


class Place(NamedTuple):
    """A journal on another machine."""

    host: str
    """As ssh knows it."""
    folder: str
    """Its ``.labjournal``."""
    id: str


class Pulled(NamedTuple):
    """What a pull brought."""

    new: tuple[str, ...]
    """Full ids of runs that were not here before."""
    changed: tuple[str, ...]
    """Of those that were, the ones of which something new came."""
    kept: tuple[str, ...]
    """Runs that are this journal's own and stand there too: not touched."""
    words: int
    """Files of people's words that are new or have grown."""
    replaced: bool
    """Whether new runs stand in the place of what an exported diary had told of them, which the index still holds."""
    place: Place


def pull(where: str, paths: JournalPaths, ssh: str | None = None) -> Pulled:
    """Fetch what is new. Can be broken off and called again.

    Raises InputError, NotFoundError (no such host or journal), NewerJournalError, JournalUnavailableError.
    """
    host, colon, path = where.partition(":")
    if not colon or not host or host.startswith("-"):
        raise InputError(f"{where!r} names no journal on another machine.", "labjournal pull HOST:PATH")
    rsync = ["rsync", "-rtz", "--partial", f"--timeout={_TIMEOUT_S}", *(["-e", ssh] if ssh else [])]
    stage = paths.cache / "pulled"
    place = _find(rsync, host, path.rstrip("/") or ".", stage)
    here = {run for run in paths.run_ids() if not paths.run(run).exported.exists()}
    theirs = {run for run in here if (came := came_from(paths, run)) is not None and came.id == place.id}
    there = _listed(rsync, f"{place.host}:{place.folder}/runs/")
    own, fresh = sorted((here - theirs) & there), sorted(there - here)
    touched = _fetch_runs(rsync, place, sorted(theirs & there), paths.runs)
    replaced = any(paths.run(run).exported.exists() for run in fresh)
    _fetch_new(rsync, place, fresh, paths)
    words = _fetch_words(rsync, place, paths, stage)
    return Pulled(tuple(fresh), tuple(sorted(touched)), tuple(own), words, replaced, place)


def _fetch_runs(rsync: Sequence[str], place: Place, runs: Sequence[str], target: Path) -> set[str]:
    """Bring folders of runs up to date; returns the runs of which something came."""
    if not runs:
        return set()
    words = [*rsync, "-i", "--files-from=-", f"{place.host}:{place.folder}/runs/", f"{target}/"]
    lines = _call(words, "\n".join(runs)).splitlines()
    return {name for line in lines if (name := _run_in(line))}


def _fetch_new(rsync: Sequence[str], place: Place, runs: Sequence[str], paths: JournalPaths) -> None:
    """Fetch runs beside those of this journal: broken off in the middle, none of them stands among these by halves."""
    import shutil

    beside = paths.runs / f".pulled-{place.id}"
    beside.mkdir(parents=True, exist_ok=True)
    _fetch_runs(rsync, place, runs, beside)
    for run in runs:
        _mark(RunPaths(beside / run), run, place)
        if paths.run(run).exported.exists():  # no more than an exported diary told of it
            shutil.rmtree(paths.run(run).folder)
        (beside / run).rename(paths.run(run).folder)
    shutil.rmtree(beside, ignore_errors=True)


def _find(rsync: Sequence[str], host: str, path: str, stage: Path) -> Place:
    """The journal of a folder: the folder itself, or the ``.labjournal`` in it."""
    stage.mkdir(parents=True, exist_ok=True)
    target = stage / "journal.json"
    failure: NotFoundError | None = None
    for folder in (f"{path}/{FOLDER}", path):
        try:
            _call([*rsync, "--ignore-times", f"{host}:{folder}/journal.json", str(target)])
            break
        except NotFoundError as error:
            failure = failure or error
    else:
        raise failure or NotFoundError(f"There is no journal at {host}:{path}.")
    try:
        raw = json.loads(target.read_text(encoding="utf-8"))
        version, journal = int(raw["v"]), str(raw["id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JournalUnavailableError(f"{host}:{folder}/journal.json is damaged.") from error
    if version > FORMAT_VERSION or not _ULID.match(journal):
        raise NewerJournalError(f"The journal at {host}:{path} was written by a newer labjournal.")
    return Place(host, folder, journal)


def _listed(rsync: Sequence[str], source: str) -> set[str]:
    lines = _call([*rsync, "--list-only", "--no-recursive", "--dirs", source]).splitlines()
    names = (line.rsplit(" ", 1)[-1] for line in lines)
    return {name for name in names if _ULID.match(name)}


def _run_in(line: str) -> str | None:
    """The run of a line of ``rsync -i``, as ``>f+++++++++ 01M8…/run.json``; folders alone are no news."""
    how, _, path = line.partition(" ")
    name = path.strip().partition("/")[0]
    return name if how.startswith(">f") and _ULID.match(name) else None


def _marker(run: RunPaths) -> Path:
    return run.attempts / "pulled.json"


def came_from(paths: JournalPaths, run: str) -> Place | None:
    """The journal that a run was fetched from; None for one of this journal's own."""
    fact = records.read(_marker(paths.run(run)))
    if fact is None:
        return None
    return Place(*(str(fact.data.get(key)) for key in ("host", "path", "journal")))


def _mark(folder: RunPaths, run: str, place: Place) -> None:
    data = {"journal": place.id, "host": place.host, "path": place.folder}
    _marker(folder).parent.mkdir(parents=True, exist_ok=True)
    records.write(_marker(folder), facts.make("pulled", data, run=run))


def _fetch_words(rsync: Sequence[str], place: Place, paths: JournalPaths, stage: Path) -> int:
    """Words of people under a name that carries their journal; one id twice is one fact, wherever it stands."""
    fetched = stage / place.id
    fetched.mkdir(parents=True, exist_ok=True)
    _call([*rsync, f"{place.host}:{place.folder}/facts/", f"{fetched}/"])
    paths.human_facts.mkdir(exist_ok=True)
    count = 0
    for file in sorted(fetched.glob("*.jsonl")):
        target = paths.human_facts / f"{place.id}-{file.name}"
        content = file.read_bytes()
        if not target.exists() or target.read_bytes() != content:
            beside = target.with_name(f".{target.name}")
            beside.write_bytes(content)
            beside.replace(target)
            count += 1
    return count


def _call(words: Sequence[str], text: str = "") -> str:
    """What rsync printed, with ``text`` on its standard input.

    Raises NotFoundError for what is not there, JournalUnavailableError for anything else.
    """
    try:
        done = subprocess.run(words, capture_output=True, check=False, input=text.encode())
    except FileNotFoundError as error:
        raise JournalUnavailableError(
            "rsync is not installed here.", "Install it with your package manager."
        ) from error
    said = " ".join(done.stderr.decode("utf-8", "replace").split())[:400]
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace")
    if done.returncode in (3, 23) and "No such file" in said:
        raise NotFoundError(f"It is not there: {said}", "labjournal pull HOST:PATH, the folder of the project")
    if "rsync: not found" in said or "rsync: command not found" in said:
        raise JournalUnavailableError("rsync is not installed on the other machine.")
    raise JournalUnavailableError(f"Nothing more could be fetched: {said}", "What came so far is kept; call it again.")
