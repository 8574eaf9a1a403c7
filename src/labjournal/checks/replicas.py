"""Ranks of one training against each other: replicas that no longer hold the same weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.facts import number

DIVERGENCE = CheckRule(
    "replica_divergence",
    "alarm",
    "ranks",
    "Ranks that should hold the same weights do not: each trains a model of its own, and only one is saved.",
    "Call the wrapped model, not the one inside it; wrap after the last move and change of the model; load the same "
    "weights on every rank; do the same steps on every rank.",
    ("replicas_out_of_sync", "ddp_out_of_sync"),
    judged="Each rank states sums over sampled weights before the same steps (1, 5, 10, 20, 50, then nine a decade), "
    "without a collective call. Compared are tensors of the same names and shapes, among the ranks of one "
    "DistributedDataParallel; without it only modules that had moved together, equal at every step looked at before. "
    "Limit: a sum differs by more than 64 (16-bit: 1) rounding errors of an element, times the norm. Alarm: at two "
    "steps looked at in a row, and from then on. Shards, ranks alone, Join and local SGD are not judged.",
)
RULES = table(DIVERGENCE)
_EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-10}
_ROUNDINGS = 64
"""Ranks on unequal machines round differently at each step; after 4000 steps that adds up to so much."""

_Key = tuple[str, str, int, bool]


class _Sums(NamedTuple):
    total: float
    weighted: float
    square: float


@dataclass
class _Module:
    """What the ranks said of one part of the model: step -> rank -> its sums."""

    name: str
    dtype: str
    ddp: bool
    at: dict[int, dict[int, _Sums]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Apart:
    module: _Module
    step: int
    last_equal: int | None
    seen: int
    """Steps at which it was seen."""
    ranks: tuple[int, ...]
    """That differ from the first."""


def judge(stated: Sequence[Mapping[str, Any]]) -> Verdict:
    """One verdict over the data of all ``replica`` facts of a run."""
    groups, reasons = _by_group(stated)
    apart: list[_Apart] = []
    judged = 0
    for modules in groups:
        for module in modules:
            result = _compare(module)
            judged += result is not None
            if isinstance(result, _Apart):
                apart.append(result)
    if apart:
        return _said(apart)
    if judged:
        return fine(DIVERGENCE, "the run")
    return not_judged(DIVERGENCE, "the run", next(iter(reasons), "no two ranks of one model told of their weights"))


def _by_group(stated: Sequence[Mapping[str, Any]]) -> tuple[list[list[_Module]], list[str]]:
    """The parts of each group of ranks and optimizer, in the order of the model; why others are left out."""
    groups: dict[tuple[object, ...], dict[_Key, _Module]] = {}
    told: set[tuple[object, ...]] = set()
    reasons: dict[tuple[object, ...], str] = {}
    for data in sorted(stated, key=lambda data: (_whole(data.get("step")), _whole(data.get("rank")))):
        step, rank = _whole(data.get("step")), _whole(data.get("rank"))
        where = (data.get("attempt"), data.get("group"), data.get("optimizer"))
        peers = data.get("peers")
        if isinstance(data.get("not_judged"), str):
            reasons[where] = data["not_judged"]
        if (where, step, rank) in told:
            reasons[where] = "several trainings in turn gave their ranks the same numbers"
        told.add((where, step, rank))
        modules = groups.setdefault((*where, tuple(peers) if isinstance(peers, list) else None), {})
        for told_of in filter(_is_object, data.get("modules") or ()):
            name, dtype, ddp = str(told_of.get("module")), str(told_of.get("dtype")), bool(told_of.get("ddp"))
            key = (name, dtype, _whole(told_of.get("tensors")), ddp)
            sums = _Sums(*(_read(told_of.get(each)) for each in ("sum", "weighted", "square")))
            modules.setdefault(key, _Module(name, dtype, ddp)).at.setdefault(step, {})[rank] = sums
    kept = [list(modules.values()) for where, modules in groups.items() if where[:3] not in reasons]
    return kept, list(reasons.values())


def _compare(module: _Module) -> _Apart | bool | None:
    """Since when the ranks differ for good; True where they do not, None where it cannot be told."""
    equal: list[int] = []
    differing: list[tuple[int, tuple[int, ...]]] = []
    values: set[_Sums] = set()
    for step, of_rank in sorted(module.at.items()):
        if len(of_rank) < 2:
            continue
        first, *others = sorted(of_rank)
        apart = tuple(rank for rank in others if _differ(of_rank[first], of_rank[rank], module.dtype))
        if apart:
            differing.append((step, apart))
            continue
        if differing and not module.ddp:
            return None  # equal now and then: averaged from time to time
        differing.clear()
        equal.append(step)
        values.add(of_rank[first])
    together = module.ddp or len(values) > 1
    if not together or not (equal or differing):
        return None
    if len(differing) < 2:
        return True if not differing else None
    step, ranks = differing[0]
    return _Apart(module, step, equal[-1] if equal else None, len(differing), ranks)


def _differ(a: _Sums, b: _Sums, dtype: str) -> bool:
    epsilon = _EPSILON.get(dtype)
    if epsilon is None or not all(map(math.isfinite, (*a, *b))):  # what is not a number is another check's
        return False
    limit = epsilon * (1 if dtype in ("bfloat16", "float16") else _ROUNDINGS) * math.sqrt(max(a.square, b.square))
    return abs(a.total - b.total) > limit or abs(a.weighted - b.weighted) > limit


def _said(apart: Sequence[_Apart]) -> Verdict:
    first = min(apart, key=lambda each: each.step)  # of equals the first in the model
    numbers = first.module.at[first.step]
    ranks = sorted(numbers)
    others = list(dict.fromkeys(each.module.name for each in apart if each.module.name != first.module.name))
    before = f"they were equal at step {first.last_equal}" if first.last_equal is not None else "from the first look on"
    who = ", ".join(map(str, first.ranks[:4])) + (f" and {len(first.ranks) - 4} more" if len(first.ranks) > 4 else "")
    who = f"Rank {who} holds" if len(first.ranks) == 1 else f"Ranks {who} hold"
    message = (
        f"{who} other weights than rank {ranks[0]} in {first.module.name} before step {first.step} "
        f"and at every look since; {before}."
    )
    if others:
        message += f" The same in {len(others)} more module{'' if len(others) == 1 else 's'}."
    evidence = {
        "rank": ranks[0],
        "apart": list(first.ranks),
        "sums": {str(rank): numbers[rank].total for rank in ranks[:8]},
        "norm": math.sqrt(numbers[ranks[0]].square),
        "looks_apart": first.seen,
        "last_equal_step": first.last_equal,
        "wrapped_by_ddp": first.module.ddp,
        "also": others[:20],
    }
    return finding(DIVERGENCE, first.module.name, message, evidence, step=first.step)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _read(value: object) -> float:
    found = number(value)
    return math.nan if found is None else found


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1
