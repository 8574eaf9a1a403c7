"""Intervals of events that come in groups, against a slow obvious sum and against resampling of groups."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.errors import InputError
from labjournal.stats import (
    auc,
    auc_interval,
    compare_aucs,
    design_effect,
    sic,
    sic_design_effect,
    sic_interval,
    wilson,
    wilson_grouped,
)


def slow(hits: list[bool], groups: list[int]) -> float:
    n, p = len(hits), np.mean(hits)
    names = sorted(set(groups))
    gaps = [sum((hit - p) for hit, group in zip(hits, groups, strict=True) if group == name) for name in names]
    clustered = len(names) / (len(names) - 1) * sum(gap * gap for gap in gaps) / n**2
    return max(1.0, clustered / (p * (1 - p) / n))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=60))
def test_requirement_34_the_design_effect_is_that_of_cluster_sampling(events: list[tuple[bool, int]]) -> None:
    hits, groups = [hit for hit, _ in events], [group for _, group in events]
    if len(set(groups)) < 2 or not 0 < sum(hits) < len(hits):
        assert design_effect(hits, groups) == 1
    else:
        assert design_effect(hits, groups) == pytest.approx(slow(hits, groups), rel=1e-9)


def test_events_that_repeat_within_groups_count_as_their_groups() -> None:
    chance = random.Random(0)
    of_group = [chance.random() < 0.7 for _ in range(40)]
    hits, groups = [hit for hit in of_group for _ in range(25)], [g for g in range(40) for _ in range(25)]
    effect = design_effect(hits, groups)
    assert effect == pytest.approx(25 * 40 / 39)
    found, alone = wilson_grouped(sum(hits), 1000, effect), wilson(sum(of_group), 40)
    assert found.low == pytest.approx(alone.low, abs=0.003)
    assert found.high == pytest.approx(alone.high, abs=0.003)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (10, 10), (3, 17), (1, 62_910)])
def test_without_an_effect_it_is_wilsons_interval(k: int, n: int) -> None:
    assert wilson_grouped(k, n, 1.0) == wilson(k, n)


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(InputError):
        wilson_grouped(1, 2, 0.5)
    with pytest.raises(InputError):
        design_effect([True], [1, 2])


def hard_groups(groups: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(is signal, score, group): some groups are seen badly, signals and background in them alike."""
    chance = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    signal = chance.random(groups * size) < 0.5
    seen = chance.gamma(2.0, 0.7, groups)[group]
    return signal, np.where(signal, seen, -seen) * 0.5 + chance.normal(size=groups * size), group


def resampled(signal: np.ndarray, group: np.ndarray, value: object, repeats: int, seed: int) -> np.ndarray:
    """The value on groups drawn anew: the bootstrap by group, one resampling after the other."""
    chance, groups = np.random.default_rng(seed), int(group.max()) + 1
    members = [np.flatnonzero(group == one) for one in range(groups)]
    drawn = (np.concatenate([members[one] for one in chance.integers(0, groups, groups)]) for _ in range(repeats))
    return np.array([value(events) for events in drawn])  # type: ignore[operator]


def test_requirement_65_the_interval_of_an_area_by_group_is_that_of_the_bootstrap_by_group() -> None:
    signal, score, group = hard_groups(60, 20, 1)
    found = auc_interval(signal.tolist(), score.tolist(), group.tolist())
    values = resampled(signal, group, lambda events: auc(signal[events].tolist(), score[events].tolist()), 800, 2)
    low, high = np.quantile(values, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.008)
    assert found.high == pytest.approx(high, abs=0.008)
    alone = auc_interval(signal.tolist(), score.tolist())
    assert found.high - found.low > 1.3 * (alone.high - alone.low)  # type: ignore[operator]


def test_requirement_65_the_interval_of_the_sic_by_group_is_that_of_the_bootstrap_by_group() -> None:
    signal, score, group = hard_groups(80, 20, 3)
    passed = score > 0.8

    def counts(events: np.ndarray) -> tuple[int, int, int, int]:
        ours, hit = signal[events], passed[events]
        return int((ours & hit).sum()), int(ours.sum()), int((~ours & hit).sum()), int((~ours).sum())

    everything = counts(np.arange(len(signal)))
    effect = sic_design_effect(signal.tolist(), passed.tolist(), group.tolist())
    found, alone = sic_interval(*everything, effect=effect), sic_interval(*everything)
    values = resampled(signal, group, lambda events: sic(*counts(events)), 800, 4)
    low, high = np.quantile(values, [0.025, 0.975])
    width = high - low
    assert found.low == pytest.approx(low, abs=0.12 * width)
    assert found.high == pytest.approx(high, abs=0.12 * width)
    assert effect > 1.5
    assert found.high - found.low > 1.2 * (alone.high - alone.low)  # type: ignore[operator]


def test_areas_of_pairs_are_compared_by_group() -> None:
    signal, score, group = hard_groups(60, 20, 5)
    # the second model lacks what helps or hurts a whole group
    shift = np.random.default_rng(6).normal(size=60)[group] * np.where(signal, 0.4, -0.4)
    other = score + shift
    ours, a, b = signal.tolist(), score.tolist(), other.tolist()
    found, alone = compare_aucs(ours, a, b, groups=group.tolist()), compare_aucs(ours, a, b)

    def gap(e: np.ndarray) -> float:
        ours_drawn = signal[e].tolist()
        return auc(ours_drawn, score[e].tolist()) - auc(ours_drawn, other[e].tolist())

    values = resampled(signal, group, gap, 800, 7)
    assert found.high - found.low == pytest.approx(4 * values.std(), rel=0.1)
    assert found.p > 2 * alone.p


def test_each_event_its_own_group_is_no_groups() -> None:
    signal, score, _ = hard_groups(60, 20, 8)
    ours, a, b = signal.tolist(), score.tolist(), (score + np.linspace(0, 1, 1200)).tolist()
    alone, grouped = compare_aucs(ours, a, b), compare_aucs(ours, a, b, groups=list(range(1200)))
    assert grouped.high - grouped.low == pytest.approx(alone.high - alone.low, rel=2e-3)
    assert sic_design_effect(ours, [one > 0 for one in a], list(range(1200))) == pytest.approx(1200 / 1199)


def test_an_area_that_cannot_scatter_has_no_bounds() -> None:
    assert auc_interval([True, False, True, False], [2.0, 1.0, 3.0, 0.0]).low is None
    assert auc_interval([True, False, False], [1.0, 2.0, 0.0]).low is None
    assert sic_design_effect([True, False], [False, False], [1, 2]) == 1
