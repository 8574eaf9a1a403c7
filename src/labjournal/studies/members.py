"""The runs that a stage is made of: one, one for each combination of what is varied, or one for each validation."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from labjournal import facts
from labjournal.config import Config
from labjournal.errors import NotFoundError
from labjournal.model import Run
from labjournal.runner import commands, validation
from labjournal.runner.request import LaunchRequest, Queueing
from labjournal.store import Store
from labjournal.studies import filling, searches
from labjournal.studies.protocol import Stage, Study
from labjournal.studies.searches import Member
from labjournal.studies.sections import SearchSection, StageSection


def current(everything: Sequence[Run], study: Study) -> dict[str, list[Run]]:
    """The runs that count for each stage: the last of each member, in the order they were launched.

    What was run by another protocol than the last run of the stage does not count any more, nor a trial of an earlier
    search, nor a validation of runs that do not count themselves.
    """
    found: dict[str, list[Run]] = {}
    for stage in study.stages:
        own = [run for run in everything if run.stage and (run.stage.stage, run.stage.size) == (stage.name, study.size)]
        last = own[-1] if own else None
        validated = {run.id for run in found.get(stage.section.validates or "", ())}
        kept: dict[str, Run] = {}
        for run in own:
            assert run.stage is not None
            assert last is not None
            assert last.stage is not None
            if run.stage.protocol != last.stage.protocol or _search_of(run) != _search_of(last):
                continue
            if stage.section.validates is None or run.stage.member.get("of") in validated:
                kept[facts.dumps(run.stage.member)] = run
        found[stage.name] = sorted(kept.values(), key=lambda run: run.id)
    return found


def _search_of(run: Run) -> str | None:
    return run.trial.sweep if run.trial is not None else None


_DONE_BY = ("grid", "seeds", "search", "best_of", "best", "validates", "checkpoints", "datasets", "options")


def protocol_of(stage: Stage) -> str:
    """Hash of what the runs of a stage do; what must come of them is kept apart.

    Only what was said goes in, so that a key a later version brings changes no hash, and of the settings only those
    that reach the runs: a new value of a size is no news to a stage that does not use it.
    """
    section, default = stage.section, StageSection()
    said = {key: getattr(section, key) for key in _DONE_BY if getattr(section, key) != getattr(default, key)}
    if section.search is not None:
        drawn = section.search._asdict()
        said["search"] = {key: drawn[key] for key in drawn if drawn[key] != SearchSection._field_defaults[key]}
    return facts.derived_id("protocol", facts.dumps([stage.command, filling.used(stage), said]))


def expected(
    study: Study, stage: Stage, store: Store, config: Config, known: Sequence[Run], files: str
) -> list[Member]:
    """All members of a stage; ``known`` are the runs of the stage it hangs on.

    Raises InputError for a place without a value, NotFoundError without a checkpoint or a trial.
    """
    if stage.section.search is not None:
        return searches.trials(study, stage, place_of(study, stage, {}, files))
    requests = (
        _plain(study, stage, searches.best(store, stage, known))
        if stage.section.validates is None
        else _validations(study, stage, store, config, known)
    )
    several = len(requests) > 1
    return [Member(key, _placed(study, stage, request, key, files, several)) for key, request in requests]


def _plain(
    study: Study, stage: Stage, best: Sequence[Mapping[str, str]]
) -> list[tuple[Mapping[str, str], LaunchRequest]]:
    found: list[tuple[Mapping[str, str], LaunchRequest]] = []
    several = len(best) > 1
    for (rank, values), varied in itertools.product(enumerate(best, 1), _combinations(stage)):
        settings = filling.settings_of(study, stage, {**values, **varied})
        key = {"rank": str(rank), **varied} if several else varied
        found.append((key, LaunchRequest(stage.command, str(study.folder), settings=settings)))
    return found


def _combinations(stage: Stage) -> list[dict[str, str]]:
    axes: dict[str, Sequence[str]] = dict(stage.section.grid)
    if stage.section.seeds:
        axes["seed"] = [str(seed) for seed in range(stage.section.seeds)]
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def _validations(
    study: Study, stage: Stage, store: Store, config: Config, validated: Sequence[Run]
) -> list[tuple[Mapping[str, str], LaunchRequest]]:
    section = stage.section
    if not validated:
        raise NotFoundError(f"{stage.name} validates {section.validates}, which has not run.")
    known = config._replace(datasets={**config.datasets, **study.datasets})
    places = commands.places(stage.command)
    settings = {name: value for name, value in stage.settings.items() if name in places or name in section.settings}
    how = validation.Template(commands.fill(stage.command, settings), str(study.folder))
    wanted = [f"{run.id}:{commands.fill((section.checkpoints,), _said_of(run))[0]}" for run in validated]
    if "checkpoint" not in places:
        wanted = [run.id for run in validated]
    subjects = validation.find_subjects(store, wanted, "checkpoint" in places, how.cwd)
    options = [f"{name}={value}" for name, values in section.options.items() for value in values]
    asked = LaunchRequest(how.command, how.cwd, settings={n: v for n, v in settings.items() if n in section.settings})
    found: list[tuple[Mapping[str, str], LaunchRequest]] = []
    for request in validation.requests(subjects, how, section.datasets, options, known, asked):
        assert request.validates is not None
        checkpoint = request.validates.get("checkpoint") or ""
        key = {"of": str(request.validates["run"]), "checkpoint": str(checkpoint)}
        key |= {"dataset": str(request.validates["dataset"])} if request.validates.get("dataset") else {}
        found.append((key | dict(request.validates.get("options") or {}), request._replace(template=None)))
    return found


def _said_of(run: Run) -> dict[str, str]:
    """What a name of a checkpoint may be made of: ``out/model-{seed}.pt``."""
    member = run.stage.member if run.stage is not None else {}
    return {**{name: str(value) for name, value in run.settings.items()}, **member}


def _placed(
    study: Study, stage: Stage, request: LaunchRequest, key: Mapping[str, str], files: str, several: bool
) -> LaunchRequest:
    section = stage.section
    waits = section.max_parallel > 1 or section.gpus
    lane = f"study-{study.name}-{stage.name}"
    return request._replace(
        name=_name(study, stage, key),
        kind=request.kind or section.kind,
        reason=section.about or f"{study.name}, {stage.name}",
        gpus=section.gpus,
        time_limit_s=commands.seconds(section.time_limit, "time_limit"),
        expect_time_s=None if several else commands.seconds(section.expect_time, "expect_time"),
        part_of={"stage": place_of(study, stage, key, files)},
        queue=Queueing(lane=lane, width=section.max_parallel) if waits else None,
    )


def place_of(study: Study, stage: Stage, key: Mapping[str, str], files: str) -> dict[str, Any]:
    """What the ``run`` fact says of the stage that a run belongs to."""
    return {
        "study": study.name,
        "stage": stage.name,
        "size": study.size,
        "member": dict(key),
        "protocol": protocol_of(stage),
        "criteria": list(stage.criteria),
        "files": files,
    }


def _name(study: Study, stage: Stage, key: Mapping[str, str]) -> str:
    """``jets-train-lr0.001-seed0``: short, and told apart from its sisters."""
    told = "".join(
        f"-{value if name == 'dataset' else name + value}"
        for name, value in key.items()
        if name not in ("of", "checkpoint")
    )
    return f"{study.name}-{stage.name}{told}".replace("/", "_")
