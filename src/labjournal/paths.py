"""Where everything lies: the journal folder, a run's folder, and how they are found.

All file names are here, so that a reader of the folder finds their meaning in one place (docs/formats.md).
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labjournal import facts, filesystems, tags
from labjournal.errors import JournalUnavailableError, NewerJournalError

FOLDER = ".labjournal"
CODE_TAKEN_NS = time.time_ns()
"""When this process began to load labjournal: files of ours that are younger are another version's."""
FORMAT_VERSION = 1
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}\Z")


@dataclass(frozen=True)
class RunPaths:
    """The files of one run. What every turn asks for is kept."""

    folder: Path

    @cached_property
    def id(self) -> str:
        return self.folder.name

    @property
    def journal(self) -> JournalPaths:
        """The journal whose run this is."""
        return JournalPaths(self.folder.parent.parent)

    @cached_property
    def run(self) -> Path:
        return self.folder / "run.json"

    @cached_property
    def exit(self) -> Path:
        return self.folder / "exit.json"

    @property
    def stop(self) -> Path:
        return self.folder / "stop.json"

    @property
    def heartbeat(self) -> Path:
        return self.folder / "heartbeat"

    @cached_property
    def log(self) -> Path:
        return self.folder / "out.log"

    @property
    def environment(self) -> Path:
        """The Python and the packages the command was launched with."""
        return self.folder / "environment.json"

    @cached_property
    def facts(self) -> Path:
        return self.folder / "facts"

    @cached_property
    def events(self) -> Path:
        return self.folder / "events"

    @property
    def exported(self) -> Path:
        """What an exported diary told of the run; the run itself is not here while this stands."""
        return self.facts / "1-export.jsonl"

    @property
    def work(self) -> Path:
        """The working tree of a run whose code had to be frozen, with what the run wrote there."""
        return self.folder / "work"

    @cached_property
    def attempts(self) -> Path:
        return self.folder / "attempts"

    def attempt(self, number: int) -> Path:
        return self.attempts / f"{number}.json"

    def begun(self, number: int) -> Path:
        """An empty file that the process of a queued attempt makes in the moment before it becomes the command."""
        return self.attempts / f"{number}.begun"

    def job(self, number: int) -> Path:
        """The job of a launcher with a queue of its own."""
        return self.attempts / f"{number}.job.json"

    @property
    def alarm_answered(self) -> Path:
        """What `run --on-alarm` did, once it has done it."""
        return self.attempts / "alarm.json"

    def claim(self, number: int) -> Path:
        """Who will start an attempt that waits."""
        return self.folder / f"claim-{number}"

    @property
    def waiting(self) -> Path:
        """The run's entry in the queue, while it waits there."""
        return self.journal.queue / f"{self.id}.json"

    def earlier_exit(self, number: int) -> Path:
        return self.attempts / f"{number}.exit.json"


