"""`labjournal stop`: ask runs, or a whole sweep, to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from labjournal.follower import Follower
    from labjournal.model import Run
    from labjournal.store import Store
    from labjournal.sweeps.plan import Sweep

_LOOK_S = 0.1


@click.command("stop")
@click.argument("wanted", metavar="REF|SWEEP|'LIKE-*'...", nargs=-1, required=True)
@click.option("-m", "--reason", "why", help="Why; it becomes part of the cause.")
@click.option("--wait", is_flag=True, help="Return when they have ended.")
@pass_context
def command(context: Context, wanted: tuple[str, ...], why: str | None, wait: bool) -> None:
    """Ask runs to stop: INT, 10 s, TERM, 10 s, KILL for everything they started. Returns at once.

    The name of a sweep stops all of it: trials that run, trials that wait, and whoever minds it; `labjournal sweep
    resume` goes on with what is left.
    """
    from labjournal import scheduler
    from labjournal.cli import session
    from labjournal.store import references

    with session.opened(context, with_curves=False) as follower:
        store = follower.store
        patterns = {text: list(map(store.run, store.like(text))) for text in wanted if references.is_pattern(text)}
        named = {text: _meant(store, text) for text in wanted if text not in patterns}
        sweeps = [sweep for _, sweep in named.values() if sweep is not None]
        asked: list[Run] = []
        for run, sweep in named.values():
            if run is not None:
                asked += _stop(run, follower, why)
            elif sweep is not None:
                _stop_sweep(sweep, follower, why)
        for text, runs in patterns.items():
            asked += _stop_like(text, runs, follower, why)
        scheduler.dispatch(follower.paths)
        if wait:
            _wait_for_sweeps(sweeps, follower)
            _wait_for(asked, follower)


def _meant(store: Store, text: str) -> tuple[Run | None, Sweep | None]:
    """The run, or else the sweep, that a name means. Raises NotFoundError, InputError when it could be both."""
    from labjournal.store import references
    from labjournal.sweeps import plan

    name = references.split(text)[0]
    sweep = plan.find_one(store, name)
    try:
        run = store.resolve(name)
    except NotFoundError as error:
        if sweep is not None:
            return None, sweep
        sweeps = ", ".join(dict.fromkeys(one.name for _, one in plan.known(store)))
        raise NotFoundError(error.message, f"{error.hint} Sweeps: {sweeps}." if sweeps else error.hint) from None
    if sweep is not None and run.name == sweep.name:
        ids = f"{run.id[-6:].lower()} is the run, {sweep.id[-6:].lower()} the sweep"
        raise InputError(f"{name} is both a run and a sweep; nothing was stopped.", f"Name it by its id: {ids}.")
    return run, None


def _stop(run: Run, follower: Follower, why: str | None) -> list[Run]:
    from labjournal.format import visible
    from labjournal.runner import launchers

    folder = follower.paths.run(run.id)
    if run.status.ended and not launchers.comes_back(folder, run.status):
        click.echo(f"{visible(run.name)} has ended already: {run.status}.", err=True)
        return []
    launchers.of_run(folder, follower.config).stop(folder, why)
    place = "" if run.host is None else f" on {visible(run.host)}"
    click.echo(f"{visible(run.name)}{place} was asked to stop.", err=True)
    return [run]


def _stop_like(text: str, runs: Sequence[Run], follower: Follower, why: str | None) -> list[Run]:
    """Those of the runs called alike that wait or run: first what waits, which would take a freed place."""
    from labjournal.format import visible
    from labjournal.model import Status
    from labjournal.runner import launchers
    from labjournal.sweeps import ending, plan

    living = sorted((run for run in runs if not run.status.ended), key=lambda run: run.status is not Status.QUEUED)
    launchers.stop_all([follower.paths.run(run.id) for run in living], follower.config, why)
    waiting = sum(run.status is Status.QUEUED for run in living)
    click.echo(f"{visible(text)}: {_counted(len(living) - waiting, waiting, len(runs) - len(living))}.", err=True)
    for sweep in dict.fromkeys(run.trial.sweep for run in living if run.trial is not None):
        known = plan.find_one(follower.store, sweep)
        if known is not None and ending.is_minded(follower.paths, known):
            name = visible(known.name)
            click.echo(f"{name} is minded and may launch more: labjournal stop {name} stops it as a whole.", err=True)
    return living


def _stop_sweep(sweep: Sweep, follower: Follower, why: str | None) -> None:
    from labjournal.format import visible
    from labjournal.sweeps import ending

    found = ending.stop(sweep, follower, why)
    name = visible(sweep.name)
    if found.is_over:
        click.echo(f"The sweep {name} has ended already.", err=True)
        return
    minder = "; who minds it leaves off" if found.minded else ""
    never = f"; {found.missing:,} not launched yet" if found.missing else ""
    told = _counted(len(found.running), len(found.waiting), found.ended)
    click.echo(
        f"The sweep {name}: {told}{never}{minder}. labjournal sweep resume {name} goes on with the rest.", err=True
    )


def _counted(running: int, waiting: int, ended: int) -> str:
    if not (running or waiting):
        return f"nothing to stop, all {ended} have ended" if ended else "nothing to stop"
    stopped = [f"{running} that run" if running else "", f"{waiting} that wait" if waiting else ""]
    before = f", {ended} had ended" if ended else ""
    return f"{' and '.join(filter(None, stopped))} were asked to stop{before}"


def _wait_for_sweeps(sweeps: Sequence[Sweep], follower: Follower) -> None:
    """Until nobody minds them and no trial lives; what a minder had just launched it has ended before it left."""
    import time

    from labjournal.sweeps import ending, table

    for sweep in sweeps:
        while ending.is_minded(follower.paths, sweep):
            time.sleep(_LOOK_S)
        follower.catch_up(with_curves=False)
        trials = table.newest(follower.store.sweep_trials(sweep.id))
        _wait_for([follower.store.run(trial.run) for trial in trials], follower)


def _wait_for(runs: Iterable[Run], follower: Follower) -> None:
    import time

    from labjournal import machine
    from labjournal.format import visible
    from labjournal.launchers import liveness

    for run in runs:
        if run.status.ended:
            continue
        while (seen := liveness.observe(follower.paths.run(run.id), machine)) and not seen.status.ended:
            time.sleep(_LOOK_S)
        click.echo(f"{visible(run.name)}: {seen.status}, {visible(seen.cause or '')}", err=True)
