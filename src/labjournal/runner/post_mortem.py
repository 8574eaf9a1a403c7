"""Why a run died, put together for a person: cause, place, memory, the last good checkpoint, what was different.

Nothing is guessed: what was measured at the death stands in ``exit.json``, the rest is read off the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from labjournal import format as fmt
from labjournal.config import Config
from labjournal.launchers import causes, deaths
from labjournal.model import Run, Status
from labjournal.runner import commands, resuming
from labjournal.store import Store

_MOST_CHANGES = 6
_LOOKED_AT = 300
_LOOK = "nobody saw how it ended, perhaps well: its output and its checkpoints tell"


class PostMortem(NamedTuple):
    """What is known of a death."""

    cause: str
    kind: str | None
    """One of ``launchers.deaths.Kind``; None for deaths that an older labjournal recorded, and for lost runs."""
    error: str | None
    frames: tuple[str, ...]
    """Innermost last, as ``train.py:12 in load``."""
    memory: tuple[str, ...]
    """What was held, by whom, and which disk was full, one sentence each."""
    not_finite: str | None
    """The finding that says a tensor or the loss was not finite before the death."""
    checkpoint: str | None
    """The last whole one."""
    checkpoint_step: int | None
    lived: str | None
    """Full id of the last run of the same command that ended well."""
    differs: tuple[str, ...]
    """What is different from it."""
    remedy: str
    """The command that goes on from here."""
    end_unseen: bool
    """Nobody saw it end: perhaps nothing has to be mended."""


def explain(store: Store, run: Run, config: Config) -> PostMortem | None:
    """The post-mortem of a run that ended badly; None for one that lives, ended well, or was only told of."""
    if not run.status.ended or run.status is Status.DONE or (run.launcher == "adopted" and not run.command):
        return None
    exits = [fact for fact in store.run_facts(run.id) if fact.kind == "exit"]
    data: Mapping[str, Any] = exits[-1].data if exits else {}
    raw = data.get("death")
    death: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    checkpoint = resuming.newest_whole(store, run)
    lived = _last_that_lived(store, run)
    found = [one for one in store.findings(run.id) if "nan" in one.rule or "finite" in one.rule or "inf" in one.rule]
    nan = next((f"{one.rule} at step {one.step}: {one.message}" for one in found if one.step is not None), None)
    resumes = checkpoint is not None and resuming.possible(store, run.id, config)
    return PostMortem(
        cause=run.cause or "how it ended is not known",
        kind=str(death["kind"]) if death.get("kind") else None,
        error=str(death["error"]) if death.get("error") else None,
        frames=tuple(str(frame) for frame in death.get("frames") or ()),
        memory=tuple(_memory(death, data)),
        not_finite=nan,
        checkpoint=checkpoint.path if checkpoint else None,
        checkpoint_step=checkpoint.step if checkpoint else None,
        lived=lived.id if lived else None,
        differs=tuple(_differences(lived, run)) if lived else (),
        remedy=f"labjournal {'resume' if resumes else 'retry'} {run.id[-6:].lower()}",
        end_unseen=run.end_unseen,
    )


def _memory(death: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    peak = data.get("max_memory_bytes")
    if isinstance(peak, int) and "held_by" in death:
        limit = death.get("memory_limit_bytes")
        of = f" of {fmt.size(limit)} allowed by its control group" if isinstance(limit, int) else ""
        yield f"its largest process held {fmt.size(peak)}{of}"
    holders = [one for one in death.get("held_by") or () if isinstance(one, dict)]
    for one in holders:
        held = fmt.size(one["bytes"]) if isinstance(one.get("bytes"), int) else "an unknown amount"
        where = f" of gpu {one['gpu']}" if one.get("gpu") is not None else ""
        yield f"{one.get('name') or 'a process'} ({one.get('pid')}) still held {held}{where} after it"
    if not holders and "held_by" in death:
        yield "nobody else was seen to hold any after it"
    for folder, free in (death.get("full") or {}).items():
        yield f"the disk of {folder} had {fmt.size(free)} left"


def _last_that_lived(store: Store, run: Run) -> Run | None:
    """The newest earlier run of the same script in the same folder that ended well."""
    if not run.command:
        return None
    same = commands.same_command(run.command)
    rows = [row for row in store.run_rows(limit=_LOOKED_AT) if row.status == Status.DONE and row.id < run.id]
    for row in rows:
        other = store.run(row.id)
        if other.command and other.cwd == run.cwd and commands.same_command(other.command) == same:
            return other
    return None


def _differences(lived: Run, died: Run) -> Iterator[str]:
    lines = [*_settings(lived, died), *_code(lived, died)]
    if lived.host != died.host:
        lines.append(f"host {lived.host} -> {died.host}")
    yield from lines[:_MOST_CHANGES]
    if len(lines) > _MOST_CHANGES:
        yield f"and {len(lines) - _MOST_CHANGES} more (labjournal diff {lived.id[-6:].lower()} {died.id[-6:].lower()})"
    if not lines:
        yield "nothing that is on record"


def _settings(lived: Run, died: Run) -> Iterator[str]:
    was = commands.settings_of(lived.command, lived.settings)
    now = commands.settings_of(died.command, died.settings)
    before = {commands.spelling(name): value for name, value in was.items()}
    for name in sorted(now):  # a run that died early had not read everything: what is missing there is no difference
        key = commands.spelling(name)
        if str(before.get(key)) != str(now[name]) and died.settings_from.get(name) != "seed":
            lived_by = fmt.cut(fmt.setting(before[key]), 30) if key in before else "not given"
            yield f"{name} {lived_by} -> {fmt.cut(fmt.setting(now[name]), 30)}"


def _code(lived: Run, died: Run) -> Iterator[str]:
    a, b, root = lived.snapshot.commit, died.snapshot.commit, died.snapshot.root
    if a is None or b is None or root is None or a == b:
        return
    from pathlib import Path

    from labjournal import vcs
    from labjournal.errors import JournalError
    from labjournal.runner.sameness import is_code

    try:
        changed = [change for change in vcs.changed_lines(Path(root), a, b) if is_code(Path(root), a, change.path)]
    except JournalError:
        yield f"code {a[:7]} -> {b[:7]}"
        return
    for change in changed:
        yield f"{change.path} +{change.added or 0} -{change.removed or 0}"


def lines(death: PostMortem) -> Iterator[str]:
    """The post-mortem as text, one thought a line; the cause itself is left to the headline."""
    for frame in deaths.shown_frames(death.frames, 4):
        yield f"  {causes.one_line(frame)}"
    if death.error and death.frames:
        yield f"  {causes.one_line(death.error)}"
    yield from death.memory
    if death.not_finite:
        yield f"before that: {causes.one_line(death.not_finite)}"
    if death.checkpoint:
        step = f", step {fmt.count(death.checkpoint_step)}" if death.checkpoint_step is not None else ""
        yield f"last whole checkpoint: {death.checkpoint}{step}"
    if death.lived:
        yield f"different from {death.lived[-6:].lower()}, the last that ended well: {'; '.join(death.differs)}"
    if death.end_unseen:
        yield f"{_LOOK}; if it failed, {death.remedy} starts it again"
    else:
        yield f"{death.remedy} starts it again"
