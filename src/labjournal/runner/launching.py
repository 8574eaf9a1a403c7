"""The launch: record what is about to run, then hand it to a launcher."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import labjournal
from labjournal import facts, machine
from labjournal.config import Config
from labjournal.errors import InputError, JournalUnavailableError
from labjournal.launchers import records
from labjournal.launchers.base import LaunchError, Plan, terminal_here, where
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import commands, environment, gpus, launchers, numbering, previous, recording
from labjournal.runner.previous import Changes
from labjournal.runner.request import Launched, LaunchRequest
from labjournal.watch.masking import masked, masked_argv


class _Recorded(NamedTuple):
    """What is written down of a launch, secrets masked."""

    command: tuple[str, ...]
    settings: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    python: Mapping[str, Any] | None


def launch(request: LaunchRequest, paths: JournalPaths, config: Config) -> Launched:
    """Record and start one run; returns when its command runs, or could not be started (it then has FAILED).

    Never asks anything. Raises InputError for what cannot be meant, JournalUnavailableError when nothing can be
    written; then nothing was started and nothing is left behind.
    """
    return launch_all([request], paths, config)[0]


def launch_all(requests: Sequence[LaunchRequest], paths: JournalPaths, config: Config) -> list[Launched]:
    """Record several runs and start them one after another: each when the one before has ended, however it ended.

    Those with ``queue`` go into the queue instead, and start when their turn comes.
    """
    for request in requests:
        _refuse(request)
    run_ids = paths.run_ids()
    cwd = requests[0].cwd
    snapshot, notices = recording.record_code(cwd, requests, config)
    watch = inside(paths, config, notices)
    notices += _known_faults(paths, snapshot)
    plans: list[Plan] = []
    accepted: list[Launched] = []
    python = python_of(requests[0])
    queued = requests[0].queue is not None
    handed_on = launchers.name_of(requests[0], config) != launchers.LOCAL
    if handed_on:  # to a launcher with a queue and cards of its own
        queued, requests = False, launchers.with_own_queue(requests, paths)
        notices += launchers.not_told(requests[0], launchers.name_of(requests[0], config))
    names = [_named(request, paths, number) for number, request in enumerate(requests, len(run_ids) + 1)]
    look = previous.Look(paths, run_ids)
    with cards_for([] if handed_on else requests, paths, names[0]) as cards:
        notices += cards.notices
        for name, request in zip(names, requests, strict=True):
            run = paths.run(facts.new_ulid())
            command = commands.fill(request.command, _values(request))
            settings = masked({name: commands.typed(value) for name, value in request.settings.items()})
            recorded = _Recorded(tuple(masked_argv(list(command))), settings, snapshot, python)
            data, changed = _describe(request, name, paths, look, recorded)
            given = environment.child_environment(request, paths, run, 1, watch, config, snapshot)
            if handed_on:
                data |= launchers.described(requests, len(plans), plans[0].run_id if plans else run.id, config)
                given.pop("CUDA_VISIBLE_DEVICES", None)
            elif queued:
                from labjournal.runner import queueing

                data["queue"] = queueing.described(request, config)
                if not plans:
                    notices += gpus.never_enough(queueing.needs_of(request, config))
            elif request.gpus is not None:
                data["cuda_visible_devices"] = cards.visible
                given |= {"CUDA_VISIBLE_DEVICES": cards.visible, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
            notices += _unused_settings(request)
            _write(run, data, python)
            planned = plan(request, run, command, recorded.command, given, config)
            resources = launchers.resources(request, name, config) if handed_on else planned.resources
            plans.append(planned._replace(leases=cards.fds, resources=resources))
            shown = tuple(dict.fromkeys([*notices, *changed.lines()]))
            accepted.append(Launched(run.id, name, "QUEUED", shown))
            notices = []
        if not queued:
            return _hand_over(plans, accepted, requests, config)
    from labjournal.runner import queueing

    queueing.hand_over(requests, plans, accepted, snapshot, recording.no_code(cwd, requests, config), paths, config)
    return accepted


def cards_for(requests: Sequence[LaunchRequest], paths: JournalPaths, name: str) -> AbstractContextManager[gpus.Cards]:
    """The GPUs of runs that start now, held by the first; a batch runs one after another on the same ones."""
    wanted = max((request.gpus or 0 for request in requests if request.queue is None), default=0)
    if not wanted:
        return gpus.leased(0, None, None)
    first = requests[0]
    from labjournal.scheduler.leases import Holder

    inherited = os.environ if first.environment is None else first.environment
    holder = Holder("", name, facts.user_name(), str(paths.project), os.getpid())
    return gpus.leased(wanted, holder, inherited.get("CUDA_VISIBLE_DEVICES"))


def run_ended(run: RunPaths) -> None:
    """Called by the supervisor; whatever the end of a run sets going is imported then, not at its start."""
    from labjournal import scheduler

    scheduler.run_ended(run)


def _hand_over(
    plans: list[Plan], accepted: list[Launched], requests: Sequence[LaunchRequest], config: Config
) -> list[Launched]:
    try:
        started = launchers.hand_over(plans, requests, config, run_ended)
    except LaunchError as error:
        for one in plans:
            give_up(RunPaths(Path(one.folder)), one.attempt, error)
        raise
    return [accepted[0].having(started), *accepted[1:]]


def give_up(run: RunPaths, attempt: int, error: LaunchError) -> None:
    """Write down that an attempt could not be launched; where that cannot be written, it will be found lost.

    Where a supervisor died only after it had started the process, that goes on: how it ends is seen by who looks.
    """
    if run.attempt(attempt).exists():
        return
    now = facts.now_iso()
    data = {
        "attempt": attempt,
        "status": "FAILED",
        "cause": f"could not be launched: {error.message}",
        "exit_code": None,
        "signal": None,
        "started_at": None,
        "ended_at": now,
        "stopped_by": None,
        "max_memory_bytes": None,
    }
    try:
        records.write_once(run.exit, facts.make("exit", data, run=run.id))
    except OSError:
        return


def _refuse(request: LaunchRequest) -> None:
    if not request.command or not request.command[0]:
        raise InputError("There is no command to run.", "labjournal run -- python train.py")
    if any("\0" in word for word in request.command):
        raise InputError("The command holds a NUL character, which no program can be given.")
    if request.expect:
        from labjournal.judging import grammar

        for expectation in request.expect:
            grammar.parse(expectation)


def python_of(request: LaunchRequest) -> dict[str, Any] | None:
    """Interpreter and packages the request's command will run with; None when it starts no Python."""
    inherited = os.environ if request.environment is None else request.environment
    return environment.describe_python(request.command, request.cwd, inherited.get("PATH"))


