"""A value that a run calls its best is told apart from a measurement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from labjournal.model import Dataset, Result, Role, Source, Subject


def read_off(*texts: str) -> Result:
    sources = tuple(Source("text", text=text) for text in texts)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Result("r", now, Subject("01"), "01", Dataset(None), {}, {"accuracy": 0.9}, Role.VALIDATION, sources)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("best val accuracy: 0.9350", True),
        ("Best validation set F1 = 0.71", True),
        ("max_val_acc=0.93", True),
        ("highest test AUC 0.99", True),
        ("accuracy: 0.9350", False),
        ("loaded best.pt, test accuracy 0.91", False),
        ("accuracy 0.91\nbest val accuracy 0.95", False),
        ("bestiary accuracy 0.5", False),
    ],
)
def test_a_line_that_names_its_value_the_best_is_known(text: str, best: bool) -> None:
    assert read_off(text).best_of_looks is best


def test_a_measurement_that_agrees_makes_it_more_than_the_best_of_looks() -> None:
    assert not read_off("best val accuracy: 0.9", "test accuracy: 0.9").best_of_looks
    assert not read_off().best_of_looks
