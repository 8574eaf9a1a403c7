"""The panes below the charts, in the order in which tab goes through them. To add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labjournal.tui.run_panes import attempts, checkpoints, origin, results, system, weights
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line


@dataclass(frozen=True)
class Part:
    """One pane."""

    key: str
    title: str
    lines: Callable[[Seen, int], Sequence[Line]]
    """Everything there is to read at a width; what does not fit is scrolled."""
    state: Callable[[Seen], str]
    """What stands at the right end of the pane's rule."""
    words: Callable[[Seen], str]
    """The pane as sentences."""


PARTS: tuple[Part, ...] = (
    Part("weights", "Weights", weights.lines, weights.state, weights.words),
    Part("results", "Results", results.lines, results.state, results.words),
    Part("checkpoints", "Checkpoints", checkpoints.lines, checkpoints.state, checkpoints.words),
    Part("origin", "Settings and code", origin.lines, origin.state, origin.words),
    Part("attempts", "Attempts", attempts.lines, attempts.state, attempts.words),
    Part("system", "System", system.lines, system.state, system.words),
)
