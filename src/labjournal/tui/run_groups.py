"""Which runs belong together, and in what order: families of forks, what was validated, what was only tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from labjournal.vocabulary import Level, RunKind, Status

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

APART: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("validations", (RunKind.VALIDATE,), "validations"),
    ("toys", (RunKind.TOY, RunKind.TRIAL), "toy runs and trials"),
)
"""(id, kinds, words) of what is folded away below the runs people look for."""
FOLDED_AT_FIRST = frozenset(f"group {name}" for name, _, _ in APART)
_LONGEST_CHAIN = 1000


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs under one head."""

    id: str
    title: str
    about: str
    """What they have in common, or the newest of them."""
    members: tuple[RunRow, ...]


def sort_keys(numbers: Callable[[str], float | None]) -> Mapping[str, Callable[[RunRow], tuple[object, ...]]]:
    """Orders of the list by name; each gives the largest first. ``numbers``: the shown metric of a run."""

    def metric(row: RunRow) -> tuple[object, ...]:
        value = numbers(row.id)
        # Whatever was not measured stands last, however the list is turned.
        return (value is not None, value if value is not None else 0.0, row.created_at)

    levels: dict[str | None, int] = {level.value: level.rank for level in Level}
    return {
        "age": lambda row: (row.created_at, row.id),
        "metric": metric,
        "step": lambda row: (row.step is not None, row.step or 0, row.created_at),
        "finding": lambda row: (levels.get(row.worst_level, -1), row.created_at),
        "state": lambda row: (row.status == Status.RUNNING, row.status == Status.QUEUED, row.status, row.created_at),
    }


def apart(rows: Sequence[RunRow]) -> tuple[list[RunRow], list[tuple[str, str, list[RunRow]]]]:
    """The runs people look for, and the groups of the others: (id, words, members)."""
    kinds = {kind for _, of_group, _ in APART for kind in of_group}
    main = [row for row in rows if row.kind not in kinds or row.status in (Status.RUNNING, Status.QUEUED)]
    own = {row.id for row in main}
    groups = []
    for name, of_group, words in APART:
        members = [row for row in rows if row.kind in of_group and row.id not in own]
        if members:
            groups.append((f"group {name}", words, members))
    return main, groups


def families(rows: Sequence[RunRow], every: Mapping[str, RunRow]) -> list[RunGroup]:
    """Runs by their sweep, their study, or the run they all come from; single ones by the days between.

    The group with the newest run comes first. Empty when no two runs belong together: then a list needs no heads.
    ``rows`` come newest first.
    """
    roots = {row.id: _group_of(row, every) for row in rows}
    counts: dict[str, int] = {}
    for root in roots.values():
        counts[root] = counts.get(root, 0) + 1
    if not any(count > 1 for count in counts.values()):
        return []
    groups: list[tuple[str, list[RunRow]]] = []
    at: dict[str, int] = {}
    for row in rows:
        root = roots[row.id]
        if counts[root] > 1:
            if root not in at:
                at[root] = len(groups)
                groups.append((root, []))
            groups[at[root]][1].append(row)
        elif groups and not groups[-1][0]:
            groups[-1][1].append(row)
        else:
            groups.append(("", [row]))
    return [_family(root, members, every) if root else _singles(members) for root, members in groups]


def _root(row: RunRow, every: Mapping[str, RunRow]) -> str:
    seen = 0
    while row.parent is not None and row.parent in every and seen < _LONGEST_CHAIN:
        row, seen = every[row.parent], seen + 1
    return row.id


def _group_of(row: RunRow, every: Mapping[str, RunRow]) -> str:
    if row.sweep:
        return f"sweep {row.sweep}"
    return f"study {row.study}" if row.study else _root(row, every)


def _family(root: str, members: Sequence[RunRow], every: Mapping[str, RunRow]) -> RunGroup:
    why = {row.retracted for row in members}
    if None not in why and len(why) == 1:
        about = f"retracted: {why.pop()}"
    else:
        about = next((row.reason for row in members if row.reason), "") or ""
    kind, _, name = root.partition(" ")
    if name:
        said = f"{kind}{f', {about}' if about else ''}"
        return RunGroup(root, name, said, tuple(members))
    return RunGroup(f"family {root}", every[root].name, about, tuple(members))


@lru_cache(maxsize=4096)
def _day(hour: str) -> str:
    """The local day of an hour in UTC (``2026-11-28T14``): thousands of rows share a few hundred of them."""
    moment = datetime.fromisoformat(f"{hour}:00+00:00").astimezone()
    return f"{moment.day} {moment:%b}"


def _singles(members: Sequence[RunRow]) -> RunGroup:
    first, last = (_day(row.created_at[:13]) for row in (members[-1], members[0]))
    title = "on its own" if len(members) == 1 else "on their own"
    # By the oldest: a new run on its own must not unfold what was folded.
    return RunGroup(f"single {members[-1].id}", title, first if first == last else f"{first} to {last}", tuple(members))
