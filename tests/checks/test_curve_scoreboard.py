"""Healthy curves raise nothing; faulty ones are named by the right rule among the first two."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from synthetic import FAULTY, HEALTHY, curve, view

from labjournal.checks import course
from labjournal.checks.curve import Curve
from labjournal.checks.judging import folded, judge_curves, judge_live
from labjournal.checks.rule import Verdict
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level
from samples import samples_folder

SEEDS = range(4)


def made(make: object, seed: int) -> RunView:
    assert callable(make)
    run = make(np.random.default_rng(seed))
    assert isinstance(run, RunView)
    return run


def loud(run: RunView) -> list[Verdict]:
    found = folded(judge_curves(run), run.said)
    return [verdict for verdict in found if verdict.level is not Level.NOTICE]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_raises_no_warning(name: str) -> None:
    for seed in SEEDS:
        run = made(HEALTHY[name], seed)
        assert [(v.rule, v.message) for v in loud(run)] == []
        for share in (0.1, 0.3, 0.6, 0.9):  # at no moment of its life
            assert judge_live(cut(run, share)) == []


def cut(run: RunView, share: float) -> RunView:
    curves = []
    for one in run.curves:
        n = max(1, int(share * len(one)))
        curves.append(Curve(one.name, one.steps[:n], one.values[:n], one.walls[:n], rounds=one.rounds))
    return RunView(tuple(curves), ended=False, done=False)


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_named_among_the_first_two(name: str) -> None:
    rule, make = FAULTY[name]
    for seed in SEEDS:
        run = made(make, seed)
        assert rule in [verdict.rule for verdict in loud(run)[:2]], [v.message for v in loud(run)]


@pytest.mark.parametrize("name", FAULTY)
def test_one_fault_is_not_ten_findings(name: str) -> None:
    for seed in SEEDS:
        roots = [verdict for verdict in loud(made(FAULTY[name][1], seed)) if verdict.caused_by is None]
        assert len(roots) <= 2, [verdict.rule for verdict in roots]


@pytest.mark.parametrize("name", ["turns_nan", "blows_up", "collapses_to_a_plateau"])
def test_alarms_on_curves_are_raised_while_the_run_lives(name: str) -> None:
    rule, make = FAULTY[name]
    run = made(make, 1)
    live = RunView(run.curves, ended=False, done=False)
    assert [verdict.rule for verdict in judge_live(live)] == [rule]
    assert all(verdict.wall is not None for verdict in judge_live(live))


def test_real_event_files_raise_only_what_is_wrong_with_them() -> None:
    """Four public fine-tunes never left ln 4 at an accuracy of a quarter; everything else is quiet."""
    from labjournal.events import find_event_files, last_of_each_step, read_scalars, surviving

    folder = samples_folder("events")
    said: Counter[str] = Counter()
    for path in find_event_files(folder):
        curves = []
        for tag, points in read_scalars(path).items():
            kept = last_of_each_step(points.steps, surviving(points.steps))
            curves.append(Curve(tag, points.steps[kept], points.values[kept], points.wall_times[kept]))
        said.update(f"{path.parent.name} {verdict.rule}" for verdict in loud(RunView(tuple(curves))))
    assert set(said) == {f"run{i} loss_flat" for i in range(4)}


def test_rounds_that_go_on_where_the_last_one_ended_are_no_training_of_their_own() -> None:
    noise = 1e-3 * np.random.default_rng(3).normal(0, 1, 160)
    falling, flat = 0.5 * np.exp(-np.arange(160) / 12) + 1.3e-4 * (1 + noise), 0.5 * (1 + noise)
    rounds = tuple(range(20, 160, 20))
    closures = replace(curve("loss", falling), rounds=rounds)  # each round prints the losses of a step of L-BFGS
    assert not course.loss_flat(closures, view()).found
    folds = replace(curve("loss", np.concatenate([falling[:40], flat[:120]])), rounds=(40, 80, 120))
    assert course.loss_flat(folds, view()).found
    assert course.loss_flat(replace(curve("loss", flat), rounds=rounds), view()).found


@pytest.mark.parametrize(
    ("criterion", "level"), [(None, Level.WARNING), ("NllLoss2D", Level.WARNING), ("MseLoss", Level.NOTICE)]
)
def test_a_squared_error_that_happens_to_be_ln_6_tells_of_no_six_classes(criterion: str | None, level: Level) -> None:
    noise = 1e-3 * np.random.default_rng(5).normal(0, 1, 60)
    found = course.loss_flat(curve("loss", np.log(6) * (1 + noise)), view(criterion=criterion))
    assert (found.found, found.level) == (True, level)
    assert ("classes" in found.message) is (level is Level.WARNING)


def test_a_loss_seen_in_the_first_part_only_says_nothing_of_the_run() -> None:
    noise = 1e-3 * np.random.default_rng(7).normal(0, 1, 27)
    plateau = curve("watch/loss", np.log(2) * (1 + noise), first=1)
    script = curve("printed/loss", [0.6948, 0.6935, 0.5895, 0.0532, 0.0588, 0.085])
    assert [verdict.rule for verdict in loud(view(plateau, script, real_steps=54))] == ["loss_flat"]
    assert loud(view(plateau, script, real_steps=300)) == []
    alone = judge_curves(view(plateau, real_steps=300))
    assert not [verdict for verdict in alone if verdict.found]
    (why,) = {verdict.message for verdict in alone if verdict.rule == "loss_flat"}
    assert "up to step 27 of 300" in why