def _named(request: LaunchRequest, paths: JournalPaths, number: int) -> str:
    if request.name:
        return request.name
    command = masked_argv(list(commands.fill(request.command, _values(request))))
    return commands.invent_name(command, numbering.claim(paths, number))


def _known_faults(paths: JournalPaths, snapshot: Mapping[str, Any]) -> list[str]:
    from labjournal.faults.placing import at_launch

    root, commit = snapshot.get("root"), snapshot.get("commit")
    return at_launch(paths, Path(root), commit) if isinstance(root, str) and isinstance(commit, str) else []


def inside(paths: JournalPaths, config: Config, notices: list[str]) -> Path | None:
    """The watch's folder for PYTHONPATH; None, and a notice, where there is to be none."""
    if not config.watch.enabled:
        return None
    from labjournal.runner import inside as watching

    try:
        return watching.prepare(paths.cache)
    except JournalUnavailableError as error:
        notices.append(f"not watched: {error.message}")
        return None


def _describe(
    request: LaunchRequest, name: str, paths: JournalPaths, look: previous.Look, recorded: _Recorded
) -> tuple[dict[str, Any], Changes]:
    """The data of the ``run`` fact, and everything that changed since the last run of the command."""
    command = recorded.command
    alone = not request.validates and "sweep" not in request.part_of  # what a trial changes is what its sweep varies
    before = None if not alone else look.find(command, request.cwd)
    changed, twin = Changes(), None
    if before is not None:
        changed = previous.changes(before, command, recorded.settings, recorded.snapshot, recorded.python, paths)
        twin = before.id if previous.is_twin(before, changed, recorded.snapshot) else None
    data: dict[str, Any] = {
        "name": name,
        "kind": request.kind or commands.guess_kind(command),
        "kind_from": "stated" if request.kind else "command",
        "reason": request.reason,
        "command": list(command),
        "cwd": request.cwd,
        "project": str(paths.project),
        "parent": None if request.parent is None else request.parent._asdict(),
        "settings": recorded.settings,
        "launcher": "local",
        "launcher_options": {},
        "launched_by": {
            "supervisor_pid": os.getpid(),
            "supervisor_ticks": machine.process_start_ticks(os.getpid()),
            "terminal": terminal_here(),
            **where(machine),
        },
        "logdir": request.logdir,
        "time_limit_s": request.time_limit_s,
        "max_retries": request.max_retries,
        "on_alarm": request.on_alarm,
        "gpus": request.gpus,
        "expect": list(request.expect),
        "expect_time_s": request.expect_time_s,
        "snapshot": recorded.snapshot,
        "validates": request.validates,
        "changes": changed.all(),
        "twin": twin,
        "labjournal": labjournal.__version__,
    }
    data |= request.part_of
    if request.template is not None:
        data["template"] = list(request.template)
    return data, changed


def _values(request: LaunchRequest) -> dict[str, str]:
    values = dict(request.settings)
    if request.parent is not None:
        if request.parent.checkpoint is not None:
            values.setdefault("checkpoint", request.parent.checkpoint)
        if request.parent.step is not None:
            values.setdefault("step", str(request.parent.step))
    return values


def _unused_settings(request: LaunchRequest) -> list[str]:
    """A setting that is recorded and reaches nobody fools its owner."""
    unused = [name for name in request.settings if name not in commands.places(request.command)]
    if not unused:
        return []
    return [f"--set {', '.join(unused)}: recorded, not passed on (the command has no {{{unused[0]}}})"]


def _write(run: RunPaths, data: dict[str, Any], python: Mapping[str, Any] | None) -> None:
    """The folder of the run, complete before anything starts."""
    try:
        run.folder.mkdir(parents=True)
        if python is not None:
            records.write_json(run.environment, python)
        records.write(run.run, facts.make("run", data, run=run.id), sync=True)
    except OSError as error:
        _remove(run)
        raise JournalUnavailableError(
            f"The run cannot be recorded in {run.folder}: {error.strerror or error}.",
            "Nothing was started. Free some space, or name another place with -C DIR or LABJOURNAL_DIR.",
        ) from error


def _remove(run: RunPaths) -> None:
    import shutil

    shutil.rmtree(run.folder, ignore_errors=True)


def plan(
    request: LaunchRequest,
    run: RunPaths,
    command: tuple[str, ...],
    recorded: tuple[str, ...],
    given: Mapping[str, str],
    config: Config,
) -> Plan:
    """The first attempt of a request."""
    return Plan(
        run_id=run.id,
        folder=str(run.folder),
        attempt=1,
        command=command,
        recorded=recorded,
        cwd=request.cwd,
        environment=given,
        time_limit_s=request.time_limit_s,
        stop_int_s=config.run.stop_int_s,
        stop_term_s=config.run.stop_term_s,
        retries_left=request.max_retries,
    )
