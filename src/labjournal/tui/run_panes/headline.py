"""The first lines of a run: what it is, how it goes in words, and when it ends."""

from __future__ import annotations

import numpy as np

from labjournal import format
from labjournal.tui.headline import end_words, sentences, step_words
from labjournal.tui.look_of_runs import state_span
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, cut_middle, ends, line_width, paragraph

_SHORT_BELOW = 100
"""Cells below which an end is told without its spread's words."""
_LEAD, _MOST = "   ", 2
"""What sentences begin with, and the lines they may take."""


def lines(seen: Seen, width: int) -> list[Line]:
    """The run's line, then its sentences; the name gives way first, the step before the state."""
    run, glyphs = seen.view.run, seen.glyphs
    sign, role = state_span(run.status, glyphs)
    sign, _, word = sign.partition(" ")
    main = seen.main
    steps, walls = (main[1].steps, main[1].walls) if main is not None else (np.empty(0), np.empty(0))
    end = end_words(run, steps, walls, seen.now, width < _SHORT_BELOW)
    name = cut_middle(format.visible(run.name), max(12, width // 3), glyphs.ellipsis)
    first: list[Span] = [(f" {sign} ", role), (name, "b text"), (f"  {word}", role), (f"  {step_words(run)}", "text")]
    if run.retracted:
        first.append((f"  {glyphs.tainted} retracted", "alarm"))
    if seen.view.parent is not None:
        first.append((f"  from {format.visible(seen.view.parent)}", "muted"))
    if run.reason and line_width(first) + len(end) + 12 < width:
        first.append((f"  {format.visible(run.reason)}", "muted"))
    said = sentences(seen.view, seen.now, seen.loss)
    while len(said) > 1 and len(paragraph(" ".join(said), width, lead=_LEAD)) > _MOST:
        # A whole sentence gives way: one that is cut could lose half a number.
        said.pop()
    return [
        ends(first, [(f"{end} ", "text" if not run.status.ended else "muted")], width, glyphs.ellipsis),
        *paragraph(" ".join(said), width, lead=_LEAD),
    ]


def words(seen: Seen) -> str:
    """The same as sentences."""
    run = seen.view.run
    main = seen.main
    steps, walls = (main[1].steps, main[1].walls) if main is not None else (np.empty(0), np.empty(0))
    end = end_words(run, steps, walls, seen.now, False)
    told = ", ".join(part for part in (f"{run.name} is {run.status.lower()}", step_words(run), end) if part)
    return f"{told}. {' '.join(sentences(seen.view, seen.now, seen.loss))}"
