"""An accuracy of 1 from its first record on, of a model that still had to learn."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import curve, view

from labjournal.checks.judging import judge_curves
from labjournal.vocabulary import Level

LEARNS = np.linspace(0.1, 0.98, 40)
"""Share of right answers in training, a record each tenth step of 400."""


@pytest.mark.parametrize(
    ("name", "accuracy", "right", "more", "found"),
    [
        ("val_acc", np.ones(10), LEARNS, {}, True),
        ("test accuracy", 100 * np.ones(5), LEARNS, {}, True),
        ("val_acc", [*np.ones(9), 0.99], LEARNS, {}, False),
        ("val_acc", np.ones(4), LEARNS, {}, False),
        ("train_acc", np.ones(10), LEARNS, {}, False),
        ("val_acc", np.ones(10), np.full(40, 0.7), {}, False),  # of labels of which three in ten are noise
        ("val_acc", np.ones(10), np.minimum(1, 10 * LEARNS), {}, False),  # an easy task
        ("val_acc", np.ones(10), LEARNS, {"optimizers": 2}, False),
        ("val_acc", np.ones(10), LEARNS, {"real_steps": None}, False),
        ("val_acc", np.ones(10), [], {}, False),
        ("val_acc_class_0", np.ones(10), LEARNS, {}, False),  # of the class that is answered at first
        ("acc", np.ones(10), LEARNS, {}, False),
        ("val_acc", np.ones(10), LEARNS, {"begun": 1}, False),
    ],
)
def test_a_perfect_accuracy_is_held_against_the_answers_in_training(
    name: str, accuracy: list[float], right: list[float], more: dict[str, int], found: bool
) -> None:
    curves = (curve(name, accuracy, 400 // len(accuracy)), curve("watch/score/right", right, 10, 10))
    told = judge_curves(view(*curves, **{"real_steps": 400, **more}))
    assert [one.level for one in told if one.found and one.rule == "metric_too_good"] == [Level.WARNING] * found


@pytest.mark.parametrize(("every", "first"), [(20, 200), (1, 0)])
def test_records_that_begin_late_or_all_at_once_say_nothing(every: int, first: int) -> None:
    curves = (curve("val_acc", np.ones(10), every, first), curve("watch/score/right", LEARNS, 10, 10))
    assert not [one for one in judge_curves(view(*curves, real_steps=400)) if one.found]
