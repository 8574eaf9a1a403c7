"""The machine under a run: what the supervisor notices of it, its disk, and an end that came from outside."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.model import Run, Status
from labjournal.vocabulary import Level

if TYPE_CHECKING:  # a run without a GPU is judged without numpy
    from labjournal.checks.curve import Curve

SUSPENDED = CheckRule(
    rule="machine_suspended",
    level="notice",
    family="machine",
    means="The machine slept while the run was on it: the run stood still, and its times tell too much.",
    remedy="Nothing is lost. Keep the machine awake (systemd-inhibit, caffeinate) when the pace matters.",
    judged=(
        "By the supervisor, every 3 s: the clock since boot that counts sleep grew by 10 s more than the one that "
        "stands still in it. Each sleep is one finding, with its seconds."
    ),
)
GPU_MEMORY = CheckRule(
    rule="gpu_memory_high",
    level="notice",
    family="machine",
    means="The memory of a GPU is nearly full: a longer sequence, a validation or another process ends the run.",
    remedy="Take smaller batches or checkpoint activations; look for tensors kept with their graph, such as a summed "
    "loss without .item().",
    judged="Samples of the supervisor, at least 4: the last 3 above 95% of the card. Warning where the last one is, "
    "and it grew all the while: each quarter of the samples is above the one before by 2% of the card or more, as "
    "a leak does and a caching allocator does not.",
)
INTERRUPTED = CheckRule(
    "interrupted",
    "notice",
    "machine",
    "The run was ended from outside: the machine went down, or its processes vanished.",
    "Go on from its last checkpoint; its results stand for a shorter run.",
    judged="Status LOST or PREEMPTED, with the cause as recorded.",
)
DISK_LOW = CheckRule(
    "disk_low",
    "notice",
    "machine",
    "The disk that the run writes to has little room left.",
    "Remove old checkpoints, or stop the run before a half-written one is all that is left.",
    judged="Of a living run: less than 1 GB free, or less than twice its largest checkpoint.",
)
RULES = table(SUSPENDED, GPU_MEMORY, INTERRUPTED, DISK_LOW)
_LOW_BYTES = 1_000_000_000
_FULL, _GROWS = 95.0, 2.0
"""Percent of the card."""


def gpu_memory(curve: Curve) -> Verdict:
    """``curve``: percent of one card's memory in use, by seconds since the attempt began."""
    values, card = curve.finite.values, curve.name.split("/")[-2]
    if len(values) < 4:
        return not_judged(GPU_MEMORY, card, f"{len(values)} samples, 4 are needed")
    edges = [len(values) * at // 4 for at in range(5)]
    quarters = [float(values[a:b].max()) for a, b in itertools.pairwise(edges)]
    leaks = all(after - before >= _GROWS for before, after in itertools.pairwise(quarters))
    level = float(values[-1] if leaks else values[-3:].min())
    if level < _FULL:
        return fine(GPU_MEMORY, card)
    how = "and it grew all the while" if leaks else "for its last 3 samples or more"
    message = f"{card}: {level:.1f}% of its memory is in use, {how}."
    evidence = {"percent": level, "samples": len(values), "quarters": quarters}
    return finding(GPU_MEMORY, card, message, evidence, Level.WARNING if leaks else None)


def interrupted(run: Run) -> Verdict:
    if run.status not in (Status.LOST, Status.PREEMPTED):
        return fine(INTERRUPTED, "the run")
    if run.end_unseen:
        return not_judged(INTERRUPTED, "the run", "nobody saw it end: whether by itself is not known")
    last = f" at step {run.step}" if run.step is not None else ""
    evidence = {"status": run.status.value, "cause": run.cause, "checkpoints": run.checkpoints}
    message = f"The run was ended from outside{last}: {run.cause or 'no cause is recorded'}."
    return finding(INTERRUPTED, "the run", message, evidence, None, run.step)


def disk_low(free_bytes: int | None, largest_checkpoint_bytes: int) -> Verdict:
    """``free_bytes``: room left where the run writes; None where it cannot be told."""
    if free_bytes is None:
        return not_judged(DISK_LOW, "disk", "the room on the disk cannot be told")
    if free_bytes >= max(_LOW_BYTES, 2 * largest_checkpoint_bytes):
        return fine(DISK_LOW, "disk")
    room = f"{free_bytes / 1e9:.2f} GB are free"
    more = f"; the largest checkpoint has {largest_checkpoint_bytes / 1e9:.2f} GB" if largest_checkpoint_bytes else ""
    evidence = {"free_bytes": free_bytes, "largest_checkpoint_bytes": largest_checkpoint_bytes}
    return finding(DISK_LOW, "disk", f"{room}{more}.", evidence)
