"""Hears each file that this process opens, renames or runs, and leaves at once for the thousands that are none of ours.

Python tells an audit hook each ``open``. Files opened by C or Rust code alone (torch.save by name, safetensors,
pyarrow) raise no such event; ``storage.py`` covers the two that carry checkpoints.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Tuple

    from labjournal.watch.files import FileWatch
    from labjournal.watch.outbox import Outbox

CONFIG = frozenset((".yaml", ".yml", ".toml", ".json", ".cfg", ".ini"))
CHECKPOINT = frozenset((".pt", ".pth", ".ckpt", ".safetensors", ".keras"))
DATA = frozenset(
    ".csv .tsv .npz .npy .json .jsonl .parquet .feather .arrow .h5 .hdf5 .root .fits .pkl .pickle .joblib .mat .txt "
    ".db .sqlite .lmdb .tfrecord .zarr .gz .xz .bz2 .zip .tar .bin .pt .pth .safetensors .wav .flac .tif .tiff".split()
)
_SUFFIXES = CONFIG | CHECKPOINT | DATA
_LONGEST = max(len(suffix) for suffix in _SUFFIXES)


class FileAudit:
    """The audit hook; ``files`` is loaded with the first file that may be of interest.

    Nothing it does may raise: an error here would come out of the user's ``open``.
    """

    def __init__(self, outbox: Outbox, run_folder: str, project: Optional[str], code_root: Optional[str]) -> None:
        self._outbox = outbox
        self._where = (run_folder, os.getcwd(), project)
        self._code_root = os.path.join(os.path.abspath(code_root), "") if code_root else None
        self._files: Optional[FileWatch] = None
        self._busy = False

    def install(self) -> None:
        sys.addaudithook(self._audit)

    @property
    def files(self) -> FileWatch:
        if self._files is None:
            from labjournal.watch.files import FileWatch

            self._files = FileWatch(self._outbox, *self._where)
        return self._files

    def flush(self, final: bool = False) -> None:
        if self._files is not None:
            self._files.flush(final)

    def after_fork(self) -> None:
        self._busy = False
        if self._files is not None:
            self._files.after_fork()

    def _audit(self, event: str, args: Tuple[Any, ...]) -> None:
        if event == "open":
            path = args[0]
            if type(path) is bytes:  # TensorBoard's own writer encodes its names
                path = os.fsdecode(path)
            elif type(path) is not str:
                return
            dot = path.rfind(".", -_LONGEST)
            if (dot >= 0 and path[dot:].lower() in _SUFFIXES) or "tfevents" in path:
                self._guarded(self._on_open, path, args[1], args[2])
        elif event == "exec":
            if self._code_root is not None:
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

    def _on_open(self, path: str, mode: Optional[str], flags: Any) -> None:
        self.files.opened(path, mode, flags)

    def _on_rename(self, source: Any, target: Any) -> None:
        if isinstance(source, str) and isinstance(target, str):
            self.files.renamed(source, target)

    def _on_exec(self, code: Any) -> None:
        name = getattr(code, "co_filename", "")
        if self._code_root is None or not name or name[0] == "<":
            return
        full = os.path.abspath(name)
        if full.startswith(self._code_root):
            self.files.executed(full, self._code_root)
