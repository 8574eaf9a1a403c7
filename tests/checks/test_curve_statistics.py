"""The statistics of curves against slow obvious ones, and every check against any curve there can be."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import curve, view

from labjournal.checks import curve as curves
from labjournal.checks.curve import Curve
from labjournal.checks.judging import folded, judge_curves, judge_live
from labjournal.checks.run_view import RunView

NAMES = [
    "train/loss",
    "val/loss",
    "loss",
    "val/accuracy",
    "lr",
    "epoch",
    "mse",
    "num/loss",
    "den/loss",
    "Loss_D",
    "acc",
]
finite = st.floats(-1e6, 1e6)
any_float = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, math.nan, math.inf]))


@given(st.lists(finite, min_size=3, max_size=60))
def test_noise_is_the_scaled_deviation_of_differences(values: list[float]) -> None:
    differences = [b - a for a, b in itertools.pairwise(values)]
    middle = statistics.median(differences)
    slow = 1.4826 * statistics.median(abs(d - middle) for d in differences) / math.sqrt(2)
    assert curves.noise_of(np.array(values)) == pytest.approx(slow, rel=1e-9, abs=1e-9)


def test_noise_does_not_see_a_slow_trend() -> None:
    rng = np.random.default_rng(0)
    scatter = rng.normal(0, 2.0, 5000)
    assert curves.noise_of(scatter + np.linspace(0, 500, 5000)) == pytest.approx(2.0, rel=0.05)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_mid_ranks_share_the_mean_place_of_ties(values: list[int]) -> None:
    ordered = sorted(values)
    slow = [statistics.mean(i + 1 for i, other in enumerate(ordered) if other == value) for value in values]
    assert curves.mid_ranks(np.array(values, float)) == pytest.approx(slow)


def test_rank_correlation_agrees_with_scipy() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(1)
    a = rng.integers(0, 9, 200).astype(float)
    b = a + rng.normal(0, 3, 200)
    assert curves.rank_correlation(a, b) == pytest.approx(float(spearmanr(a, b).statistic), rel=1e-12)


def test_the_slope_is_that_of_a_line_and_its_error_covers_it() -> None:
    rng = np.random.default_rng(2)
    x = np.arange(400.0)
    off = []
    for _ in range(300):
        trend = curves.trend_of(x, 3 - 0.25 * x + rng.normal(0, 20, 400))
        off.append((trend.slope + 0.25) / trend.error)
    # Student's t with 8 degrees of freedom: 2.8% lie beyond 2.7 on each side
    assert np.mean(np.abs(off) > 2.7) < 0.06


@given(st.lists(st.booleans(), max_size=40))
def test_the_longest_run_is_the_last_of_the_longest(flags: list[bool]) -> None:
    best, start, length = (0, 0), 0, 0
    for at, flag in enumerate([*flags, False]):
        if flag:
            start, length = (at, 1) if not length else (start, length + 1)
        else:
            best = (start, length) if length and length >= best[1] else best
            length = 0
    assert curves.longest_run(np.array(flags, bool)) == best


@given(st.integers(1, 40_000))
@settings(max_examples=30, deadline=None)
def test_a_thinned_curve_keeps_its_end_and_its_length_in_bounds(n: int) -> None:
    thin = curve("loss", np.arange(n)).thin
    assert len(thin) <= curves.MOST_POINTS
    assert thin.steps[-1] == n - 1
    assert (np.diff(thin.steps) > 0).all()


one_curve = st.builds(
    lambda name, values, every, breaks: curve(
        name, values, every, breaks=tuple(sorted(b for b in breaks if b < len(values)))
    ),
    st.sampled_from(NAMES),
    st.one_of(
        st.lists(any_float, max_size=70),
        st.builds(lambda value, n: [value] * n, any_float, st.integers(0, 120)),
        st.builds(
            lambda n, seed: np.cumsum(np.random.default_rng(seed).normal(size=n)).tolist(),
            st.integers(0, 200),
            st.integers(0, 99),
        ),
    ),
    st.sampled_from([1, 10]),
    st.sets(st.integers(1, 60), max_size=2),
)


@given(st.lists(one_curve, max_size=5, unique_by=lambda c: c.name), st.booleans(), st.sampled_from([None, 0, 50]))
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_no_check_raises_whatever_the_curves(found: list[Curve], ended: bool, real_steps: int | None) -> None:
    settings_seen = {"max_steps": "100", "vocab_size": math.nan, "epochs_num": 3, "epochs_den": 30, "patience": None}
    run = RunView(tuple(found), ended=ended, settings=settings_seen, real_steps=real_steps)
    for verdict in folded(judge_curves(run), {}):
        assert verdict.message
        assert verdict.evidence
    judge_live(run)


def test_too_little_is_not_judged_and_never_fine() -> None:
    for n in (0, 1, 2):
        run = view(curve("train/loss", [1.0] * n), curve("val/loss", [1.0] * n), curve("lr", [0.1] * n))
        states = {verdict.rule: verdict.state for verdict in judge_curves(run)}
        judged = {rule for rule, state in states.items() if state != "not judged"}
        # what is left are exact tests, and names that were compared with nothing
        assert judged <= {"nonfinite", "asymmetric_budget", "loss_jump_after_resume"}
