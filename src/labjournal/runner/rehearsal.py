"""A launch looked at before it happens: nothing is written, nothing starts, no commit is made."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from labjournal.errors import JournalError
from labjournal.paths import JournalPaths
from labjournal.runner import commands, previous
from labjournal.runner.request import LaunchRequest

_FILES_NAMED = 3


class Rehearsal(NamedTuple):
    """What a launch would do."""

    name: str
    kind: str
    command: tuple[str, ...]
    """With its places filled."""
    before: str | None
    """Name of the last run of the same command; None for the first one."""
    changes: tuple[str, ...]
    """Options and settings that differ from that run, one a line."""
    code: str
    """What would be recorded of the code."""
    left_open: tuple[str, ...]
    """Places of the command that nothing fills."""
    unused: tuple[str, ...]
    """Settings that the command has no place for: recorded, not passed on."""


def rehearse(request: LaunchRequest, paths: JournalPaths) -> Rehearsal:
    """Look a launch through; asks git once. Raises InputError for what cannot be meant."""
    values = dict(request.settings)
    if request.parent is not None:
        values |= {"checkpoint": request.parent.checkpoint} if request.parent.checkpoint else {}
        values |= {"step": str(request.parent.step)} if request.parent.step is not None else {}
    command = commands.fill(request.command, values)
    run_ids = paths.run_ids()
    before = previous.Look(paths, run_ids).find(command, request.cwd)
    settings = {name: commands.typed(value) for name, value in request.settings.items()}
    changed = previous.changes(before, command, settings, {}, None, paths).all() if before is not None else []
    places = commands.places(request.command)
    return Rehearsal(
        name=request.name or commands.invent_name(command, len(run_ids) + 1),
        kind=request.kind or commands.guess_kind(command),
        command=command,
        before=None if before is None else before.name,
        changes=tuple(changed),
        code=_code(Path(request.cwd), None if before is None else before.data.get("snapshot")),
        left_open=tuple(sorted(place for place in places if place not in values)),
        unused=tuple(name for name in request.settings if name not in places),
    )


def _code(cwd: Path, before: object) -> str:
    from labjournal import vcs
    from labjournal.vcs.snapshots import find_root
    from labjournal.vcs.status import read_status

    root = find_root(cwd)
    if isinstance(root, vcs.NoRepository):
        return f"not recorded: {root.reason}"
    try:
        status = read_status(root)
    except JournalError as error:
        return f"not recorded: {error.message}"
    head = status.commit[:7] if status.commit else "no commit yet"
    changed = [change.path for change in status.changes]
    told = f"{head}, clean" if not changed else f"{head} + {len(changed)} changed, kept: {_named(changed)}"
    earlier = before.get("head") if isinstance(before, dict) else None
    if isinstance(earlier, str) and status.commit and not status.commit.startswith(earlier[:7]):
        told += f" · was {earlier[:7]}"
    return told


def _named(paths: list[str]) -> str:
    more = f" and {len(paths) - _FILES_NAMED} more" if len(paths) > _FILES_NAMED else ""
    return ", ".join(paths[:_FILES_NAMED]) + more
