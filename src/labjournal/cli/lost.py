"""Runs that were found lost: said at once, with what goes on from there, or gone on with where that is configured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from labjournal import format as fmt
from labjournal.errors import JournalError
from labjournal.launchers.liveness import ADOPTED, SLURM
from labjournal.model import Run

if TYPE_CHECKING:
    from labjournal.follower import Follower


def tell(follower: Follower, lost: Sequence[str]) -> None:
    """One line a run on stderr. The follower has read their curves."""
    from labjournal.runner import resuming

    for run_id in lost:
        run = follower.store.run(run_id)
        if run.launcher == ADOPTED and not run.command:  # only its files were ever known
            continue
        step = f" at step {fmt.count(run.step)}" if run.step is not None else ""
        click.echo(f"labjournal: {fmt.visible(run.name)} was lost{step}: {fmt.visible(run.cause or '')}", err=True)
        resumes = resuming.possible(follower.store, run_id, follower.config)
        left = _retries_left(follower, run)
        wanted = follower.config.resume.automatic or left > 0
        if wanted and "a stop had been asked for" not in (run.cause or ""):
            _go_on(follower, run, resumes, max(0, left - 1) if run.launcher == SLURM else None)
        else:
            verb = "resume" if resumes else "retry"
            what = "goes on from its last checkpoint" if resumes else "starts it again"
            click.echo(f"  labjournal {verb} {run_id[-6:].lower()} {what}", err=True)


def _retries_left(follower: Follower, run: Run) -> int:
    """How often a SLURM job that ended without a word may still be started again, as ``--max-retries`` has it.

    A lost run of this machine was killed with its supervisor, or by a power cut: ``[resume]`` speaks of that.
    """
    from labjournal.launchers import records

    launched = records.read(follower.paths.run(run.id).run) if run.launcher == SLURM else None
    if launched is None:
        return 0
    again = sum(
        fact.kind == "restart" and bool(fact.data.get("automatic")) for fact in follower.store.run_facts(run.id)
    )
    return max(0, int(launched.data.get("max_retries") or 0) - again)


def _go_on(follower: Follower, run: Run, resumes: bool, retries_left: int | None) -> None:
    from labjournal.runner import restarting

    wish = restarting.Wish(resumes, why=run.cause, automatic=True, retries_left=retries_left)
    try:
        again = restarting.again(run.id, wish, follower.store, follower.paths, follower.config)
    except JournalError as error:
        click.echo(f"  not started again: {error}", err=True)
        return
    click.echo(f"  started again, {'; '.join(map(fmt.visible, again.notices))}", err=True)
