"""In which settings the compared runs differ: with more than one, the data cannot name the cause."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labjournal import format as fmt
from labjournal.model import Run

CODE = "code"
# Settings that name a place, a label or a replicate. They are listed like all others; but two runs that differ in
# nothing else were trained the same way.
_BOOKKEEPING = re.compile(
    r"(?:^|[._/-])(?:seed|random_state|manual_seed|out|output|name|run_name|run_id|experiment|tag|notes?|comment"
    r"|\w*_?(?:log|output|save|cache|work|run|result|results|checkpoint|ckpt)s?_?(?:dir|path|folder|file|root))$",
    re.IGNORECASE,
)
_SEED = re.compile(r"(?:^|[._/-])(?:\w+_)?(?:seed|random_state)$", re.IGNORECASE)


def is_bookkeeping(name: str, *runs: Run) -> bool:
    """Whether a setting cannot be the cause of a difference: a place, a label, a seed.

    By its name, or because the process gave it to a random generator in each of these runs that has it (``random``,
    ``numpy.random``, ``torch``: the watch names seeds by the generator).
    """
    if _BOOKKEEPING.search(name) is not None:
        return True
    having = [run for run in runs if name in run.settings]
    return bool(having) and all(run.settings_from.get(name) == "seed" for run in having)


@dataclass(frozen=True, slots=True)
class Differences:
    """Settings over several runs."""

    differing: Mapping[str, Mapping[str, object]]
    """Setting -> {run id: value or None}; the code is one of them."""
    equal: int
    bookkeeping: frozenset[str] = frozenset()
    """Those of the differing ones that could not be the cause of a difference."""

    def between(self, a: str, b: str) -> list[str]:
        """Names of what differs between two runs and could be the cause of a difference, sorted."""
        return sorted(
            name
            for name, values in self.differing.items()
            if name not in self.bookkeeping and not _same(values.get(a), values.get(b))
        )


def unknown_settings(runs: Sequence[Run]) -> list[str]:
    """One note where some of the runs have settings and others have none on record."""
    blind = [run.name for run in runs if not run.settings]
    if not blind or len(blind) == len(runs):
        return []
    return [f"The settings of {fmt.listed(blind)} are not known: — says nothing about them."]


def compare_settings(runs: Sequence[Run]) -> Differences:
    """All settings of the runs against each other; a setting that a run does not have is None there."""
    names = sorted({name for run in runs for name in run.settings})
    differing: dict[str, dict[str, object]] = {}
    for name in names:
        values = {run.id: run.settings.get(name) for run in runs}
        if any(not _same(value, values[runs[0].id]) for value in values.values()):
            differing[name] = values
    codes = {
        run.id: fmt.commit(run.snapshot.commit, run.snapshot.dirty) if run.snapshot.commit else None for run in runs
    }
    if len({run.snapshot.commit for run in runs}) > 1:
        differing[CODE] = dict(codes)
    equal = len(names) - len([name for name in differing if name != CODE])
    return Differences(differing, equal, frozenset(name for name in differing if is_bookkeeping(name, *runs)))


def seed_of(run: Run) -> str | None:
    """The seeds of a run as one text, None when it named none."""
    seeds = {
        name: value
        for name, value in run.settings.items()
        if _SEED.search(name) or run.settings_from.get(name) == "seed"
    }
    return ", ".join(f"{name}={fmt.setting(value)}" for name, value in sorted(seeds.items())) or None


def replicates(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs with the same code and the same settings but for seeds and names, together."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        kept = {name: fmt.setting(value) for name, value in run.settings.items() if not is_bookkeeping(name, run)}
        # without settings nothing says that two runs were alike
        key = repr((run.snapshot.commit, sorted(kept.items()))) if kept else run.id
        groups.setdefault(key, []).append(run)
    return list(groups.values())


def _same(a: object, b: object) -> bool:
    return a == b or fmt.setting(a) == fmt.setting(b)
