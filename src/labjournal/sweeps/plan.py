"""A sweep as it is stated, once, and the trials that follow from it.

The ``sweep`` fact is the whole plan; trials are runs that name its id. So a sweep can be gone on with by anybody who
has the journal: what it still lacks follows from the plan and the runs there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labjournal import facts
from labjournal.errors import InputError, JournalUnavailableError, NotFoundError
from labjournal.facts import Fact
from labjournal.model import Status
from labjournal.paths import JournalPaths
from labjournal.runner import commands
from labjournal.runner.request import LaunchRequest, Queueing
from labjournal.store import Store
from labjournal.sweeps import space
from labjournal.sweeps.space import Axis
from labjournal.watch.masking import MASK, masked, masked_argv

KIND = "sweep"
MOST_TRIALS = 100_000


class Search(NamedTuple):
    """How values are drawn, where they are drawn."""

    trials: int
    metric: str
    direction: str
    """``lower`` or ``higher`` is better."""
    sampler: str = "tpe"
    pruner: str | None = None
    seed: int = 0
    """Of the sampler; invented and kept, so that the search can be made again."""


class Sweep(NamedTuple):
    """One sweep."""

    id: str
    name: str
    command: tuple[str, ...]
    cwd: str
    axes: tuple[Axis, ...]
    seeds: int = 0
    settings: Mapping[str, str] = {}
    """What is the same in each trial."""
    max_parallel: int = 1
    stop: tuple[str, ...] = ()
    """Rules, as typed."""
    budget_s: float | None = None
    search: Search | None = None
    reason: str | None = None
    gpus: int | None = None
    gpu_memory_bytes: int | None = None
    time_limit_s: float | None = None
    launcher: str | None = None
    """None: as configured. SLURM gets the trials of a grid as an array."""
    launcher_options: Mapping[str, str] = {}
    environment: Mapping[str, str] | None = None
    part_of: Mapping[str, Any] = {}
    """The stage of a study that the trials are runs of."""

    @property
    def size(self) -> int:
        """How many trials there will be."""
        return self.search.trials if self.search is not None else space.size(self.axes) * max(1, self.seeds)

    @property
    def needs_minding(self) -> bool:
        """Whether somebody must look on while it runs: to draw the next values, or to stop what leads nowhere."""
        return bool(self.search or self.stop or self.budget_s)


class Trial(NamedTuple):
    number: int
    values: Mapping[str, str]
    seed: int | None


def check(sweep: Sweep) -> None:
    """Raises InputError for a sweep that cannot be meant."""
    if not sweep.command:
        raise InputError(
            "There is no command to sweep.", "labjournal sweep --grid lr=1e-3,1e-4 -- python train.py --lr {lr}"
        )
    names = [axis.name for axis in sweep.axes]
    if not names and not sweep.seeds:
        raise InputError("Nothing is varied.", "--grid lr=1e-3,1e-4, --search lr=1e-5..1e-1:log or --seeds 3.")
    twice = {name for name in names if names.count(name) > 1}
    if twice or (sweep.seeds and "seed" in names):
        raise InputError(f"{min(twice or {'seed'})} is varied twice.")
    places = commands.places(sweep.command)
    unused = [name for name in [*names, *(["seed"] if sweep.seeds else [])] if name not in places]
    if unused:
        raise InputError(
            f"{unused[0]} is varied, but the command has no {{{unused[0]}}}: every trial would be the same.",
            f"Write {{{unused[0]}}} where its value belongs.",
        )
    if sweep.search is not None and sweep.seeds:
        raise InputError("--seeds belongs to a grid.", "Repeat the best values of a search with --grid and --seeds.")
    if sweep.search is None and any(axis.is_drawn for axis in sweep.axes):
        raise InputError("A range to draw from needs --trials N and --metric NAME.")
    if sweep.size > MOST_TRIALS:
        raise InputError(f"{sweep.size:,} trials are too many.", f"{MOST_TRIALS:,} are the most.")


def grid(sweep: Sweep) -> Iterator[Trial]:
    """All trials of a grid; the seeds of one combination stand together."""
    seeds: Sequence[int | None] = range(sweep.seeds) if sweep.seeds else (None,)
    combinations = itertools.product(*(axis.values for axis in sweep.axes))
    for number, (values, seed) in enumerate(itertools.product(combinations, seeds)):
        yield Trial(number, dict(zip((axis.name for axis in sweep.axes), values, strict=True)), seed)


def request(sweep: Sweep, trial: Trial) -> LaunchRequest:
    """The launch of a trial. Trials of a sweep share a lane of the queue, so many of them at once."""
    seed = {} if trial.seed is None else {"seed": str(trial.seed)}
    place = {
        "id": sweep.id,
        "name": sweep.name,
        "number": trial.number,
        "values": dict(trial.values),
        "seed": trial.seed,
    }
    return LaunchRequest(
        command=sweep.command,
        cwd=sweep.cwd,
        name=f"{sweep.name}-{trial.number:0{len(str(max(1, sweep.size - 1)))}d}",
        kind="trial",
        reason=sweep.reason,
        settings={**sweep.settings, **trial.values, **seed},
        gpus=sweep.gpus,
        time_limit_s=sweep.time_limit_s,
        launcher=sweep.launcher,
        launcher_options=sweep.launcher_options,
        environment=sweep.environment,
        part_of={**_member_of(sweep, trial), KIND: place},
        queue=Queueing(gpu_memory_bytes=sweep.gpu_memory_bytes, lane=f"sweep-{sweep.id}", width=sweep.max_parallel),
    )


def _member_of(sweep: Sweep, trial: Trial) -> dict[str, Any]:
    """The stage of a study, with the trial as one of its runs."""
    said = dict(sweep.part_of)
    if "stage" in said:
        said["stage"] = {**said["stage"], "member": {"trial": str(trial.number)}}
    return said


def kept(sweep: Sweep) -> Sweep:
    """The sweep as it is put on record: without its secrets."""
    return sweep._replace(command=tuple(masked_argv(list(sweep.command))), settings=masked(dict(sweep.settings)))


def refuse_masked(sweep: Sweep) -> None:
    """Raise InputError when what its trials are launched with is not whole: it held a secret."""
    if any(MASK in word for word in (*sweep.command, *sweep.settings.values())):
        raise InputError(
            f"The command of {sweep.name} held a secret, which was not kept.",
            "Hand secrets over by environment variables: a sweep that others can go on with is written down.",
        )


def state(paths: JournalPaths, sweep: Sweep) -> None:
    """Put the plan on record. Raises JournalUnavailableError."""
    sweep = kept(sweep)
    search = sweep.search
    data = {
        "id": sweep.id,
        "name": sweep.name,
        "command": list(sweep.command),
        "cwd": sweep.cwd,
        "axes": [axis.as_data() for axis in sweep.axes],
        "seeds": sweep.seeds,
        "settings": dict(sweep.settings),
        "max_parallel": sweep.max_parallel,
        "stop": list(sweep.stop),
        "budget_s": sweep.budget_s,
        "search": None if search is None else search._asdict(),
        "reason": sweep.reason,
        "gpus": sweep.gpus,
        "gpu_memory_bytes": sweep.gpu_memory_bytes,
        "time_limit_s": sweep.time_limit_s,
        "launcher": sweep.launcher,
        "launcher_options": dict(sweep.launcher_options),
        "size": sweep.size,
        "part_of": dict(sweep.part_of),
    }
    try:
        facts.append(paths.my_facts, [facts.make(KIND, data, fact_id=sweep.id)], sync=True, lock=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"Nothing was written: {paths.my_facts}: {error.strerror or error}.",
            "Is the disk full, or the folder read-only?",
        ) from error


def known(store: Store) -> list[tuple[Fact, Sweep]]:
    """All sweeps of a journal, oldest first."""
    found = []
    for fact in store.facts_of_kind(KIND):
        sweep = _read(fact)
        if sweep is not None:
            found.append((fact, sweep))
    return found


def find(store: Store, reference: str) -> Sweep:
    """The newest sweep of a name, or the one whose id ends so. Raises NotFoundError."""
    found = find_one(store, reference)
    if found is None:
        names = ", ".join(dict.fromkeys(one.name for _, one in known(store)))
        raise NotFoundError(
            f"No sweep is called {reference!r}.", f"Sweeps: {names}." if names else "There is none yet."
        )
    return found


def find_one(store: Store, reference: str) -> Sweep | None:
    """The same, or None."""
    every = [sweep for _, sweep in known(store)]
    text = reference.upper()
    named = [one for one in every if one.name == reference]
    named = named or [one for one in every if len(text) >= 4 and one.id.endswith(text)]
    return named[-1] if named else None


def refuse_taken(store: Store, name: str) -> None:
    """Raise InputError when an earlier sweep of a name has trials that could be taken for those of a new one.

    ``compare 'NAME-*'`` and ``sweep status NAME`` know no other difference. The name is free again when none of its
    trials waits or runs, and none has ended well or left a result.
    """
    earlier = [sweep for _, sweep in known(store) if sweep.name == name]
    for sweep in reversed(earlier):
        trials = store.sweep_trials(sweep.id)
        done = sum(trial.status == Status.DONE for trial in trials)
        living = sum(not Status(trial.status).ended for trial in trials)
        if done or living or store.sweep_metrics(sweep.id):
            stands = f"{done} of its {sweep.size} trials are done, {living} wait or run"
            raise InputError(
                f"A sweep is called {name!r} already: {stands}.",
                f"`labjournal sweep resume {name}` goes on with what it lacks. For another one, give another name.",
            )


def _read(fact: Fact) -> Sweep | None:
    data = fact.data
    try:
        search = data.get("search")
        return Sweep(
            id=str(data["id"]),
            name=str(data["name"]),
            command=tuple(map(str, data["command"])),
            cwd=str(data["cwd"]),
            axes=tuple(space.from_data(axis) for axis in data["axes"]),
            seeds=int(data.get("seeds") or 0),
            settings={str(key): str(value) for key, value in (data.get("settings") or {}).items()},
            max_parallel=int(data.get("max_parallel") or 1),
            stop=tuple(map(str, data.get("stop") or ())),
            budget_s=facts.number(data.get("budget_s")),
            search=None if not search else Search(**{key: search[key] for key in Search._fields if key in search}),
            reason=data.get("reason"),
            gpus=data.get("gpus"),
            gpu_memory_bytes=data.get("gpu_memory_bytes"),
            time_limit_s=facts.number(data.get("time_limit_s")),
            launcher=data.get("launcher"),
            launcher_options={str(key): str(value) for key, value in (data.get("launcher_options") or {}).items()},
            part_of=dict(data.get("part_of") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError):  # a fact of another version: kept, and not understood
        return None
