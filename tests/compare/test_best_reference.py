"""``@best:METRIC``: the best of what can be ranked."""

from __future__ import annotations

import pytest

from folded import Folded
from labjournal.errors import NotFoundError


def _measured() -> Folded:
    journal = Folded()
    for name, easy, hard in (("one", 0.99, 0.61), ("two", 0.95, 0.72)):
        run = journal.run(name)
        for value, data in (
            (easy, {"name": "easy", "hash": "a41f" * 16}),
            (hard, {"name": "hard", "hash": "77c0" * 16}),
        ):
            metrics = {"accuracy": value, f"{data['name']}_f1": value}
            said = {"subject": {"run": run}, "measured_by": run, "dataset": data, "metrics": metrics}
            journal.state("result", {**said, "role": "validation", "how": "stated"}, run)
    return journal


def test_values_on_two_data_sets_are_not_ranked() -> None:
    with pytest.raises(NotFoundError, match="2 data sets \\(easy, hard\\)"):
        _measured().store.resolve("@best:accuracy")


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("@best:accuracy@easy", "one"),
        ("@best:accuracy@hard", "two"),
        ("@best:accuracy@77c0", "two"),
        ("@best:hard_f1", "two"),
    ],
)
def test_a_data_set_is_named_by_its_name_or_its_content(reference: str, name: str) -> None:
    assert _measured().store.resolve(reference).name == name


def test_a_data_set_nobody_measured_on_is_said() -> None:
    with pytest.raises(NotFoundError, match="accuracy@other"):
        _measured().store.resolve("@best:accuracy@other")