@dataclass(frozen=True)
class JournalPaths:
    """The files of one journal. ``folder`` is the ``.labjournal`` folder itself."""

    folder: Path

    @property
    def project(self) -> Path:
        """The folder the journal stands in: where ``labjournal.toml`` and ``entries/`` are looked for."""
        return self.folder.parent

    @property
    def identity(self) -> Path:
        return self.folder / "journal.json"

    @cached_property
    def runs(self) -> Path:
        return self.folder / "runs"

    @cached_property
    def queue(self) -> Path:
        """What waits: one file a run, and the locks and pipes of those who mind it."""
        return self.folder / "queue"

    @property
    def held_notices(self) -> Path:
        """Notices that wait for the end of the quiet hours, one file each."""
        return self.folder / "notices"

    @property
    def worktrees(self) -> Path:
        """The code of runs, checked out to look at."""
        return self.folder / "worktrees"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def lock(self) -> Path:
        return self.folder / "cache" / "fold.lock"

    @property
    def sweeps(self) -> Path:
        """What a sweep needs beside its facts: a lock, and the journal of optuna."""
        return self.folder / "sweeps"

    @cached_property
    def human_facts(self) -> Path:
        return self.folder / "facts"

    @property
    def my_facts(self) -> Path:
        """The file this user on this host appends to, under a lock."""
        safe = re.sub(r"[^A-Za-z0-9_.-]", "_", f"{facts.host_name()}-{facts.user_name()}")
        return self.human_facts / f"{safe}.jsonl"

    @property
    def database(self) -> Path:
        """The index; on a network file system it lies in the user's cache, where SQLite's locks can be trusted."""
        if filesystems.filesystem_kind(self.folder) == "network":
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
            return base / "labjournal" / f"{self.read_identity()['id']}.db"
        return self.folder / "journal.db"

    def run(self, run_id: str) -> RunPaths:
        return RunPaths(self.runs / run_id)

    def run_ids(self) -> list[str]:
        """Ids of all run folders, unsorted; [] when there are none yet."""
        try:
            with os.scandir(self.runs) as entries:
                return [entry.name for entry in entries if _ULID.match(entry.name)]
        except FileNotFoundError:
            return []

    def read_identity(self) -> dict[str, object]:
        """The content of ``journal.json``; raises NewerJournalError, JournalUnavailableError."""
        try:
            raw = json.loads(self.identity.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"v": FORMAT_VERSION, "id": facts.derived_id("journal", str(self.folder))}
        except (OSError, ValueError) as error:
            raise JournalUnavailableError(
                f"{self.identity} cannot be read: {error}",
                "Restore it from a backup, or remove it: it is made again.",
            ) from error
        version = raw.get("v") if isinstance(raw, dict) else None
        if not isinstance(version, int):
            raise JournalUnavailableError(f"{self.identity} holds no format version.", "Is this a journal folder?")
        if version > FORMAT_VERSION:
            raise NewerJournalError(
                f"{self.folder} was written by a newer labjournal (format {version}, this one knows {FORMAT_VERSION}).",
                "Nothing was touched. Update with: pip install -U labjournal",
            )
        return dict(raw)


def find(start: Path | None = None) -> JournalPaths | None:
    """The journal named by ``LABJOURNAL_DIR`` or found upwards from ``start`` (default: the working folder)."""
    named = os.environ.get(tags.ENV_JOURNAL_DIR)
    if named and start is None:
        return at(Path(named))
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / FOLDER / "journal.json").is_file() or (folder / FOLDER / "runs").is_dir():
            return JournalPaths(folder / FOLDER)
    return None


def at(folder: Path) -> JournalPaths:
    """The journal of a folder: the folder itself when it is one, else the ``.labjournal`` in it."""
    folder = folder.absolute()
    if folder.name == FOLDER or (folder / "journal.json").is_file():
        return JournalPaths(folder)
    return JournalPaths(folder / FOLDER)


def find_or_make(start: Path | None = None) -> JournalPaths:
    """The journal found as ``find`` does, else a new one; raises JournalUnavailableError, NewerJournalError."""
    found = find_or_plan(start)
    make(found)
    return found


def find_or_plan(start: Path | None = None) -> JournalPaths:
    """The journal found as ``find`` does, else where it would be made; nothing is made."""
    return find(start) or JournalPaths(_home_of_new((start or Path.cwd()).absolute()) / FOLDER)


def make(paths: JournalPaths) -> None:
    """Make the folder and its identity unless they stand. Raises JournalUnavailableError, NewerJournalError."""
    try:
        if not paths.identity.exists():
            _make_new(paths)
    except OSError as error:
        raise JournalUnavailableError(
            f"No journal can be made at {paths.folder}: {error.strerror or error}.",
            "Name another place with -C DIR or LABJOURNAL_DIR.",
        ) from error
    paths.read_identity()


def _make_new(paths: JournalPaths) -> None:
    for folder in (paths.runs, paths.human_facts, paths.cache):
        folder.mkdir(parents=True, exist_ok=True)
    ignore = paths.folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    identity = {"v": FORMAT_VERSION, "id": facts.new_ulid(), "created": facts.now_iso()}
    beside = paths.folder / f"journal.json.{os.getpid()}"
    beside.write_text(facts.dumps(identity) + "\n", encoding="utf-8")
    try:
        os.link(beside, paths.identity)  # the first of several makers wins, and nobody reads half a file
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        beside.replace(paths.identity)
        return
    beside.unlink(missing_ok=True)


def _home_of_new(here: Path) -> Path:
    for folder in (here, *here.parents):
        if (folder / "labjournal.toml").is_file() or (folder / ".git").exists():
            return folder
        pyproject = folder / "pyproject.toml"
        if pyproject.is_file() and b"[tool.labjournal" in pyproject.read_bytes():
            return folder
    return here
