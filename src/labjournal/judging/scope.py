"""Of which runs a criterion speaks, and what is known or not of a value it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labjournal.judging import syntax
from labjournal.judging.estimates import Estimate
from labjournal.model import Result, Run


@dataclass(frozen=True, slots=True)
class Known:
    """A value that was found, and how it is told."""

    estimate: Estimate
    words: str
    result: Result | None = None


class Unknown(Exception):
    """Why a value cannot be known (yet), in words."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The runs that a criterion speaks of."""

    runs: tuple[Run, ...]
    """Judged together: their results are pooled, a curve is that of the only one."""
    family: tuple[Run, ...] = ()
    """All runs of the stage, for what is narrowed by a setting or taken over several runs."""
    axes: frozenset[str] = frozenset()
    """The settings in which they differ on purpose."""
    stages: Callable[[str], Sequence[Run]] | None = None
    """The runs of another stage of the study. Raises Unknown."""
    only_measured: bool = False
    """Only results that these runs measured: a validation speaks of the run it validates, others do too."""

    def pinned(self, leaf: syntax.Leaf) -> bool:
        """Whether it means the same for each run of the family."""
        if isinstance(leaf, syntax.Aggregate):
            return True
        return bool(leaf.run or leaf.stage or leaf.name == "runs" or self.axes & {name for name, _ in leaf.options})
