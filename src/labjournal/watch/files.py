"""Notes the files a run opens: event files and results it writes, data it reads, checkpoints both ways.

Python tells an audit hook each ``open``. The hook looks at the suffix first and leaves at once for the thousands of
opens that are none of ours. Files opened by C or Rust code alone (torch.save by name, safetensors, pyarrow) raise no
such event; ``storage.py`` covers the two that carry checkpoints.
"""

from __future__ import annotations

import os
import sys
import time

from labjournal import tags
from labjournal.watch.sources import Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Set, Tuple

    from labjournal.watch.outbox import Outbox

MAX_OPENED = 200
"""Files read that are told per process; an image folder would be millions."""
MAX_CHECKPOINTS = 2000
SMALL_BYTES = 1_000_000
"""A configuration file is smaller than this; a larger JSON file is data."""
BATCH = 16
BATCH_S = 2.0

_CONFIG = frozenset((".yaml", ".yml", ".toml", ".json", ".cfg", ".ini"))
_CHECKPOINT = frozenset((".pt", ".pth", ".ckpt", ".safetensors", ".keras"))
_DATA = frozenset(
    ".csv .tsv .npz .npy .json .jsonl .parquet .feather .arrow .h5 .hdf5 .root .fits .pkl .pickle .joblib .mat .txt "
    ".db .sqlite .lmdb .tfrecord .zarr .gz .xz .bz2 .zip .tar .bin .pt .pth .safetensors .wav .flac .tif .tiff".split()
)
_TEXT = frozenset((".txt", ".csv", ".tsv", ".json", ".jsonl"))
_SUFFIXES = _CONFIG | _CHECKPOINT | _DATA
_LONGEST = max(len(suffix) for suffix in _SUFFIXES)
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
    """The audit hook and what it has seen. Nothing it does may raise: an error here would come out of ``open``."""

    def __init__(self, outbox: Outbox, run_folder: str, project: Optional[str]) -> None:
        self._outbox = outbox
        self._own = (os.path.join(run_folder, "facts"), os.path.join(run_folder, "events"))
        self._projects = tuple({folder + os.sep for folder in (os.getcwd(), project) if folder})
        self._foreign = _foreign_folders()
        self._seen: Set[Tuple[str, bool]] = set()
        self._waiting: List[Tuple[str, Dict[str, Any], Optional[str]]] = []
        self._written: Dict[str, None] = {}
        self._opened = 0
        self._checkpoints = 0
        self._results = 0
        self._since = 0.0
        self._busy = False
        self._work = os.path.join(run_folder, "work")
        self._code = Sources(os.environ.get(tags.ENV_CODE_ROOT))

    def install(self) -> None:
        sys.addaudithook(self._audit)

    def after_fork(self) -> None:
        """A forked child tells only what it does itself."""
        self._waiting, self._written, self._busy = [], {}, False
        self._code.new = {}

    def _audit(self, event: str, args: Tuple[Any, ...]) -> None:
        if event == "open":
            path = args[0]
            if type(path) is bytes:  # TensorBoard's own writer encodes its names
                path = os.fsdecode(path)
            elif type(path) is not str:
                return
            dot = path.rfind(".", -_LONGEST)
            if (dot < 0 or path[dot:].lower() not in _SUFFIXES) and "tfevents" not in path:
                return
            self._guarded(self._on_open, path, args[1], args[2])
        elif event == "exec":
            self._guarded(self._on_exec, args[0])
        elif event == "os.rename":
            self._guarded(self._on_rename, args[0], args[1])

    def _guarded(self, what: Any, *args: Any) -> None:
        if self._busy or self._outbox.dark:
            return
        self._busy = True
        try:
            what(*args)
        except Exception:  # noqa: BLE001 - it would surface in the user's open()
            return
        finally:
            self._busy = False

    def _on_exec(self, code: Any) -> None:
        """A module, or the script itself, is about to run."""
        if self._code.executed(getattr(code, "co_filename", "")):
            self._start_clock()

    def _on_open(self, path: str, mode: Optional[str], flags: Any) -> None:
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
            if suffix in _CHECKPOINT:
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
        config = suffix in _CONFIG and stat.st_size < SMALL_BYTES
        if config and not full.startswith(self._projects):
            return
        if suffix in _CHECKPOINT:
            self.checkpoint_read(full)
        if (config or suffix in _DATA) and self._opened < MAX_OPENED:
            self._opened += 1
            use = "config" if config else "data"
            self._wait("file_opened", {"path": full, "size": stat.st_size, "mtime": stat.st_mtime, "use": use})

    def _is_foreign(self, full: str) -> bool:
        if full.startswith(self._work + os.sep):  # a frozen run's own tree lies in the journal
            full = full[len(self._work) :]
        return full.startswith(self._foreign) or any(f"{os.sep}{name}{os.sep}" in full for name in _FOREIGN_NAMES)

    def _on_rename(self, source: Any, target: Any) -> None:
        if not (isinstance(source, str) and isinstance(target, str)):
            return
        full = os.path.abspath(target)
        suffix = os.path.splitext(full)[1].lower()
        if suffix in _TEXT:
            self._on_result(full)
        if suffix in _CHECKPOINT or os.path.abspath(source) in self._written:
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
        if not self._waiting and not self._written and len(self._code.new) <= 1:
            self._since = now
        elif now - self._since > BATCH_S:
            self.flush()

    def tick(self) -> None:
        """Called now and then from elsewhere, so that what waits is told within seconds."""
        if (self._waiting or self._written or self._code.new) and time.monotonic() - self._since > BATCH_S:
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
        if self._code.new:
            self._waiting.append(("code", self._code.take(), None))
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._outbox.write_all(waiting)


def hide_from_compiler(eval_frame: Any) -> None:
    """torch.compile would compile the audit hook when a file is opened inside a compiled call: one frame more.

    ``eval_frame`` is ``torch._C._dynamo.eval_frame``, which is there before torch._dynamo is imported.
    """
    code = FileWatch._audit.__code__
    if hasattr(eval_frame, "set_code_exec_strategy"):
        skip = eval_frame._FrameAction.SKIP
        eval_frame.set_code_exec_strategy(code, eval_frame._FrameExecStrategy(skip, skip))
    elif hasattr(eval_frame, "skip_code"):
        eval_frame.skip_code(code)


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
