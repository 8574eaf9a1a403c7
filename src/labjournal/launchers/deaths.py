"""What killed an attempt, as evidence: the kind of death, the traceback's last frames, who held the memory, which disk.

Read off the end of the log and measured by the supervisor in the moment after the end, because nobody can look later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

FRAMES = 8
_HOLDERS = 3
_NEARLY_FULL = 4 << 20
"""A disk with less than 4 MB left is a full one to a checkpoint."""


class Kind(StrEnum):
    """Kinds of death that ask for different remedies."""

    ERROR = "error"
    GPU_MEMORY = "out of GPU memory"
    MEMORY = "out of memory"
    SHARED_MEMORY = "out of shared memory"
    DISK = "disk full"
    NAN = "not a number"
    CRASH = "crash"
    KILLED = "killed"
    STOPPED = "stopped"
    TIME = "time limit"
    NOT_STARTED = "not started"


class Traceback(NamedTuple):
    """One traceback of the output."""

    error: str
    """As the last line has it: ``KeyError: 'a'``."""
    frames: tuple[str, ...]
    """Outermost first, as ``train.py:12 in load``."""


_GPU = re.compile(
    r"(?:CUDA|HIP) out of memory|CUDA error: out of memory|MPS backend out of memory|cudaErrorMemoryAllocation"
    r"|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|RESOURCE_EXHAUSTED: Out of memory|ResourceExhaustedError"
    r"|out of memory.{0,40}\b(?:GPU|device)\b|torch\.(?:cuda\.)?OutOfMemoryError",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"^\s*MemoryError\b|DefaultCPUAllocator: (?:can't|not enough) |std::bad_alloc|Cannot allocate memory"
    r"|\bArrayMemoryError\b|Unable to allocate [\d.]+ [KMGT]iB"
    r"|DataLoader worker \(pid[^)]*\) is killed by signal: Killed|oom-kill|Out of memory: Killed process",
    re.IGNORECASE | re.MULTILINE,
)
_SHARED = re.compile(
    r"insufficient shared memory|No space left on device.*?/dev/shm|unable to open shared memory object"
)
_DISK = re.compile(r"No space left on device|Disk quota exceeded|\bENOSPC\b", re.IGNORECASE)
_NAN = re.compile(
    r"\b(?:loss|grad\w*|output|weight)s?\b.{0,40}\b(?:is|are|became|contains?|has)\b.{0,20}"
    r"\b(?:nan|inf|infinite|not finite)\b"
    r"|(?:non-?finite|NaN|Inf)\b.{0,30}\b(?:loss|grad\w*|values?)\b|FloatingPointError"
    r"|returned nan values in its|contains nan or infinity|Input (?:X )?contains NaN",
    re.IGNORECASE,
)
_RANK = re.compile(r"^(?:\[?rank ?\d+\]?:?\s?|\d+: |\[[\w.-]*\d\]:)")
_BEGIN = re.compile(r"^\s*(?:\"\"\"\s*)?Traceback \(most recent call last\):\s*$")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>.+))?$')
_FATAL = "Fatal Python error: "
_FATAL_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<name>.+)$')
_ERROR = re.compile(r"^(?:[A-Za-z_][\w.]*\.)?[A-Z_a-z]\w*(?:: .*)?$")
_WRAPPERS = re.compile(
    r"ChildFailedError|CalledProcessError|ProcessExitedException|ProcessRaisedException|ProcessGroup"
)
_FOREIGN = re.compile(r"/(?:site|dist)-packages/|/lib/python3|<frozen |/\.labjournal/cache/")


def tracebacks(tail: str) -> list[Traceback]:
    """Every whole traceback in a text, in its order; marks of ranks in front of lines are taken off."""
    found: list[Traceback] = []
    frames: list[str] | None = None
    for raw in tail.splitlines():
        line = _RANK.sub("", raw.rstrip())
        if _BEGIN.match(line):
            frames = []
        elif frames is not None:
            if match := _FRAME.match(line):
                frames.append(_place(match))
            elif frames and line and not line[0].isspace() and _ERROR.match(line):
                found.append(Traceback(line, tuple(frames)))
                frames = None
    return found


def _place(match: re.Match[str]) -> str:
    return f"{match['file']}:{match['line']}" + (f" in {match['name']}" if match["name"] else "")


def telling(tail: str) -> Traceback | None:
    """The traceback that tells what went wrong: the last, but the child's own rather than that of whoever noticed."""
    found = tracebacks(tail)
    if not found:
        return None
    own = [one for one in found if not _WRAPPERS.search(one.error.partition(":")[0])] or found
    last = own[-1]
    # A pool raises a worker's error again in the parent: the first with the same words has the worker's frames.
    return next(one for one in own if one.error == last.error)


