"""Which event files a run has, and by which folder their curves are named.

A file belongs to the run whose process opened it, as the watch noted. What nobody noted (writers in C++, as
TensorFlow's; processes that are not watched) is looked for below ``--logdir``, and where a run notes no file at all,
seldom, below its working folder. Such a file goes by the time it was begun: to the youngest run that lived then and
named a ``--logdir`` around it, else to the one run that lived in a working folder around it. Two of these make it
nobody's.

Names of curves never depend on what appears later: the root of a run is its ``--logdir``, else the folder of the first
event file its processes opened (the parent, when that folder is one of a pair such as train and validation); files
there give ``tag``, files below ``folder/tag``, others their path.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from labjournal.facts import Fact
from labjournal.model import Run
from labjournal.paths import RunPaths
from labjournal.store import Store
from labjournal.store.owners import Alive
from labjournal.store.runs import logdir_of

_SPLITS = frozenset("train training validation valid val test eval evaluation dev".split())
_LOOK_EVERY_S, _SELDOM_S = 1.0, 10.0
"""How often ``--logdir`` and the run's own folder are looked through for new event files, and the working folder."""
_SETTLED_S = 3.0
"""A file is left for its opener to claim this long."""
_STAMP = re.compile(r"tfevents\.(\d{9,10})(?:\.|\Z)")
_MOST_FOLDERS = 5_000
_NEVER = frozenset(("node_modules", "site-packages", "__pycache__"))


