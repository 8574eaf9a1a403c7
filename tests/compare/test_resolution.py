"""How many events a validation needs, said before it is started."""

from __future__ import annotations

import pytest

from folded import jets
from labjournal.compare.measure import Values
from labjournal.compare.resolution import resolution
from labjournal.errors import InputError
from labjournal.stats import sample_size_for_difference


def test_requirement_69_events_and_positives_for_a_wanted_difference() -> None:
    said = list(resolution(jets().store.results(), ["1:1", "new"], 0.02, Values(), [("numeric", "on")]))
    assert [sentence.split(" takes ")[0].rsplit(" against ", 1)[1] for sentence in said[:2]] == ["0.917", "0.925"]
    accuracy, positives, new = said
    assert f"takes {sample_size_for_difference(0.897, 0.917):,} events each" in accuracy
    assert accuracy.endswith("it has 1,000: too few.")
    assert "positives each (power 0.8); it has 476: too few." in positives
    assert (
        new
        == f"new: no result yet; at worst {sample_size_for_difference(0.49, 0.51):,} events tell a difference of 0.02."
    )


def test_a_wide_difference_is_told_by_what_is_there() -> None:
    (accuracy, _) = resolution(jets().store.results(), ["1:1"], 0.2, Values(), [("numeric", "on")])
    assert accuracy.endswith("it has 1,000: enough.")


@pytest.mark.parametrize("wanted", [0.0, -0.1, 1.0, float("nan")])
def test_what_is_no_difference_is_refused(wanted: float) -> None:
    with pytest.raises(InputError, match="no difference of rates"):
        list(resolution([], ["x"], wanted, Values()))
