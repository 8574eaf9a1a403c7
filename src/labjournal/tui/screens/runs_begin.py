"""The first thing somebody sees: an empty journal, and what to press."""

from __future__ import annotations

from labjournal.tui.text import Line
from labjournal.tui.widgets.key_line import Hint

BEGIN_HINTS: tuple[Hint, ...] = (
    ("r", "run"),
    ("i", "take in"),
    ("D", "demo"),
    ("n", "note"),
    (":", "verbs"),
    ("?", "keys"),
)

_WAYS = (
    ("r", "launch a command", "labjournal run -- python train.py"),
    ("i", "take in what is there", "labjournal import runs/ diary.md"),
    ("D", "see the main job done", "labjournal demo"),
)
_KEYS = ((":", "every verb"), ("?", "keys"), ("q", "quit"))


def beginning_lines(width: int) -> list[Line]:
    """What to do with a journal without runs."""
    lines: list[Line] = [[], [("   No runs yet. Nothing to set up.", "b text")], []]
    for key, meaning, command in _WAYS:
        lines.append([(f"     {key}", "b text"), (f"  {meaning:<24}", "text"), (command, "muted")])
    hint = [part for key, word in _KEYS for part in ((f"   {key}", "b text"), (f" {word}", "muted"))]
    lines += [[], [("  ", "text"), *hint]]
    lines += [[], [("     Only to look at event files: labjournal tui --logdir runs/", "muted")]]
    return [*lines, [("     Runs go on when the app is left, and when the terminal is closed.", "muted")]]
