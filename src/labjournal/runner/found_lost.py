"""Whether a run that was found lost goes on by itself: whoever finds it, a verb or the app, starts it again."""

from __future__ import annotations

from typing import NamedTuple

from labjournal.config import Config
from labjournal.launchers import records
from labjournal.launchers.liveness import ADOPTED, SLURM
from labjournal.model import Run
from labjournal.paths import JournalPaths
from labjournal.runner import restarting, resuming
from labjournal.store import Store


class Found(NamedTuple):
    """A run that was found lost, and what goes on from there."""

    run: Run
    resumes: bool
    """Whether it can go on from a checkpoint."""
    wish: restarting.Wish | None
    """How it is started again by itself; None where nobody configured that, or wants it of this run."""
    held_back: bool = False
    """That is configured, and does not hold for this run: nobody saw that it failed."""


def look(run_id: str, store: Store, paths: JournalPaths, config: Config) -> Found | None:
    """What to make of a lost run whose curves are read; None for one of which only files were ever known."""
    run = store.run(run_id)
    if run.launcher == ADOPTED and not run.command:
        return None
    resumes = resuming.possible(store, run_id, config)
    left = _retries_left(run, store, paths)
    wanted = (config.resume.automatic or left > 0) and "a stop had been asked for" not in (run.cause or "")
    if not wanted or run.end_unseen:
        return Found(run, resumes, None, held_back=wanted)
    retries = max(0, left - 1) if run.launcher == SLURM else None
    return Found(run, resumes, restarting.Wish(resumes, why=run.cause, automatic=True, retries_left=retries))


def _retries_left(run: Run, store: Store, paths: JournalPaths) -> int:
    """How often a SLURM job that ended without a word may still be started again, as ``--max-retries`` has it.

    A lost run of this machine was killed with its supervisor, or by a power cut: ``[resume]`` speaks of that.
    """
    launched = records.read(paths.run(run.id).run) if run.launcher == SLURM else None
    if launched is None:
        return 0
    again = sum(fact.kind == "restart" and bool(fact.data.get("automatic")) for fact in store.run_facts(run.id))
    return max(0, int(launched.data.get("max_retries") or 0) - again)
