"""From which checkpoint a run can go on, and by which command."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labjournal import checkpoints, format, tags
from labjournal.checkpoints.names import position
from labjournal.config import FILE, Config
from labjournal.errors import InputError, NotFoundError
from labjournal.model import Checkpoint, Run
from labjournal.paths import JournalPaths
from labjournal.runner import commands, subjects, written_over
from labjournal.store import Store
from labjournal.watch.masking import masked_argv

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

_WHOLE_COMMAND = "{command}"
_OPTION = re.compile(r"""["'](--?[\w-]*(?:resume|restore|checkpoint|ckpt|load)[\w-]*)["']""", re.IGNORECASE)
_SCRIPT_BYTES = 1_000_000
_LAST_WRITE_S = 5.0
"""A lost run is said to have ended at its last heartbeat, one every 3 s."""


class From(NamedTuple):
    """Where a run is started from."""

    command: tuple[str, ...]
    checkpoint: str | None = None
    """As the journal calls it; None from the beginning."""
    step: int | None = None
    version: str | None = None
    file: str | None = None
    """The checkpoint's path as it can be opened from any folder."""
    optimizer_steps: int | None = None
    """The step, when the checkpoint's name counts steps of the optimizer."""
    differs: tuple[str, ...] = ()
    """In what the command would be another one than the run was launched with."""

    @property
    def recorded(self) -> tuple[str, ...]:
        return tuple(masked_argv(list(self.command)))

    def variables(self) -> dict[str, str]:
        """What the process is told of it."""
        told = {tags.ENV_CHECKPOINT: self.file, tags.ENV_START_STEP: self.optimizer_steps}
        return {name: str(value) for name, value in told.items() if value is not None}

    @property
    def words(self) -> str:
        if self.checkpoint is None:
            return "from the beginning"
        return f"from {self.checkpoint}" + (f", step {self.step}" if self.step is not None else "")


def find(
    store: Store,
    run_id: str,
    command: tuple[str, ...],
    selector: str | None,
    paths: JournalPaths,
    config: Config,
    cwd: str,
) -> From:
    """The command that lets a run go on from a checkpoint in the folder ``cwd``, by default the newest whole one.

    Raises InputError without a template, saying what to write; NotFoundError without a checkpoint.
    """
    run = store.run(run_id)
    words = _template(run, command, paths, config)
    checkpoint = _chosen(store, run, selector)
    if checkpoint is None and not ({"checkpoint", "step"} & commands.places(words)):
        return From(_fill(words, command, {}))  # a script that finds its checkpoints by itself
    if checkpoint is None:
        raise NotFoundError(
            f"{format.visible(run.name)} left no whole checkpoint to go on from.",
            f"From the beginning: labjournal retry {run.id[-6:].lower()}",
        )
    file = subjects.path_of(run, checkpoint)
    same = run.cwd == cwd and not os.path.isabs(checkpoint.path)
    values = {"checkpoint": checkpoint.path if same else file}
    if checkpoint.step is not None:
        values["step"] = str(checkpoint.step)
    open_places = commands.places(words) - values.keys() - {"command"}
    if "step" in open_places:
        raise InputError(f"The step of {checkpoint.path} is not known, and [resume] command asks for {{step}}.")
    filled = _fill(words, command, values)
    differs = () if _WHOLE_COMMAND in words else tuple(_differences(command, filled, values.values()))
    steps = checkpoint.step if position(checkpoint.path)[1] == "step" else None
    return From(filled, checkpoint.path, checkpoint.step, checkpoint.version or None, file, steps, differs)


def possible(store: Store, run_id: str, config: Config) -> bool:
    """Whether a run could go on from a checkpoint by what is configured."""
    if not config.resume.command:
        return False
    words = shlex.split(config.resume.command)
    return not ({"checkpoint"} & commands.places(words)) or newest_whole(store, store.run(run_id)) is not None


def got_further(store: Store, run_id: str, config: Config) -> bool:
    """Whether a run can go on from a checkpoint that the attempt now ended has written: else it would go in circles."""
    if not possible(store, run_id, config):
        return False
    newest = newest_whole(store, store.run(run_id))
    begun = [fact for fact in store.run_facts(run_id) if fact.kind == "restart"]
    return newest is not None and (not begun or begun[-1].data.get("version") != newest.version)


def newest_whole(store: Store, run: Run) -> Checkpoint | None:
    """The newest checkpoint of a run that is still there as it was written, and complete.

    A run that was killed could not tell of its last ones: they are looked for where it wrote others, and, as long as
    no other run was at work there, in its working folder.
    """
    known = [item for item in store.checkpoints(run.id) if item.current]
    told = {os.path.realpath(subjects.path_of(run, item)) for item in known}
    unseen = [item for item in _unseen(store, run, known) if os.path.realpath(subjects.path_of(run, item)) not in told]
    for item in sorted([*known, *unseen], key=lambda item: (item.written_at, item.step or -1, item.path), reverse=True):
        found = checkpoints.inspect(Path(subjects.path_of(run, item)), settle_s=0.0)
        if found is not None and found.version == item.version:
            return item
    return None


def _unseen(store: Store, run: Run, known: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Checkpoints written while the run lived that nobody told of."""
    if run.cwd is None or run.started_at is None:
        return []
    begin, end = run.started_at, run.ended_at or datetime.now(UTC)
    end += timedelta(seconds=_LAST_WRITE_S)
    for other in store.run_rows():
        beside = other.id != run.id and other.kind != "validate" and _overlaps(other, begin, end)
        if beside and store.run(other.id).cwd == run.cwd:
            return []
    folders = {os.path.dirname(subjects.path_of(run, item)) for item in known} or {run.cwd}
    found = []
    for folder in sorted(folders):
        for one in checkpoints.scan(Path(folder), settle_s=0.0):
            written_at = datetime.fromtimestamp(one.mtime, UTC)
            if begin <= written_at <= end:
                path = os.path.relpath(os.path.join(folder, one.path), run.cwd)
                path = path if not path.startswith("..") else os.path.join(folder, one.path)
                found.append(Checkpoint(run.id, path, one.version, one.step, one.size, written_at, True))
    return found


def _overlaps(other: RunRow, begin: datetime, end: datetime) -> bool:
    started = datetime.fromisoformat(other.started_at) if other.started_at else None
    ended = datetime.fromisoformat(other.ended_at) if other.ended_at else None
    return started is not None and started < end and (ended is None or ended > begin)


def _chosen(store: Store, run: Run, selector: str | None) -> Checkpoint | None:
    if selector is None or selector in ("latest", "last"):
        return newest_whole(store, run)
    chosen = subjects.one(store, run, selector)
    if checkpoints.inspect(Path(subjects.path_of(run, chosen)), settle_s=0.0) is None:
        raise NotFoundError(f"{chosen.path} is gone, or it is not complete.")
    return written_over.own(store, run, chosen)


def _template(run: Run, command: Sequence[str], paths: JournalPaths, config: Config) -> list[str]:
    if not config.resume.command:
        raise InputError(
            f"How {format.visible(run.name)} goes on from a checkpoint is not known.",
            f"Write into {paths.project / FILE}:\n\n"
            f'    [resume]\n    command = "{{command}} {_option(run, command)} {{checkpoint}}"\n\n'
            "  {command} is the command of the run. A script that finds its checkpoints by itself needs only\n"
            f'  command = "{{command}}". From the beginning: labjournal retry {run.id[-6:].lower()}',
        )
    try:
        return shlex.split(config.resume.command)
    except ValueError as error:
        raise InputError(f"[resume] command cannot be read: {error}.") from error


def _option(run: Run, command: Sequence[str]) -> str:
    """The option of the script that seems to take a checkpoint; ``--resume`` where none can be seen."""
    script = Path(run.cwd or ".", commands.script_of(command).path)
    try:
        with script.open("rb") as file:
            text = file.read(_SCRIPT_BYTES).decode("utf-8", "replace")
    except OSError:
        return "--resume"
    found = _OPTION.findall(text)
    return next((option for option in found if "resume" in option.lower()), found[0] if found else "--resume")


def _fill(words: Sequence[str], command: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    filled: list[str] = []
    for word in words:
        filled += command if word == _WHOLE_COMMAND else commands.fill([word], values)
    return tuple(filled)


def _differences(old: Sequence[str], new: Sequence[str], given: Collection[str]) -> list[str]:
    """Options in which a written-out template is another command than the run's; what names the checkpoint is not."""
    was, now = commands.options(old), commands.options(new)
    lines = []
    if commands.same_command(old) != commands.same_command(new):
        lines.append(f"command: {' '.join(commands.same_command(new))}")
    for name in [*was, *(name for name in now if name not in was)]:
        if name not in was and (now[name] == "on" or any(value in now[name] for value in given)):
            continue
        if was.get(name) != now.get(name):
            lines.append(f"{name} {was.get(name, 'not given')} -> {now.get(name, 'not given')}")
    return lines
