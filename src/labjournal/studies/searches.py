"""A stage that searches: a sweep of its own, minded while the study runs, its trials the runs of the stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from labjournal import facts, stats
from labjournal.errors import InputError, NotFoundError
from labjournal.follower import Follower
from labjournal.model import Run, Status
from labjournal.runner import commands
from labjournal.runner.request import LaunchRequest
from labjournal.store import Store
from labjournal.studies import filling
from labjournal.studies.protocol import Stage, Study
from labjournal.sweeps import plan, space, table
from labjournal.sweeps.driving import Driver
from labjournal.sweeps.plan import Search, Sweep, Trial


class Member(NamedTuple):
    """One run of a stage as it is to be launched."""

    key: Mapping[str, str]
    """What tells it from the other runs of its stage."""
    request: LaunchRequest


def trials(study: Study, stage: Stage, place: Mapping[str, Any]) -> list[Member]:
    """The trials that the stage is made of; what is filled into them is not known before they are drawn."""
    sweep = _sweep(study, stage, place)
    requests = [plan.request(sweep, Trial(number, {}, None)) for number in range(sweep.size)]
    return [Member(request.part_of["stage"]["member"], request) for request in requests]


def best(store: Store, stage: Stage, known: Sequence[Run]) -> list[Mapping[str, str]]:
    """The best values that a search found, best first; [{}] for a stage that asks for none. Raises NotFoundError."""
    section = stage.section
    if section.best_of is None:
        return [{}]
    searched = next((run.trial.sweep for run in known if run.trial is not None), None)
    if searched is None:
        raise NotFoundError(f"{stage.name} runs the best of {section.best_of}, which has not searched.")
    rows = table.build(store, plan.find(store, searched)).rows
    done = [row.values for row in rows if row.mean is not None and row.status == Status.DONE]
    if len(done) < section.best:
        raise NotFoundError(f"{section.best_of} has {len(done)} trials with a value, {section.best} are needed.")
    return [dict(values) for values in done[: section.best]]


def run(
    study: Study,
    stage: Stage,
    place: Mapping[str, Any],
    begun: Run | None,
    follower: Follower,
    tell: Callable[[str], None],
) -> None:
    """Search until all trials have ended. ``begun``: a trial of the search that is to be gone on with."""
    if begun is not None and begun.trial is not None:
        sweep = plan.find(follower.store, begun.trial.sweep)
    else:
        sweep = _sweep(study, stage, place)
        plan.check(sweep)
        plan.state(follower.paths, sweep)
        follower.catch_up()
    Driver(sweep, follower, tell).mind()


def _sweep(study: Study, stage: Stage, place: Mapping[str, Any]) -> Sweep:
    section, search = stage.section, stage.section.search
    assert search is not None
    direction = search.direction or _direction(study, search.metric) or stats.metric_of(search.metric).direction
    if direction is None or not search.metric or search.trials < 1 or not search.space:
        raise InputError(
            f"The search of stage {stage.name} needs space, trials, metric, and a direction where it is not known.",
            "See study.toml in docs/formats.md.",
        )
    settings = filling.settings_of(study, stage, dict.fromkeys(search.space, ""))
    return Sweep(
        id=facts.new_ulid(),
        name=f"{study.name}-{stage.name}",
        command=stage.command,
        cwd=str(study.folder),
        axes=tuple(space.parse(f"{name}={text}", drawn=True) for name, text in search.space.items()),
        settings={name: value for name, value in settings.items() if name not in search.space},
        max_parallel=section.max_parallel,
        stop=search.stop,
        budget_s=commands.seconds(search.budget, "budget"),
        search=Search(search.trials, search.metric, direction, search.sampler, search.pruner, search.seed),
        reason=section.about or f"{study.name}, {stage.name}",
        gpus=section.gpus,
        time_limit_s=commands.seconds(section.time_limit, "time_limit"),
        part_of={"stage": dict(place)},
    )


def _direction(study: Study, metric: str) -> str | None:
    return next((one.direction for one in study.metrics if one.name == metric), None)
