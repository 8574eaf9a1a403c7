"""The jets study: its physics by a second computation, its gates, and its faults as the journal sees them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
from study_code import scripts

WANTED = "the packages of the studies are not installed: pip install -e .[studies]"


@pytest.fixture(scope="module")
def data() -> Iterator[dict[str, ModuleType]]:
    names = ("collisions", "clustering", "features", "make_data")
    with scripts("jets", *names) as modules:
        yield dict(zip(names, modules, strict=True))


def test_fastjet_and_the_own_anti_kt_find_the_same_jets(data: dict[str, ModuleType]) -> None:
    pytest.importorskip("fastjet", reason=WANTED)
    clustering, collisions = data["clustering"], data["collisions"]
    random = np.random.default_rng(5)
    pt, eta = random.exponential(30, (8, 40)), random.uniform(-2, 2, (8, 40))
    noise = collisions.Events(-np.sort(-pt), eta, random.uniform(-np.pi, np.pi, (8, 40)))
    for drawn in (collisions.background(4, 1), collisions.signal(4, 2), noise):
        for k, found in enumerate(clustering.with_fastjet(drawn)):
            own = clustering.by_hand(drawn.pt_EP[k], drawn.eta_EP[k], drawn.phi_EP[k], hardest=None)
            assert len(own) == len(found) > 0
            for a, b in zip(own, found, strict=True):
                assert (a.px, a.py, a.pz, a.E, a.pt_lead) == pytest.approx((b.px, b.py, b.pz, b.E, b.pt_lead), rel=1e-9)
                assert a.n_particles == b.n_particles


def test_every_derived_feature_agrees_with_a_second_computation(data: dict[str, ModuleType]) -> None:
    pytest.importorskip("vector", reason=WANTED)
    assert data["make_data"].largest_difference(seed=3) < 1e-6


def test_the_features_of_a_pair_are_those_of_its_four_momenta(data: dict[str, ModuleType]) -> None:
    jet, of_event = data["clustering"].Jet, data["features"].of_event
    one, other = jet(300.0, 0.0, 400.0, 510.0, 7, 120.0), jet(-310.0, -1.0, 0.0, 320.0, 9, 80.0)
    event = of_event([one, other], 31)
    assert event["M_jj"] == pytest.approx(math.sqrt(830.0**2 - 10.0**2 - 1.0 - 400.0**2))
    assert event["jets"][0]["m"] == pytest.approx(math.sqrt(510.0**2 - 500.0**2))
    assert event["jets"][0]["eta"] == pytest.approx(-math.log(math.tan(math.acos(400 / 500) / 2)))
    assert 0 < event["jets"][1]["dR"] == event["jets"][0]["dR"] < math.hypot(math.pi, 1.2)
    assert len(data["features"].numbers(event)) == len(data["features"].numbers(of_event([one], 7))) == 18


def test_an_angle_is_wrapped_before_it_becomes_a_distance(data: dict[str, ModuleType]) -> None:
    jet, of_event = data["clustering"].Jet, data["features"].of_event
    near = [jet(-100.0, sign * 1.0, 0.0, 101.0, 3, 60.0) for sign in (1, -1)]
    assert of_event(near, 6)["jets"][0]["dR"] == pytest.approx(0.02, rel=1e-3)


def test_a_signal_has_the_mass_of_its_particle(data: dict[str, ModuleType]) -> None:
    drawn = data["collisions"].signal(300, 4)
    pairs = [data["features"].of_event(jets, 1)["M_jj"] for jets in data["clustering"].clustered(drawn)]
    assert np.median(pairs) == pytest.approx(3_500, abs=60)
    assert (drawn.pt_EP > 0).sum(-1).max() <= data["collisions"].MAX_PARTICLES


def test_no_event_is_in_two_parts_of_either_ratio(data: dict[str, ModuleType]) -> None:
    make, random = data["make_data"], np.random.default_rng(0)
    records = [{"hash": str(k), "label": "signal" if k % 11 == 0 else "background"} for k in range(1_100)]
    parts = make.split(records, random)
    assert sorted(int(one["hash"]) for part in parts for one in part) == list(range(1_100))
    for part, signals in zip(parts, (60, 35, 5), strict=True):
        assert sum(one["label"] == "signal" for one in part) == signals == len(part) // 11
    even = make.balanced(parts[0], random)
    assert [sum(one["label"] == label for one in even) for label in ("signal", "background")] == [60, 60]
    assert make.overlap(even, parts[1]) == make.overlap(parts[0], parts[1]) == 0
    assert make.overlap(even, parts[0]) == 120
