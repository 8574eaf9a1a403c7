"""A run that has ended, started again: ``resume`` from its newest whole checkpoint, ``retry`` from the beginning.

With command, settings, code and data as they were, this is another attempt of the same run. Where anything differs it
is a fork: a new run with the old one as its parent, so that no run is ever the work of two programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import facts, machine
from labjournal.config import Config
from labjournal.errors import InputError, JournalError, JournalUnavailableError
from labjournal.facts import Fact
from labjournal.launchers import records, restart
from labjournal.launchers.base import LaunchError, Plan, Started
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import environment, launchers, launching, previous, recording, resuming, sameness
from labjournal.runner.gpus import Cards
from labjournal.runner.request import Launched, LaunchRequest, Parent
from labjournal.runner.resuming import From
from labjournal.scheduler import frozen
from labjournal.scheduler.frozen import Tree
from labjournal.store import Store
from labjournal.watch.masking import MASK


class Wish(NamedTuple):
    """What is asked for beyond the run itself."""

    resume: bool
    selector: str | None = None
    """Which checkpoint, as behind the colon of ``REF:STEP``; None takes the newest whole one."""
    why: str | None = None
    automatic: bool = False
    """Nobody asked: then a fork is refused, because nobody saw what had changed."""
    command: tuple[str, ...] | None = None
    """The command with its secrets, where somebody still has it."""
    environment: Mapping[str, str] | None = None
    retries_left: int | None = None
    """None: as many as the run was launched with."""
    launch: Callable[[Sequence[Plan]], Started] | None = None
    """What the attempt is handed to; None: the launcher that the run was handed to."""
    leases: tuple[int, ...] = ()
    """Descriptors that hold the GPUs of the attempt before, handed on."""


def again(run_id: str, wish: Wish, store: Store, paths: JournalPaths, config: Config) -> Launched:
    """Start a run again; the store is up to date.

    Raises InputError (not ended, no template, secrets not kept), NotFoundError (no checkpoint), LaunchError.
    """
    run = paths.run(run_id)
    launch = _launch_of(run)
    command = wish.command or tuple(map(str, launch.data.get("command") or ()))
    _refuse(run, launch, command)
    stated = store.run_facts(run_id)
    tree = frozen.tree_of(run, stated, (launch.data.get("snapshot") or {}).get("root"))
    code = list(_code(launch, config) if tree is None else _code_of(tree))
    cwd = str(launch.data.get("cwd")) if tree is None or code else tree.cwd
    find = (store, run_id, command, wish.selector, paths, config, cwd)
    origin = resuming.find(*find) if wish.resume else From(command)
    differs = [*origin.differs, *code, *sameness.data_changes(stated)]
    if differs:
        return _fork(run_id, launch, origin, wish, differs, paths, config)
    return _attempt(run, launch, origin, wish, tree, paths, config)


def retry_by_itself(plan: Mapping[str, Any], store: Store, paths: JournalPaths, config: Config) -> Launched:
    """The next attempt of a run that failed under ``--max-retries``; the checkpoint is used where one can be.

    ``plan`` is the last one as a mapping, with its real command and environment.
    """
    run = paths.run(str(plan["run_id"]))
    same = list(plan["recorded"]) == _launch_of(run).data.get("command")
    wish = Wish(
        resume=resuming.possible(store, run.id, config),
        why=_cause(run),
        automatic=True,
        command=tuple(plan["command"]) if same else None,
        environment=plan["environment"],
        retries_left=int(plan["retries_left"]),
        leases=tuple(plan["leases"]),
    )
    return again(run.id, wish, store, paths, config)


def _cause(run: RunPaths) -> str | None:
    ended = records.read(run.exit)
    cause = ended.data.get("cause") if ended else None
    return str(cause) if cause else None


def _launch_of(run: RunPaths) -> Fact:
    fact = records.read(run.run)
    if fact is None:
        raise JournalUnavailableError(f"{run.run} is missing or damaged: what the run was is not known.")
    return fact


def _refuse(run: RunPaths, launch: Fact, command: Sequence[str]) -> None:
    name = launch.data.get("name")
    if not command:
        raise InputError(f"{name} was not launched by labjournal: its command is not known.")
    if records.read(run.exit) is None:
        raise InputError(f"{name} has not ended.", f"labjournal stop {run.id[-6:].lower()} ends it.")
    if any(MASK in word for word in command):
        raise InputError(
            f"The command of {name} held a secret, which was not kept.",
            f"Launch it anew: labjournal run --from {run.id[-6:].lower()} -- CMD…",
        )


def _code(launch: Fact, config: Config) -> Iterator[str]:
    kept = launch.data.get("snapshot") or {}
    if not kept.get("commit"):
        return
    now, _ = recording.record_code(str(launch.data.get("cwd")), [_request(launch, ())], config)
    yield from sameness.code_changes(kept, now)


def _code_of(tree: Tree) -> Iterator[str]:
    """What in the working tree of a run is not as it was recorded."""
    try:
        changed = [path for path in tree.changes() if sameness.is_code(tree.root, tree.commit, path)]
    except JournalError as error:
        yield f"the code of then cannot be found ({error.message})"
        return
    if changed:
        yield f"code in its own working tree: {', '.join(changed[:3])}"


def _request(launch: Fact, command: tuple[str, ...], wish: Wish | None = None) -> LaunchRequest:
    """The launch as it was asked for, as far as it is on record."""
    data = launch.data
    parent = data.get("parent") or None
    return LaunchRequest(
        command=command,
        cwd=str(data.get("cwd")),
        name=data.get("name"),
        kind=data.get("kind"),
        reason=data.get("reason"),
        parent=Parent(parent["run"], parent.get("step"), parent.get("checkpoint")) if parent else None,
        settings={name: str(value) for name, value in (data.get("settings") or {}).items()},
        expect=tuple(data.get("expect") or ()),
        expect_time_s=data.get("expect_time_s"),
        gpus=data.get("gpus"),
        time_limit_s=data.get("time_limit_s"),
        logdir=data.get("logdir"),
        validates=data.get("validates"),
        environment=wish.environment if wish else None,
        launcher=data.get("launcher"),
        launcher_options=data.get("launcher_options") or {},
        max_retries=data.get("max_retries") or 0,
        on_alarm=data.get("on_alarm"),
    )


def _fork(
    run_id: str,
    launch: Fact,
    origin: From,
    wish: Wish,
    differs: Sequence[str],
    paths: JournalPaths,
    config: Config,
) -> Launched:
    words = "; ".join(differs)
    if wish.automatic:
        raise InputError(
            f"{launch.data.get('name')} cannot go on by itself, because it would not be the same run: {words}.",
            f"labjournal {'resume' if wish.resume else 'retry'} {run_id[-6:].lower()} starts a fork of it.",
        )
    request = _request(launch, origin.command, wish)
    request = request._replace(
        reason=wish.why or request.reason, parent=Parent(run_id, origin.step, origin.file), settings={}
    )
    forked = launching.launch(request, paths, config)
    told = f"a fork, not a restart, because it differs: {words}"
    return forked._replace(notices=(told, *forked.notices))


def _attempt(
    run: RunPaths,
    launch: Fact,
    origin: From,
    wish: Wish,
    tree: Tree | None,
    paths: JournalPaths,
    config: Config,
) -> Launched:
    request = _request(launch, origin.command, wish)
    notices: list[str] = []
    inside = launching.inside(paths, config, notices)
    notices += _other_python(launch, request, run, paths)
    with _cards(request, wish, paths) as cards:
        number = restart.begin(run, machine)
        given = environment.child_environment(
            request, paths, run, number, inside, config, launch.data.get("snapshot") or {}
        )
        if cards is not None:
            given |= {"CUDA_VISIBLE_DEVICES": cards.visible, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
            notices += cards.notices
        given |= origin.variables()
        left = request.max_retries if wish.retries_left is None else wish.retries_left
        plan = launching.plan(request, run, origin.command, origin.recorded, given, config)
        leases = wish.leases if cards is None else cards.fds
        resources = launchers.resources(request, str(request.name), config)
        plan = plan._replace(attempt=number, retries_left=left, leases=leases, resources=resources)
        if tree is not None:
            plan = tree.moved(plan)
            notices.append(f"on its own code as it was frozen, commit {tree.commit[:10]}, in {plan.cwd}")
        _state(run, number, origin, wish, paths)
        accepted = Launched(run.id, str(launch.data.get("name")), "QUEUED", (*notices, origin.words))
        return _start(plan, accepted, wish.launch or launchers.choose(request, config, launching.run_ended).launch)


@contextmanager
def _cards(request: LaunchRequest, wish: Wish, paths: JournalPaths) -> Iterator[Cards | None]:
    """The GPUs of the new attempt; None when it asks for none, or goes on with those that the last one held."""
    if request.gpus is None or wish.leases or request.launcher == launchers.SLURM:
        yield None
        return
    with launching.cards_for([request], paths, request.name or "") as cards:
        yield cards


def _other_python(launch: Fact, request: LaunchRequest, run: RunPaths, paths: JournalPaths) -> Iterator[str]:
    """Packages are no part of what makes a fork, and never go unsaid."""
    before = previous.Previous(run.id, str(request.name), launch.data)
    python = launching.python_of(request)
    same = launch.data.get("snapshot") or {}
    command, settings = tuple(launch.data.get("command") or ()), launch.data.get("settings") or {}
    yield from previous.changes(before, command, settings, same, python, paths).python


def _state(run: RunPaths, number: int, origin: From, wish: Wish, paths: JournalPaths) -> None:
    """Say that the run goes on, where every reader looks: its folder may be sealed."""
    data = {
        "n": number,
        "how": "resume" if wish.resume else "retry",
        "checkpoint": origin.checkpoint,
        "step": origin.step,
        "version": origin.version,
        "why": wish.why,
        "automatic": wish.automatic,
    }
    try:
        facts.append(paths.my_facts, [facts.make("restart", data, run=run.id)], sync=True, lock=True)
    except OSError as error:
        failure = LaunchError(f"the restart cannot be recorded in {paths.my_facts}: {error.strerror}")
        launching.give_up(run, number, failure)
        raise failure from error


def _start(plan: Plan, accepted: Launched, launch: Callable[[Sequence[Plan]], Started]) -> Launched:
    try:
        started = launch([plan])
    except LaunchError as error:
        launching.give_up(RunPaths(Path(plan.folder)), plan.attempt, error)
        raise
    return accepted.having(started)
