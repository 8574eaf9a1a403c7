"""The run that this process belongs to: found through the environment, written to as facts and events."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Any, Dict, Mapping, Optional, Type

from labjournal import facts, tags
from labjournal.watch.event_writer import EventWriter


class Run:
    """The run this process belongs to; usable as ``with labjournal.init() as run``."""

    def __init__(self, run_id: str, folder: str, attempt: int = 1) -> None:
        self.id = run_id
        self.folder = folder
        self._facts = facts.writer_path(os.path.join(folder, "facts"), attempt, "api")
        self._events = EventWriter(os.path.join(folder, "events"))
        self._pid = os.getpid()
        self._attempt = attempt

    def state(self, kind: str, data: Dict[str, Any], sync: bool = False) -> Optional[str]:
        """Append one fact of this run, and give its id. Trouble with the disk is a notice, never an error of the
        training."""
        if self._pid != os.getpid():  # a forked child writes a file of its own
            self._pid = os.getpid()
            self._facts = facts.writer_path(os.path.join(self.folder, "facts"), self._attempt, "api")
        fact = facts.make(kind, data, run=self.id)
        try:
            facts.append(self._facts, [fact], sync=sync)
        except OSError as error:
            notice(f"a {kind} could not be written to {self.folder}: {error.strerror}")
            return None
        return fact.id

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        try:
            self._events.add(step, dict(values))
        except OSError as error:
            notice(f"scalars could not be written to {self.folder}: {error.strerror}")

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        forget()


class NoRun(Run):
    """Takes every call and keeps nothing."""

    def __init__(self) -> None:
        self.id = ""
        self.folder = ""

    def state(self, kind: str, data: Dict[str, Any], sync: bool = False) -> Optional[str]:
        return None

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        return


_current: Optional[Run] = None
_noticed = False


def notice(text: str) -> None:
    global _noticed
    if not _noticed:
        _noticed = True
        print(f"labjournal: {text}", file=sys.stderr)


def own_run() -> Run:
    """The launched run, found through the environment the launcher set; a silent stand-in where there is none."""
    global _current
    if _current is None:
        run_id, folder = os.environ.get(tags.ENV_RUN_ID), os.environ.get(tags.ENV_RUN_DIR)
        if run_id and folder:
            attempt = os.environ.get(tags.ENV_ATTEMPT, "")
            _current = Run(run_id, os.path.abspath(folder), int(attempt) if attempt.isdigit() else 1)
        else:
            _current = NoRun()
    if isinstance(_current, NoRun):
        notice("this process belongs to no run; start it with `labjournal run -- …` and what it says is kept")
    return _current


def forget() -> None:
    """The next ``own_run`` looks at the environment afresh."""
    global _current
    _current = None
