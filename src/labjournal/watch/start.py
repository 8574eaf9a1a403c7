"""The first act in every Python process of a run: say that the watch is there, then wait for torch.

Started by ``sitecustomize`` before the user's first line. It costs a process that never imports torch under 3 ms,
which is why nothing here imports more than ``os``, ``sys`` and ``time``.
"""

from __future__ import annotations

import atexit
import os
import sys

from labjournal.watch.audit import FileAudit
from labjournal.watch.imports import ImportWatch
from labjournal.watch.masking import masked_argv
from labjournal.watch.outbox import Outbox, python_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Dict, List, Optional, Set, Type

MAX_FRAMES = 20


class Inside:
    """What one process of a run has: its facts file, the files it opens, and the watch once torch is there."""

    def __init__(self, run: str, folder: str, attempt: int, project: Optional[str]) -> None:
        self.run = run
        self.folder = folder
        self.attempt = attempt
        self.rank = _number("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK")
        self.outbox = Outbox(run, folder, attempt, _is_helper(command_line()), self._hook)
        self.audit = FileAudit(self.outbox, folder, project, os.environ.get("LABJOURNAL_CODE_ROOT"))
        self.torch: Any = None
        """The hooks in torch (``torch_hook.TorchHook``), once it has been imported."""
        self._gave_up = False
        self._sources: Set[str] = set()
        self._script_stated = False

    def _hook(self) -> Dict[str, Any]:
        world = _number("WORLD_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE")
        data: Dict[str, Any] = {
            "python": python_version(),
            "executable": sys.executable,
            "pid": os.getpid(),
            "ppid": os.getppid(),
            "argv": masked_argv(command_line()),
            "rank": self.rank,
            "world_size": world,
        }
        cuda = os.environ.get("CUDA_VISIBLE_DEVICES")
        if cuda is not None:
            data["cuda"] = cuda
        return data

    def install(self) -> None:
        self.outbox.begin()
        if self.outbox.dark:
            if self.outbox.trouble:
                self.give_up(f"facts cannot be written to {self.outbox.trouble}")
            return
        self.audit.install()
        ImportWatch(
            {
                "torch": self._on_torch,
                "argparse": self._on_settings,
                "random": self._on_settings,
                "numpy.random": self._on_settings,
                "click.core": self._on_settings,
                "absl.flags": self._on_settings,
                "transformers.training_args": self._on_settings,
                "hydra.core.hydra_config": self._on_settings,
                "safetensors.torch": self._on_storage,
            }
        ).install()
        previous = sys.excepthook

        def excepthook(kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]) -> None:
            try:
                self._on_uncaught(kind, error, trace)
            finally:
                previous(kind, error, trace)

        sys.excepthook = excepthook
        atexit.register(self._at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def give_up(self, because: str) -> None:
        """The watch has failed: one notice in the run, or on stderr where the run's folder cannot be written."""
        if self._gave_up or self.rank:
            return
        self._gave_up = True
        try:
            if self.outbox.write("watch_off", {"because": because}) or self.outbox.quiet:
                return
            print(f"labjournal: not watched: {because}", file=sys.stderr)
        except Exception:  # noqa: BLE001 - a closed stderr; the user's program goes first, always
            return

    def _on_torch(self, torch: Any) -> None:
        try:
            from labjournal.watch import storage, torch_hook, wrapping

            storage.watch_torch(torch, self.audit.files)
            wrapping.hide_from_compiler(FileAudit._audit.__code__, below=True)
            self.torch = torch_hook.install(torch, self)
        except Exception as error:  # noqa: BLE001 - the user's import of torch has succeeded
            self.give_up(f"the hooks into torch could not be set: {error!r}"[:400])

    def _on_storage(self, module: Any) -> None:
        from labjournal.watch import storage

        storage.watch_safetensors(module, self.audit.files)

    def _on_settings(self, module: Any) -> None:
        from labjournal.watch import settings

        settings.watch(module, self.state_settings)

    def state_settings(self, source: str, values: Dict[str, Any]) -> None:
        """One ``settings`` fact; ranks other than the first would only repeat it."""
        if values and not self.rank and not self.outbox.quiet:
            self._sources.add(source)
            self.outbox.write("settings", {"source": source, "values": values})

    def state_script(self) -> None:
        """Settings that stand in the script itself, once the training begins; at the latest at the end."""
        if self._script_stated or self.rank or self.outbox.quiet:
            return
        self._script_stated = True
        from labjournal.watch import settings

        try:
            settings.of_the_script(self.state_settings, self._sources)
        except Exception:  # noqa: BLE001 - a script in another encoding, a value that cannot be read
            return

    def _on_uncaught(self, kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]) -> None:
        frames: List[str] = []
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f'File "{code.co_filename}", line {trace.tb_lineno}, in {code.co_name}')
            trace = trace.tb_next
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        try:
            message = str(error)[:2000]
        except Exception:  # noqa: BLE001 - a user's __str__
            message = ""
        self.outbox.write("traceback", {"type": name, "message": message, "frames": frames[-MAX_FRAMES:]})

    def _at_exit(self) -> None:
        for last in (self._end_torch, self._end_script, self._end_facts):
            try:
                last()
            except Exception:  # noqa: BLE001 - Python would print it at the end of the user's program
                continue

    def _end_torch(self) -> None:
        if self.torch is not None:
            self.torch.end()

    def _end_script(self) -> None:
        if "numpy" in sys.modules:  # others compute nothing that would have settings, and stay quick
            self.state_script()
        self.audit.flush(final=True)

    def _end_facts(self) -> None:
        if self.outbox.dark and self.outbox.trouble:
            self.give_up(f"facts were lost: {self.outbox.trouble}")

    def _after_fork(self) -> None:
        self.outbox.after_fork()
        self.audit.after_fork()
        if self.torch is not None:
            self.torch.after_fork()


_inside: Optional[Inside] = None


def inside() -> Optional[Inside]:
    """This process's part of the run, or None where no run was launched."""
    return _inside


def begin() -> None:
    """Called once by ``sitecustomize``; the environment has been looked at."""
    global _inside
    if _inside is not None:
        return
    journal = os.environ.get("LABJOURNAL_DIR")
    project = os.path.dirname(os.path.abspath(journal)) if journal else None
    attempt = _number("LABJOURNAL_ATTEMPT") or 1
    folder = os.path.abspath(os.environ["LABJOURNAL_RUN_DIR"])
    _inside = Inside(os.environ["LABJOURNAL_RUN_ID"], folder, attempt, project)
    _inside.install()


def command_line() -> List[str]:
    """The whole command line of this process, interpreter options included where Python tells them."""
    if hasattr(sys, "orig_argv"):
        return list(sys.orig_argv)
    try:
        with open("/proc/self/cmdline", "rb") as file:  # noqa: PTH123 - Python 3.9 has no orig_argv
            return [os.fsdecode(part) for part in file.read().split(b"\0")[:-1]]
    except OSError:
        return [sys.executable, *getattr(sys, "argv", [])]


def _is_helper(argv: List[str]) -> bool:
    """True for loader workers by spawn and for the other processes that multiprocessing starts by itself."""
    return any("multiprocessing" in arg for arg in argv[1:6])


def _number(*names: str) -> Optional[int]:
    for name in names:
        text = os.environ.get(name, "")
        if text.isdigit():
            return int(text)
    return None
