"""Checkpoints that hold what training began with, told by checksums."""

from __future__ import annotations

from labjournal.checks.stale_values import is_named, starting_values
from labjournal.vocabulary import Level

FIRST = {"model.0.weight": 11, "model.2.weight": 22}


def of_all(files: set[str]) -> dict[str, set[str]]:
    return {"model.0.weight": files, "model.2.weight": files}


def found(sums: dict[str, dict[str, int]], later: dict[str, set[str]] | None = None) -> bool:
    later = of_all(set(sums)) if later is None else later
    return starting_values(FIRST, sums, later).found


def test_the_same_checksums_in_all_are_told() -> None:
    verdict = starting_values(FIRST, {"best.pt": {"0.weight": 11, "2.weight": 22}}, of_all({"best.pt"}))
    assert verdict.found
    assert verdict.level is Level.WARNING
    assert verdict.subject == "model"
    assert verdict.evidence["checkpoints"] == ["best.pt"]


def test_one_checkpoint_with_others_is_enough() -> None:
    assert not found({"init.pt": {"0.weight": 11, "2.weight": 22}, "last.pt": {"0.weight": 5, "2.weight": 6}})


def test_a_copy_beside_the_trained_ones_is_no_fault() -> None:
    assert not found({"a.pt": {"ref.0.weight": 11, "model.0.weight": 5, "ref.2.weight": 22, "model.2.weight": 6}})


def test_a_part_that_is_stale_is_told() -> None:
    verdict = starting_values(FIRST, {"a.pt": {"0.weight": 5, "2.weight": 22}}, of_all({"a.pt"}))
    assert verdict.found
    assert verdict.evidence["tensors"] == ["model.2.weight"]
    assert "others of the model are as trained" in verdict.message


def test_a_checkpoint_from_before_training_says_nothing() -> None:
    sums = {"init.pt": {"0.weight": 11, "2.weight": 22}}
    assert not found(sums, of_all(set()))
    assert not found(sums, {})


def test_names() -> None:
    assert is_named("state_dict.module.0.weight", "model.0.weight")
    assert is_named("0.weight", "model.0.weight")
    assert not is_named("10.weight", "model.0.weight")
