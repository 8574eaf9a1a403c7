"""How an attempt ended, in words a person can act on."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import NamedTuple

from labjournal.launchers import deaths
from labjournal.launchers.deaths import Kind, Traceback

DONE, FAILED, KILLED, TIMEOUT, LOST = "DONE", "FAILED", "KILLED", "TIMEOUT", "LOST"
PREEMPTED = "PREEMPTED"

_CRASHES = {
    "SIGSEGV": "segmentation fault",
    "SIGBUS": "bus error; a full /dev/shm or a file cut short under a memory map does this",
    "SIGABRT": "aborted by itself; the log says why",
    "SIGFPE": "arithmetic error",
    "SIGILL": "illegal instruction; built for another processor",
    "SIGSYS": "forbidden system call",
    "SIGTRAP": "trap",
}
_TAIL_BYTES = 64 * 1024
_ERROR_LINE = re.compile(
    r"(?:\[rank\d+\]:\s*)?((?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Iteration)(?::\s.*)?)$"
)
_COMPLAINT = re.compile(
    r"\b(error|fatal|fail(ed|ure|s)?|can(not|'t)|could not|couldn't|no such|not found|invalid|usage:|unrecognized"
    r"|denied|missing|abort\w*|panic\w*|no \w+( in|$)|must|expected|unknown|refused|unable)\b",
    re.IGNORECASE,
)
_WHAT = re.compile(r"^\s*what\(\):\s*(\S.*)$", re.MULTILINE)
"""What a C++ exception that nobody caught says."""
_NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded|\bENOSPC\b", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_WORDS = 300


class Outcome(NamedTuple):
    status: str
    cause: str | None
    exit_code: int | None
    signal: int | None
    kind: Kind | None = None
    """What kind of death it was; None for a run that ended well."""
    trace: Traceback | None = None


class MemoryKills(NamedTuple):
    """How often the kernel has killed for want of memory: in our control group, on the whole machine."""

    group: int | None
    machine: int | None


class Request(NamedTuple):
    """Why a supervisor ended its run."""

    status: str
    """KILLED, TIMEOUT or PREEMPTED."""
    words: str
    """As "stopped by ada: too slow" or "over its time limit of 1h"."""
    told: bool = False
    """The run was told of it and ended by itself, which counts as this end whatever its exit code."""


def decide(
    wait_status: int,
    request: Request | None,
    sent: signal.Signals | None,
    tail: str,
    before: MemoryKills,
    after: MemoryKills,
) -> Outcome:
    """The outcome of a process that was waited for.

    Args:
        wait_status: as ``os.wait4`` gives it.
        request: what the supervisor was ending the run for, if it was.
        sent: the strongest signal the supervisor sent.
        tail: the end of what the attempt printed.
        before, after: read at its start and end.
    """
    killed_by = os.WTERMSIG(wait_status) if os.WIFSIGNALED(wait_status) else None
    exit_code = None if killed_by else os.WEXITSTATUS(wait_status)
    if request is not None and (sent is not None or request.told or killed_by is not None or exit_code):
        words = f"{request.words}; {_how(killed_by, exit_code, sent)}"
        return Outcome(
            request.status, words, exit_code, killed_by, Kind.TIME if request.status == TIMEOUT else Kind.STOPPED
        )
    memory = _memory(before, after)
    trace = deaths.telling(tail)
    if killed_by is not None:
        trace = deaths.crash(tail) or trace
        ended = _by_signal(killed_by, memory, tail, trace)
        kind = ended.kind or (Kind.MEMORY if memory else Kind.KILLED)
        return ended._replace(kind=kind, trace=trace)
    assert exit_code is not None
    if exit_code == 0:
        return Outcome(DONE, None, 0, None)
    kind = deaths.kind_of(tail, trace)
    if kind is Kind.ERROR and exit_code == 128 + signal.SIGKILL:
        kind = Kind.MEMORY if memory else Kind.KILLED
    return Outcome(FAILED, _by_code(exit_code, memory, tail, trace), exit_code, None, kind, trace)


def _how(killed_by: int | None, exit_code: int | None, sent: signal.Signals | None) -> str:
    if killed_by is None and sent is None:
        return f"ended by itself with exit code {exit_code}"
    if killed_by is None and sent is not None:
        return f"ended by itself with exit code {exit_code} after {_short(sent)}"
    return f"ended by {_short(signal_name(killed_by or 0))}"


def _by_signal(number: int, memory: str | None, tail: str, trace: Traceback | None) -> Outcome:
    name = signal_name(number)
    if name in _CRASHES:
        words = f"crashed: {_CRASHES[name]} ({name})"
        kind = deaths.kind_of(tail, trace)
        kind = Kind.CRASH if kind is Kind.ERROR else kind
        return Outcome(FAILED, _with(words, _trouble_of_crash(tail, trace)), None, number, kind)
    if name == "SIGKILL":
        because = memory or "by hand, by a memory guard or by the machine's administrator"
        return Outcome(KILLED, f"killed by SIGKILL, not by labjournal: {because}", None, number)
    if name == "SIGXCPU":
        return Outcome(TIMEOUT, "over the processor time limit of its shell (SIGXCPU)", None, number, Kind.TIME)
    if name == "SIGXFSZ":
        return Outcome(FAILED, "wrote a file larger than its shell allows (SIGXFSZ)", None, number)
    return Outcome(KILLED, f"killed by {name}, not by labjournal", None, number)


def _by_code(code: int, memory: str | None, tail: str, trace: Traceback | None) -> str:
    words = f"exit code {code}"
    if code > 128 and (name := signal_name(code - 128)).startswith("SIG"):
        words += f": a process in it was ended by {name}"
        if name == "SIGKILL":
            words += f" ({memory})" if memory else " (out of memory, or by hand)"
    elif code == 127:
        words += ": a command in it was not found"
    elif code == 126:
        words += ": a command in it cannot be executed"
    trouble = _trouble(tail, trace)
    if trouble is None and words == f"exit code {code}" and (said := _last_line(tail)):
        return f"{words}: {said}" if _COMPLAINT.search(said) else f"{words}; its last line: {said}"
    return _with(words, trouble)


def _last_line(tail: str) -> str:
    """What was printed last, of a line that was written over its last state."""
    for line in reversed(tail.split("\n")):
        if said := one_line(_ANSI.sub("", line.rstrip("\r").rsplit("\r", 1)[-1])):
            return said
    return ""


def _trouble_of_crash(tail: str, trace: Traceback | None) -> str | None:
    """Where Python was, and what an exception of C++ said; else as any trouble."""
    thrown = _WHAT.findall(tail)
    said = one_line(thrown[-1]) if thrown else None
    if trace is None or deaths.crash(tail) is None:
        return said or _trouble(tail, trace)
    place = deaths.own_frame(trace) or trace.frames[-1]
    return f"{said} ({one_line(place)})" if said else f"in {one_line(place)}"


def _with(words: str, more: str | None) -> str:
    return words if more is None else f"{words}: {more}"


def _trouble(tail: str, trace: Traceback | None) -> str | None:
    """The error that the output names, with its place in the script, and a full disk wherever it is named."""
    last: str | None = None
    full = False
    for line in tail.splitlines():
        full = full or _NO_SPACE.search(line) is not None
        if match := _ERROR_LINE.match(line):
            last = match[1]
    if trace is not None:
        last = trace.error
    if full and not (last and _NO_SPACE.search(last)):
        last = f"no space left on the disk; {last}" if last else "no space left on the disk"
    if last is None:
        return None
    place = deaths.own_frame(trace) if trace is not None else None
    return f"{one_line(last)} ({one_line(place)})" if place else one_line(last)


def one_line(text: str) -> str:
    """Text that cannot move a cursor, and not too much of it."""
    clean = _UNSEEN.sub(" ", text).strip()
    return clean if len(clean) <= _WORDS else clean[: _WORDS - 1] + "…"


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _short(name: str | signal.Signals) -> str:
    return (name.name if isinstance(name, signal.Signals) else name).removeprefix("SIG")


def _memory(before: MemoryKills, after: MemoryKills) -> str | None:
    if before.group is not None and after.group is not None and after.group > before.group:
        return "the kernel killed it, out of memory in its control group"
    if before.machine is not None and after.machine is not None and after.machine > before.machine:
        return "probably the kernel, which killed for want of memory while it ran"
    return None


def memory_kills() -> MemoryKills:
    """Counters of the kernel that anybody may read; None where there are none (macOS, old kernels)."""
    return MemoryKills(_counter(_memory_events(), "oom_kill"), _counter(Path("/proc/vmstat"), "oom_kill"))


def _memory_events() -> Path | None:
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    for line in lines:
        number, _, group = line.partition("::")
        if number == "0":
            return Path(f"/sys/fs/cgroup{group}") / "memory.events"
    return None


def _counter(path: Path | None, name: str) -> int | None:
    if path is None:
        return None
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    match = re.search(rf"^{name} (\d+)$", text, re.MULTILINE)
    return int(match[1]) if match else None


def read_tail(log: Path, start: int) -> str:
    """The last 64 KB that an attempt printed; ``start`` is where its part of the log begins."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(start, file.tell() - _TAIL_BYTES))
            return file.read(_TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
