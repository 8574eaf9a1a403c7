"""What the supervisor notices of the machine under a run."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
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

RULES = table(SUSPENDED, GPU_MEMORY)
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
