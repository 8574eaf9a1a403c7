"""Running commands through SLURM: each run is a batch job that is our supervisor on the compute node.

Nothing but the shared run folder and SLURM's own commands is needed, and ``exit.json`` decides how a run ended.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.launchers import attempts, causes, liveness, records, slurm_commands, slurm_script
from labjournal.launchers.attempt import words_of_stop
from labjournal.launchers.base import LaunchError, Plan, Started
from labjournal.launchers.verdict import SILENT_S
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.liveness import Observation
    from labjournal.launchers.protocols import Machine


class SlurmLauncher:
    """Starts runs as SLURM jobs.

    Args:
        machine: for looking at runs.
        warn_s: so long before the end of a job its processes that listen for it are told.
    """

    def __init__(self, machine: Machine, warn_s: int = 60) -> None:
        self._machine = machine
        self._warn_s = warn_s

    @property
    def name(self) -> str:
        return liveness.SLURM

    def launch(self, plans: Sequence[Plan]) -> Started:
        """Submit the plans, each to begin when the one before has ended. Raises LaunchError; then none is submitted."""
        if not plans:
            raise LaunchError("There is nothing to launch.")
        submitted: list[str] = []
        try:
            for plan in plans:
                submitted.append(self._submit(plan, submitted[-1:]))
        except LaunchError:
            slurm_commands.cancel(*submitted)
            raise
        return Started(None, None)

    def launch_array(self, plans: Sequence[Plan], at_once: int | None = None) -> Started:
        """Submit plans that need the same as a job array, at most ``at_once`` running at the same time.

        The ``run.json`` of each has its place among them as ``array``. More than an array may hold become several, one
        behind the other. Raises LaunchError; then what was submitted is cancelled.
        """
        if not plans:
            raise LaunchError("There is nothing to launch.")
        most = slurm_commands.largest_array()
        jobs: list[str] = []
        try:
            for start in range(0, len(plans), most):
                part = _behind(plans[start : start + most], jobs[-1:])
                jobs.append(self._submit_array(part, plans[0].run_id, start, at_once))
        except LaunchError:
            slurm_commands.cancel(*jobs)
            raise
        for at, plan in enumerate(plans):
            _note(plan, f"{jobs[at // most]}_{at % most}")
        return Started(None, None)

    def _submit_array(self, part: Sequence[Plan], first: str, start: int, at_once: int | None) -> str:
        head = part[0]
        told = [
            *slurm_script.options(head, slurm_commands.comment(first, start), self._warn_s),
            f"--output={slurm_script.literal(f'{head.folder}/slurm-')}%a.log",
            f"--array=0-{len(part) - 1}" + (f"%{at_once}" if at_once else ""),
        ]
        return slurm_commands.submit(told, slurm_script.script(part, head.environment), head.environment)

    def _submit(self, plan: Plan, before: Sequence[str]) -> str:
        (plan,) = _behind([plan], before)
        if plan.attempt > 1:  # SLURM may hold a job of an attempt before this one, to start it again
            slurm_commands.cancel(*sorted(jobs_put_aside(RunPaths(Path(plan.folder)))))
        told = [
            *slurm_script.options(plan, slurm_commands.comment(plan.run_id), self._warn_s),
            f"--output={slurm_script.literal(f'{plan.folder}/out.log')}",
        ]
        job = slurm_commands.submit(told, slurm_script.script([plan], plan.environment), plan.environment)
        _note(plan, job)
        return job

    def stop(self, run: RunPaths, why: str | None = None) -> None:
        self.stop_all([run], why)

    def stop_all(self, runs: Sequence[RunPaths], why: str | None = None) -> None:
        """Ask the supervisors of runs to end them; jobs that wait, or have lost their supervisor, are cancelled.

        All requests are written first: each supervisor looks for its own before it begins, and every few seconds.
        """
        from labjournal.launchers import stopping

        for run in runs:
            stopping.request(run, self._machine, why)
        waiting: list[RunPaths] = []
        to_cancel: list[str] = []
        to_wake: list[str] = []
        for run in runs:
            job = job_of(run)
            if job is None:
                continue  # submitted a moment ago: its supervisor sees the request before it begins
            unbegun = attempts.newest(run) is None
            waits = unbegun or run.exit.exists()  # with an end it waits to be started again
            (to_cancel if waits or _is_silent(run) else to_wake).append(job)
            if unbegun:
                waiting.append(run)
        slurm_commands.cancel(*to_cancel)
        for run in waiting:
            _write_stopped(run)
        with suppress(LaunchError):  # as when one of them has ended since
            slurm_commands.cancel(*to_wake, signal="USR1")

    def state(self, run: RunPaths) -> Observation:
        return liveness.observe(run, self._machine)


def _behind(plans: Sequence[Plan], jobs: Sequence[str]) -> list[Plan]:
    """The plans, to begin when these jobs have ended, however they did."""
    chained = tuple((job, "afterany") for job in jobs)
    return [plan._replace(resources=plan.resources._replace(after=(*plan.resources.after, *chained))) for plan in plans]


def _note(plan: Plan, job: str) -> None:
    """Write a job's number down. Where that fails the job is found by its comment, so nothing is lost."""
    run = RunPaths(Path(plan.folder))
    data = {"n": plan.attempt, "job": job, "launcher": liveness.SLURM}
    try:
        run.attempts.mkdir(exist_ok=True)
        records.write(run.job(plan.attempt), facts.make("job", data, run=run.id))
    except OSError:
        return


def job_of(run: RunPaths) -> str | None:
    """The number of a run's newest job, as far as it was written down; never that of an attempt put aside."""
    number = attempts.last_number(run)
    if attempts.last_ended(run) >= number:
        number += 1  # which has not begun
    for path in (run.job(number), run.attempt(number), run.job(number + 1)):
        fact = records.read(path)
        if fact is not None and fact.data.get("job"):
            return str(fact.data["job"])
    return None


def jobs_put_aside(run: RunPaths) -> set[str]:
    """The numbers of jobs whose attempts ended before the newest one; SLURM may have sent one back and run it again."""
    facts_of_jobs = (records.read(run.job(number)) for number in range(1, attempts.last_ended(run) + 1))
    return {str(fact.data["job"]) for fact in facts_of_jobs if fact is not None and fact.data.get("job")}


def _is_silent(run: RunPaths) -> bool:
    try:
        return time.time() - run.heartbeat.stat().st_mtime > SILENT_S
    except OSError:
        return True


def _write_stopped(run: RunPaths) -> None:
    asked = records.read(run.stop)
    words = words_of_stop(asked) if asked else "stopped"
    data = attempts.end_data(run, causes.KILLED, f"{words}, before it started")
    data["stopped_by"] = asked.user if asked else None
    records.write_once(run.exit, facts.make("exit", data, run=run.id))
    run.stop.unlink(missing_ok=True)
