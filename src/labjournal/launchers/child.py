"""The run's own process: forked and held back until its identity is on disk, then it becomes the command.

So the number and start time that are recorded are those of the command itself, and a supervisor that dies before
it could write them down takes the process with it instead of leaving one that nobody knows.
"""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import NamedTuple, NoReturn

from labjournal.launchers.base import Plan
from labjournal.paths import RunPaths

NOT_FOUND = 127
NOT_EXECUTABLE = 126
_GO = b"go"


class ExecFailure(NamedTuple):
    """Why the command could not be started."""

    exit_code: int
    cause: str


class Child(NamedTuple):
    """A process that waits for ``release``."""

    pid: int
    gate: int
    """File descriptor: writing lets it go, closing ends it."""
    report: int
    """File descriptor: closes when the command runs, tells why when it does not."""


def fork(plan: Plan, log: int) -> Child:
    """Make the process. ``log`` becomes its standard output and error. Raises OSError."""
    gate_out, gate_in = os.pipe()
    report_out, report_in = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        for fd in (gate_out, gate_in, report_out, report_in):
            os.close(fd)
        raise
    if pid == 0:
        try:
            os.close(gate_in)
            os.close(report_out)
            _become(plan, log, gate_out, report_in)
        finally:
            os._exit(NOT_FOUND)
    os.close(gate_out)
    os.close(report_in)
    return Child(pid, gate_in, report_out)


def release(child: Child, plan: Plan) -> ExecFailure | None:
    """Let the process become the command; returns why it could not."""
    try:
        os.write(child.gate, _GO)
    except BrokenPipeError:  # killed while it waited: the wait tells how
        pass
    finally:
        os.close(child.gate)
    report = b""
    while piece := os.read(child.report, 1024):
        report += piece
    os.close(child.report)
    if not report:
        return None
    step, _, number = report.decode("ascii", "replace").partition(" ")
    return _explain(plan, step, int(number))


def abandon(child: Child) -> None:
    """End a process that was never released."""
    os.close(child.gate)
    os.close(child.report)
    os.waitpid(child.pid, 0)


def _become(plan: Plan, log: int, gate: int, report: int) -> NoReturn:
    step = "start"
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        reset_signals()
        if os.read(gate, len(_GO)) != _GO:
            os.kill(os.getpid(), signal.SIGKILL)  # no exit code: one would pass for the command's own
        for lease in plan.leases:
            os.set_inheritable(lease, True)
        if plan.queued:  # so that a start that was never made can be told from one that was, and made again
            begun = RunPaths(Path(plan.folder)).begun(plan.attempt)
            os.close(os.open(begun, os.O_WRONLY | os.O_CREAT, 0o666))
        step = "cwd"
        os.chdir(plan.cwd)
        step = "exec"
        os.execvpe(plan.command[0], plan.command, dict(plan.environment))
    except OSError as error:
        os.write(report, f"{step} {error.errno or 0}".encode())
    except ValueError:  # a NUL in an argument
        os.write(report, f"{step} {errno.EINVAL}".encode())
    os._exit(NOT_EXECUTABLE)


def reset_signals() -> None:
    """Every signal as a fresh process has it: Python ignores PIPE and XFSZ, nohup ignores HUP."""
    for number in signal.valid_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            try:
                signal.signal(number, signal.SIG_DFL)
            except (OSError, ValueError):  # those the C library keeps for itself
                continue
    signal.set_wakeup_fd(-1)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _explain(plan: Plan, step: str, number: int) -> ExecFailure:
    words = os.strerror(number)
    if step == "cwd":
        return ExecFailure(NOT_FOUND, f"the working folder {plan.cwd} cannot be entered: {words}")
    if step == "start":
        return ExecFailure(NOT_EXECUTABLE, f"the process could not be set up: {words}")
    import shutil

    program = plan.command[0]
    found = shutil.which(program, path=plan.environment.get("PATH", os.defpath))
    here = Path(plan.cwd, program)
    if number in (errno.ENOENT, errno.ENOTDIR):
        script = found or (str(here) if "/" in program and here.is_file() else None)
        if script is not None:
            return ExecFailure(NOT_FOUND, f"{program}: the interpreter named in its first line does not exist")
        advice = f"; it lies here, say ./{program} or name its interpreter" if here.is_file() else ""
        return ExecFailure(NOT_FOUND, f"command not found: {program}{advice}")
    if number == errno.EACCES:
        if here.is_dir():
            return ExecFailure(NOT_EXECUTABLE, f"not executable: {program} is a folder")
        return ExecFailure(NOT_EXECUTABLE, f"not executable: {program} (chmod +x it, or name its interpreter)")
    if number == errno.ENOEXEC:
        return ExecFailure(NOT_EXECUTABLE, f"not executable: {program} is no program and names no interpreter (#!)")
    if number == errno.E2BIG:
        return ExecFailure(NOT_EXECUTABLE, f"cannot start {program}: arguments and environment are too long")
    return ExecFailure(NOT_EXECUTABLE, f"cannot start {program}: {words}")


def say(log: int, text: str) -> None:
    """Put a line of ours into the run's log; a full disk loses it."""
    try:
        os.write(log, f"labjournal: {text}\n".encode("utf-8", "replace"))
    except OSError:
        return
