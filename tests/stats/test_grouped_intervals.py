"""Intervals of events that come in groups, against a slow obvious sum and against resampling of groups."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.errors import InputError
from labjournal.stats import design_effect, wilson, wilson_grouped


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
