"""Notes the files a run opens: event files and results it writes, data it reads, checkpoints both ways.

What Python opens is told by ``audit.py``, what torch and safetensors open by themselves by ``storage.py``.
"""

from __future__ import annotations

import os
import sys
import time

from labjournal.watch.audit import CHECKPOINT, CONFIG, DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Set, Tuple

    from labjournal.watch.outbox import Outbox
    from labjournal.watch.sources import Sources

MAX_OPENED = 200
"""Files read that are told per process; an image folder would be millions."""
MAX_CHECKPOINTS = 2000
SMALL_BYTES = 1_000_000
"""A configuration file is smaller than this; a larger JSON file is data."""
BATCH = 16
BATCH_S = 2.0

_TEXT = frozenset((".txt", ".csv", ".tsv", ".json", ".jsonl"))
_RESULT_WORDS = frozenset(
    "result results metric metrics score scores report reports eval evaluation confusion progress".split()
)
_NO_RESULT_WORDS = frozenset(
    "config cfg args params parameters settings pred preds predictions outputs samples schema answers cache".split()
)
MAX_RESULTS = 100
_FOREIGN_NAMES = ("site-packages", "dist-packages", ".git", ".labjournal", ".config", ".venv", "node_modules")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND


class FileWatch:
    """What this process has opened, read, written and run; ``begun_in`` is where it was started."""

    def __init__(self, outbox: Outbox, run_folder: str, begun_in: str, project: Optional[str]) -> None:
        self._outbox = outbox
        self._own = (os.path.join(run_folder, "facts"), os.path.join(run_folder, "events"))
        self._projects = tuple({folder + os.sep for folder in (begun_in, project) if folder})
        self._foreign = _foreign_folders()
        self._seen: Set[Tuple[str, bool]] = set()
        self._waiting: List[Tuple[str, Dict[str, Any], Optional[str]]] = []
        self._written: Dict[str, None] = {}
        self._opened = 0
        self._checkpoints = 0
        self._results = 0
        self._since = 0.0
        self._work = os.path.join(run_folder, "work")
        self._code: Optional[Sources] = None
        """What was run of the repository; many processes run nothing of it."""

    def after_fork(self) -> None:
        """A forked child tells only what it does itself."""
        self._waiting, self._written = [], {}
        if self._code is not None:
            self._code.new = {}

    def executed(self, full: str, root: str) -> None:
        """A module below the repository's ``root``, or the script itself, is about to run."""
        if self._code is None:
            from labjournal.watch.sources import Sources  # 1 ms with zlib

            self._code = Sources(root)
        if self._code.executed(full):
            self._start_clock()

    def opened(self, path: str, mode: Optional[str], flags: Any) -> None:
        writing = any(char in mode for char in "wax+") if mode else bool(isinstance(flags, int) and flags & _WRITING)
        if (path, writing) in self._seen:
            return
        if len(self._seen) < 20_000:
            self._seen.add((path, writing))
        full = os.path.abspath(path)
        if full.startswith(self._own):
            return
        if "tfevents" in os.path.basename(full):
            if writing:
                self._outbox.write("event_file", {"path": full, "logdir": os.path.dirname(full)})
            return
        suffix = os.path.splitext(full)[1].lower()
        if writing:
            if suffix in CHECKPOINT:
                self.checkpoint_written(full)
            elif suffix in _TEXT:
                self._on_result(full)
        elif not self._is_foreign(full):
            self._on_read(full, suffix)

    def _on_result(self, full: str) -> None:
        """A text file whose name speaks of results was written; what it holds is judged when it is read."""
        if self._results < MAX_RESULTS and _speaks_of_results(os.path.basename(full)) and not self._is_foreign(full):
            self._results += 1
            self._wait("result_file", {"path": full})

    def _on_read(self, full: str, suffix: str) -> None:
        stat = os.stat(full)
        config = suffix in CONFIG and stat.st_size < SMALL_BYTES
        if config and not full.startswith(self._projects):
            return
        if suffix in CHECKPOINT:
            self.checkpoint_read(full)
        if (config or suffix in DATA) and self._opened < MAX_OPENED:
            self._opened += 1
            use = "config" if config else "data"
            self._wait("file_opened", {"path": full, "size": stat.st_size, "mtime": stat.st_mtime, "use": use})

    def _is_foreign(self, full: str) -> bool:
        if full.startswith(self._work + os.sep):  # a frozen run's own tree lies in the journal
            full = full[len(self._work) :]
        return full.startswith(self._foreign) or any(f"{os.sep}{name}{os.sep}" in full for name in _FOREIGN_NAMES)

    def renamed(self, source: str, target: str) -> None:
        full = os.path.abspath(target)
        suffix = os.path.splitext(full)[1].lower()
        if suffix in _TEXT:
            self._on_result(full)
        if suffix in CHECKPOINT or os.path.abspath(source) in self._written:
            self._written.pop(os.path.abspath(source), None)
            self.checkpoint_written(full)

    def checkpoint_written(self, path: str) -> None:
        """Told at the next flush: at the open itself the file is still empty, and may yet be renamed."""
        if self._checkpoints < MAX_CHECKPOINTS:
            self._checkpoints += 1
            self._start_clock()
            self._written[path] = None
            self._seen.discard((path, True))  # the next version of best.pt is told again

    def checkpoint_read(self, path: str) -> None:
        if self._checkpoints < MAX_CHECKPOINTS:
            self._checkpoints += 1
            self._wait("checkpoint_read", {"path": path})

    def _wait(self, kind: str, data: Dict[str, Any]) -> None:
        self._start_clock()
        self._waiting.append((kind, data, None))
        if len(self._waiting) >= BATCH:
            self.flush()

    def _start_clock(self) -> None:
        now = time.monotonic()
        if not self._waiting and not self._written and (self._code is None or len(self._code.new) <= 1):
            self._since = now
        elif now - self._since > BATCH_S:
            self.flush()

    def tick(self) -> None:
        """Called now and then from elsewhere, so that what waits is told within seconds."""
        new = self._waiting or self._written or (self._code is not None and self._code.new)
        if new and time.monotonic() - self._since > BATCH_S:
            self.flush()

    def flush(self, final: bool = False) -> None:
        """Write what waits; a quiet process (a loader worker) keeps it until it has something of its own to say.

        A checkpoint touched within the last BATCH_S may still be on its way to the disk and waits on, unless ``final``.
        """
        if self._outbox.quiet:
            return
        still: Dict[str, None] = {}
        for path in list(self._written):
            try:
                stat = os.stat(path)
            except OSError:
                continue  # removed or renamed by now; a rename was heard
            if not final and time.time() - stat.st_mtime < BATCH_S:
                still[path] = None
                continue
            data = {"path": path, "size": stat.st_size, "mtime": stat.st_mtime}
            self._waiting.append(("checkpoint_written", data, None))
        self._written = still
        if self._code is not None and self._code.new:
            self._waiting.append(("code", self._code.take(), None))
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._outbox.write_all(waiting)


def _speaks_of_results(name: str) -> bool:
    low = os.path.splitext(name)[0].lower()
    words = set("".join(char if char.isalnum() else " " for char in low).split())
    if words & _NO_RESULT_WORDS:
        return False
    return bool(words & _RESULT_WORDS) or low.endswith(("results", "metrics", "scores", "report", "trainer_state"))


def _foreign_folders() -> Tuple[str, ...]:
    """Where Python and the system keep their own files; what is read there is neither data nor configuration."""
    found = {sys.prefix, sys.base_prefix, sys.exec_prefix, "/proc", "/sys", "/etc", "/dev", "/usr"}
    return tuple(sorted(os.path.join(folder, "") for folder in found if folder and folder != os.sep))
