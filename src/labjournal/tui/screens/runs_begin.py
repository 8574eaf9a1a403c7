"""The first thing somebody sees: an empty journal, and what to press."""

from __future__ import annotations

from labjournal.tui.text import Line

_COMMANDS = (
    ("labjournal run -- python train.py", "in this shell, or r here"),
    ("labjournal tui --logdir runs/", "only look at event files"),
    ("labjournal demo", "the main job on real data"),
)
_KEYS = (("r", "launch a command"), (":", "every verb"), ("?", "keys"), ("q", "quit"))


def beginning_lines(width: int) -> list[Line]:
    """What to do with a journal without runs."""
    lines: list[Line] = [[], [("   No runs yet. Nothing to set up.", "b text")], []]
    lines += [[(f"     {command:<36}", "accent"), (meaning, "muted")] for command, meaning in _COMMANDS]
    hint = [part for key, word in _KEYS for part in ((f"   {key}", "b text"), (f" {word}", "muted"))]
    lines += [[], [("  ", "text"), *hint]]
    return [*lines, [], [("     Runs go on when the app is left, and when the terminal is closed.", "muted")]]