def crash(tail: str) -> Traceback | None:
    """Where Python was when native code crashed it, as its fault handler prints it: innermost frame first."""
    begin = tail.rfind(_FATAL)
    if begin < 0:
        return None
    error, *rest = tail[begin:].splitlines()
    frames: list[str] = []
    for line in rest:
        if match := _FATAL_FRAME.match(_RANK.sub("", line)):
            frames.insert(0, _place(match))
        elif frames:  # the threads that follow are others
            break
    return Traceback(error, tuple(frames)) if frames else None


def own_frame(trace: Traceback) -> str | None:
    """The innermost frame that is not of a library, with its file's name alone: ``train.py:12 in load``."""
    found = innermost_own(trace.frames)
    return found.rsplit("/", 1)[-1] if found else None


def innermost_own(frames: Sequence[str]) -> str | None:
    """The innermost frame that is not of a library."""
    return next((frame for frame in reversed(frames) if not _FOREIGN.search(frame)), None)


def shown_frames(frames: Sequence[str], number: int) -> list[str]:
    """The innermost frames, with the one of the user's own code however far out it is."""
    last, own = list(frames[-number:]), innermost_own(frames)
    return last if own is None or own in last else [own, *last[1:]]


def kind_of(tail: str, trace: Traceback | None) -> Kind:
    """What kind of failure the end of an output tells of.

    With a traceback only its words count (and those it was raised from): what a program had said before and
    survived, such as a batch that did not fit, killed nobody. A full disk is often named by a tool beside.
    """
    said = tail if trace is None else "\n".join(one.error for one in tracebacks(tail))
    for kind, pattern in ((Kind.SHARED_MEMORY, _SHARED), (Kind.GPU_MEMORY, _GPU), (Kind.MEMORY, _HOST)):
        if pattern.search(said):
            return kind
    if _DISK.search(tail):
        return Kind.DISK
    return Kind.NAN if trace is not None and _NAN.search(said) else Kind.ERROR


def evidence(kind: Kind, trace: Traceback | None, machine: Machine, folders: Iterable[str]) -> dict[str, Any]:
    """The ``death`` of an ``exit``, measured now. Raises nothing: a death without evidence is still one."""
    found: dict[str, Any] = {"kind": kind.value}
    if trace is not None:
        found["error"] = trace.error[:2000]
        found["frames"] = shown_frames(trace.frames, FRAMES)
        found["frame"] = own_frame(trace)
    if kind is Kind.GPU_MEMORY:
        found["held_by"] = list(_gpu_holders(machine))
    elif kind in (Kind.MEMORY, Kind.SHARED_MEMORY):
        found["held_by"] = [one._asdict() for one in machine.largest_processes(_HOLDERS)]
        found["memory_limit_bytes"] = machine.memory_limit()
    if kind in (Kind.DISK, Kind.SHARED_MEMORY):
        found["full"] = dict(_full_disks(machine, [*folders, "/dev/shm", "/tmp"]))
    return found


def _gpu_holders(machine: Machine) -> Iterator[Mapping[str, Any]]:
    found = machine.gpus()
    for gpu in found if isinstance(found, Sequence) else ():
        for process in gpu.processes or ():
            name = machine.process_name(process.pid)
            yield {"gpu": gpu.index, "pid": process.pid, "name": name, "bytes": process.memory_bytes}


def _full_disks(machine: Machine, folders: Iterable[str]) -> Iterator[tuple[str, int]]:
    from pathlib import Path

    for folder in dict.fromkeys(folders):
        free = machine.disk_free(Path(folder))
        if free is not None and free < _NEARLY_FULL:
            yield folder, free