class Found:
    """Event files below folders, as listed a moment ago; shared by the runs of one follower."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._listed: dict[str, tuple[float, list[str]]] = {}

    def below(self, folder: Path, every_s: float) -> list[str]:
        """Event files in a folder and below, sorted."""
        now = time.monotonic()
        known = self._listed.get(str(folder))
        if known is None or now - known[0] >= every_s:
            known = self._listed[str(folder)] = (now, sorted(_walk(str(folder))))
        return known[1]


def _walk(top: str) -> Iterator[str]:
    """Hidden folders and those of packages are not entered; a huge tree is given up."""
    if "\0" in top:
        return
    entered: set[str] = set()
    for parent, folders, names in os.walk(top, followlinks=True):
        real = os.path.realpath(parent)
        if real in entered or len(entered) >= _MOST_FOLDERS:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = [folder for folder in folders if folder not in _NEVER and not folder.startswith(".")]
        yield from (
            f"{parent}/{name}" for name in names if "tfevents" in name and os.path.isfile(os.path.join(parent, name))
        )


class Sources:
    """The event files of one run, as far as its facts tell."""

    def __init__(
        self, run: Run, paths: RunPaths, stated: Sequence[Fact], found: Found, configured: str | None = None
    ) -> None:
        """``configured`` is the ``[run] logdir`` of the project; what the launch named is better."""
        self._run = run
        self._paths = paths
        self._found = found
        self._working = Path(run.cwd) if run.cwd else paths.folder
        launch = next((fact.data for fact in stated if fact.kind == "run"), {})
        self._launched_in = Path(str(launch.get("project"))) if launch.get("project") else None
        logdir = logdir_of(stated) or (configured if launch.get("command") else None)
        self._logdir = self._working / str(logdir) if logdir else None
        self._adopted = launch.get("launcher") == "adopted" and run.started_at is not None and not launch.get("command")
        opened = [Path(str(fact.data.get("path"))) for fact in stated if fact.kind == "event_file"]
        own = f"{os.sep}{paths.events.relative_to(paths.journal.folder)}{os.sep}"
        outside = [path for path in opened if own not in str(path) and "\0" not in str(path)]
        self._root = self._logdir or _root(outside)
        # Named by where they lay when they were opened: a project that is moved keeps the names of its curves.
        self._opened = {self._place(path): self._name(path) for path in outside}
        self._given: dict[str, str] = {}
        self._looked_at = -_LOOK_EVERY_S

    def files(self, final: bool = False) -> dict[str, str]:
        """Each file with the folder its curves are named by; the folders are looked through once in a while."""
        now = time.monotonic()
        if final or now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            own = dict.fromkeys(_names_in(self._paths.events), "")
            self._take_unnoted(final)
            self._files = {**self._given, **self._opened, **own}
        return self._files

    def _take_unnoted(self, final: bool) -> None:
        """Files that nobody's watch noted and that are this run's."""
        if self._logdir is not None:
            folder, every_s = self._logdir, _LOOK_EVERY_S
        elif not self._opened and self._run.cwd:
            folder, every_s = self._working, _SELDOM_S
        else:
            return
        place = self._place(folder)
        for path in self._found.below(Path(place), self._age(final, every_s)):
            if path not in self._given and path not in self._opened:
                named = f"{folder}{path[len(place) :]}"
                here = self._place(Path(path))
                if self._is_mine(here, named):
                    self._given[here] = self._name(Path(named))

    def _age(self, final: bool, usual_s: float) -> float:
        """How old a listing may be: the last look at a run must see what was written before its end."""
        if not final or self._run.ended_at is None:
            return usual_s
        return min(30.0, max(0.0, time.time() - self._run.ended_at.timestamp() - 2.0))

    def _is_mine(self, path: str, named: str) -> bool:
        """``named`` is where the file lay when the run was launched, by which facts speak of it."""
        known = self._found.store.file(path)
        if known is not None:
            return known.run == self._run.id
        openers = self._found.store.openers(named)
        if openers:
            return self._run.id in openers
        if self._adopted:
            return True
        begun = _begun(path)
        if begun is None or (self._run.ended_at is None and time.time() - begun < _SETTLED_S):
            return False
        return _owner(named, self._found.store.alive_at(begun)) == self._run.id

    def _place(self, path: Path) -> str:
        """Where a file or folder lies now whose project was moved or copied since the run was launched in it.

        In the project, when it is gone from where it was, or when the index of a copied project has read it here.
        """
        then, now = self._launched_in, self._paths.journal.project
        if then is None or then == now or then not in path.parents:
            return str(path)
        moved = now / path.relative_to(then)
        if moved.exists() and (self._found.store.file(str(moved)) is not None or not path.exists()):
            return str(moved)
        return str(path)

    def _name(self, path: Path) -> str:
        return _folder(path.parent, self._root, self._working)


def _owner(path: str, alive: Sequence[Alive]) -> str | None:
    """Whose a file is that was begun while these runs lived."""
    by_logdir = [run for run in alive if run.logdir and _around(os.path.join(run.cwd or "", run.logdir), path)]
    if by_logdir:
        return max(by_logdir, key=lambda run: (run.started_at, run.id)).id
    around = [run for run in alive if run.cwd and _around(run.cwd, path)]
    return around[0].id if len(around) == 1 else None


def _around(folder: str, path: str) -> bool:
    return Path(folder) in Path(path).parents


def _begun(path: str) -> float | None:
    """When a file was begun, seconds since 1970: writers put it into its name, else when it was last written."""
    stamp = _STAMP.search(os.path.basename(path))
    if stamp:
        return float(stamp[1])
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def _names_in(folder: Path) -> list[str]:
    try:
        return [str(folder / name) for name in sorted(os.listdir(folder)) if "tfevents" in name]
    except OSError:
        return []


def _root(opened: Sequence[Path]) -> Path | None:
    """The folder of the first one, in the order of time."""
    if not opened:
        return None
    first = opened[0].parent
    return first.parent if first.name.lower() in _SPLITS else first


_CALLED_BY_THE_TIME = re.compile(r"(?<![^/])1\d{9}\.\d+(?![^/])")
"""``SummaryWriter.add_hparams`` of torch writes into a folder called by ``time.time()``: another one in each run."""


def _folder(folder: Path, root: Path | None, working: Path) -> str:
    for base in filter(None, (root, working)):
        try:
            relative = folder.relative_to(base).as_posix()
        except ValueError:
            continue
        return "" if relative == "." else _CALLED_BY_THE_TIME.sub("hparams", relative)
    return folder.as_posix()
