"""Entries of the fresh interpreters that launchers start in place of a fork of themselves."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import machine, scheduler
from labjournal.launchers import attempts, local, records
from labjournal.launchers.base import Started
from labjournal.paths import JournalPaths, RunPaths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labjournal.config import Config
    from labjournal.launchers.base import Plan


def main() -> None:
    """Launch or end runs for a process that has threads."""
    local.serve(machine, scheduler.run_ended)


def again() -> None:
    """Start a run that has failed again; its last plan is on standard input as JSON."""
    from labjournal import config as configuration
    from labjournal.errors import JournalError
    from labjournal.follower import Follower
    from labjournal.runner import restarting

    plan = json.load(sys.stdin.buffer)
    paths = JournalPaths(Path(plan["folder"]).parent.parent)
    try:
        config = configuration.load(paths.project)
        follower = Follower.open(paths, config)
        try:
            follower.catch_up()
            restarting.retry_by_itself(plan, follower.store, paths, config)
        finally:
            follower.close()
    except JournalError as error:
        print(f"labjournal: not started again: {error}", flush=True)


def in_job() -> None:
    """Be the supervisor of a SLURM job; its script, with the plans it carries, is on standard input.

    Exits as its run did, because SLURM decides by that whether jobs that wait for this one may begin.
    """
    import os

    from labjournal.launchers import slurm_job, slurm_keeper, slurm_script

    carried = slurm_script.plans(sys.stdin.read(), os.environ)
    plan = carried[int(os.environ.get("SLURM_ARRAY_TASK_ID") or 0)]
    run = RunPaths(Path(plan.folder))
    again = run.attempt(plan.attempt).exists()
    if again and (why_not := slurm_job.passed_on(run)) is not None:
        print(f"labjournal: not started again: {why_not}", flush=True)
        sys.exit(_exit_code(run))
    first = attempts.last_number(run) + 1 if again else plan.attempt
    why = "requeued by SLURM" if again else None
    keeper = slurm_keeper.Keeper()
    retries = plan.retries_left
    while (code := keeper.work(partial(_supervised, plan, run, why, retries))) is None:
        keeper.see_out(plan, run, machine)
        retries = plan.retries_left - (attempts.last_number(run) - first) - 1
        ended = records.read(run.exit)
        if retries < 0 or keeper.asked or run.stop.exists() or not slurm_job.is_to_be_retried(ended):
            code = _exit_code(run)
            break
        why = str(ended.data.get("cause")) if ended else None
    sys.exit(code)


def _supervised(plan: Plan, run: RunPaths, why: str | None, retries: int) -> int:
    """Stay beside a run of a job and start it again as often as it may; ``why`` it begins with another attempt."""
    from labjournal import config as configuration
    from labjournal.launchers import slurm_job

    config = configuration.load(run.journal.project)
    launch = _supervise_here(config)
    if why is None:
        launch([plan])
    else:
        _go_on(plan, run, config, launch, why)
    for _ in range(retries):
        ended = records.read(run.exit)
        if ended is None or not slurm_job.is_to_be_retried(ended):
            break
        _go_on(plan, run, config, launch, str(ended.data.get("cause")))
    _requeue_when_over_time(run, config, slurm_job.own_number())
    return _exit_code(run)


def _exit_code(run: RunPaths) -> int:
    ended = records.read(run.exit)
    if ended is not None and ended.data.get("status") == "DONE":
        return 0
    code = ended.data.get("exit_code") if ended else None
    return code if isinstance(code, int) and 0 < code < 256 else 1


def _supervise_here(config: Config) -> Callable[[Sequence[Plan]], Started]:
    """What a plan is handed to inside a job: this process, to the end of the run."""
    import signal

    from labjournal.launchers.slurm_job import JobSupervisor

    forward = signal.Signals[f"SIG{config.slurm.signal.removeprefix('SIG')}"]

    def launch(plans: Sequence[Plan]) -> Started:
        plans = [plan._replace(retries_left=0) for plan in plans]  # whoever retries must be this process
        JobSupervisor(plans, machine, config.slurm.warn_s, forward, scheduler.run_ended).run()
        return Started(None, None)

    return launch


def _go_on(plan: Plan, run: RunPaths, config: Config, launch: Callable[[Sequence[Plan]], Started], why: str) -> None:
    """The next attempt, from the newest checkpoint where that is configured."""
    import os

    from labjournal.errors import JournalError
    from labjournal.follower import Follower
    from labjournal.launchers import slurm_job
    from labjournal.runner import restarting, resuming

    slurm_job.close_killed_attempt(run, attempts.last_number(run))
    try:
        follower = Follower.open(run.journal, config)
        try:
            follower.catch_up()
            wish = restarting.Wish(
                resume=resuming.possible(follower.store, run.id, config),
                why=why,
                automatic=True,
                command=plan.command,
                environment=os.environ,
                launch=launch,
            )
            restarting.again(run.id, wish, follower.store, run.journal, config)
        finally:
            follower.close()
    except JournalError as error:
        print(f"labjournal: not started again: {error}", flush=True)


def _requeue_when_over_time(run: RunPaths, config: Config, job: str) -> None:
    """Have a job that ended at its time limit wait for its turn again, when the run can go on and got any further."""
    from labjournal.errors import JournalError
    from labjournal.follower import Follower
    from labjournal.launchers import slurm_commands
    from labjournal.runner import resuming

    ended = records.read(run.exit)
    if not config.slurm.requeue or ended is None or ended.data.get("status") != "TIMEOUT":
        return
    if "SLURM job" not in str(ended.data.get("cause")):  # over a limit of the user's own: it stays ended
        return
    try:
        follower = Follower.open(run.journal, config)
        try:
            follower.catch_up()
            if resuming.got_further(follower.store, run.id, config):
                slurm_commands.requeue(job)
                return
        finally:
            follower.close()
        print("labjournal: not requeued: no [resume] command, or no newer checkpoint to go on from", flush=True)
    except JournalError as error:
        print(f"labjournal: not requeued: {error}", flush=True)
