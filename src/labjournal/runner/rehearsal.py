"""A launch looked at before it happens: nothing is written, nothing starts, no commit is made."""

from __future__ import annotations

from typing import NamedTuple

from labjournal import config, format
from labjournal.errors import JournalError
from labjournal.paths import JournalPaths
from labjournal.runner import commands, previous
from labjournal.runner.recording import survey_code
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
        code=_code(request, paths, None if before is None else before.data.get("snapshot")),
        left_open=tuple(sorted(place for place in places if place not in values)),
        unused=tuple(name for name in request.settings if name not in places),
    )


def _code(request: LaunchRequest, paths: JournalPaths, before: object) -> str:
    from labjournal.vcs import NoRepository

    try:
        found = survey_code(request.cwd, (request,), config.load(paths.project))
    except JournalError as error:
        return f"not recorded: {error.message}"
    if isinstance(found, NoRepository):
        return f"not recorded: {found.reason}"
    commit = found.status.commit
    kept = [path for letter, path in found.changed if letter != "D"]
    gone = len(found.changed) - len(kept)
    told = [commit[:7] if commit else "no commit yet"]
    if kept:
        told.append(f" + {format.plural(len(kept), 'file')} not committed, kept: {_named(kept)}")
    if gone:
        told.append(f" − {format.plural(gone, 'file')} removed")
    if not found.changed:
        told.append(", clean" if commit else ", and no file to keep")
    if found.left_out:
        told.append(f" · left out: {_named([one.path for one in found.left_out])}")
    earlier = before.get("head") if isinstance(before, dict) else None
    if isinstance(earlier, str) and commit and not commit.startswith(earlier[:7]):
        told.append(f" · was {earlier[:7]}")
    return "".join(told)


def _named(paths: list[str]) -> str:
    more = f" and {len(paths) - _FILES_NAMED} more" if len(paths) > _FILES_NAMED else ""
    return ", ".join(paths[:_FILES_NAMED]) + more
