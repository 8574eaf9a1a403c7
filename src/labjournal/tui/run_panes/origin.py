"""What the run was made of: command, code, settings with their sources, and what changed since the run before."""

from __future__ import annotations

import shlex

from labjournal import format
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, cut_end, cut_middle, pad, paragraph

_NAME = 24
_SOURCE_FROM = 60


def lines(seen: Seen, width: int) -> list[Line]:
    """Changes first: they are what the run was made for."""
    run = seen.view.run
    drawn: list[Line] = []
    if run.reason:
        drawn += paragraph(format.visible(run.reason), width)
    for change in run.changes:
        drawn += paragraph(format.visible(change), width, "accent")
    drawn.append(_pair("code", _code(seen), width, seen))
    if run.command:
        drawn.append(_pair("command", shlex.join(run.command), width, seen))
    if seen.view.forked_from is not None:
        step = f" at step {format.count(run.parent_step)}" if run.parent_step is not None else ""
        drawn.append(_pair("forked from", f"{seen.view.forked_from.name}{step}", width, seen))
    for name, value in (("folder", run.cwd), ("host", run.host), ("data set", run.dataset)):
        if value:
            drawn.append(_pair(name, value, width, seen))
    if not run.settings:
        return [*drawn, [(" settings unknown", "muted")]]
    theirs = seen.view.forked_from.settings if seen.view.forked_from is not None else {}
    drawn += [[], [(f" {format.plural(len(run.settings), 'setting')}", "b text")]]
    for name, value in sorted(run.settings.items()):
        was = theirs.get(name, value)
        shown = format.cut(format.setting(value), max(8, width - _NAME - 4))
        line: list[Span] = [
            (f" {pad(cut_middle(format.visible(name), _NAME - 1, seen.glyphs.ellipsis), _NAME)}", "muted"),
            (shown, "b text" if was != value else "text"),
        ]
        if was != value:
            line.append((f"  was {format.cut(format.setting(was), 24)}", "muted"))
        source = run.settings_from.get(name)
        if source and width >= _SOURCE_FROM:
            line.append((f"  {format.visible(source)}", "muted"))
        drawn.append(line)
    return drawn


def _pair(name: str, value: str, width: int, seen: Seen) -> Line:
    head = pad(f" {name}", 13)
    return [(head, "muted"), (cut_end(format.visible(value), max(8, width - 14), seen.glyphs.ellipsis), "text")]


def _code(seen: Seen) -> str:
    snapshot = seen.view.run.snapshot
    if snapshot.commit is None:
        return f"not recorded: {snapshot.missing or 'no commit'}"
    parts = [format.commit(snapshot.commit, snapshot.dirty), snapshot.git_tag, snapshot.branch]
    if snapshot.dirty:
        parts.append("with changes that were not committed, kept")
    if snapshot.left_out:
        parts.append(f"{format.plural(len(snapshot.left_out), 'file')} left out")
    return "  ".join(part for part in parts if part)


def state(seen: Seen) -> str:
    changes = len(seen.view.run.changes)
    return f"{format.plural(changes, 'change')} since the run before" if changes else ""


def words(seen: Seen) -> str:
    """Command, code, changes and settings."""
    run = seen.view.run
    told = [f"Code {_code(seen)}.", f"Command: {shlex.join(run.command)}." if run.command else ""]
    if run.changes:
        told.append(f"Changed since the run before: {'; '.join(run.changes)}.")
    if run.settings:
        told.append("Settings: " + ", ".join(f"{k} {format.setting(v)}" for k, v in sorted(run.settings.items())) + ".")
    else:
        told.append("Settings unknown.")
    return " ".join(part for part in told if part)
