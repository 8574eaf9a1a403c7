"""Whose the values of plain lines are, and what belongs to a name."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Told = list[tuple[dict[str, float], str | None]]


def told(text: str) -> Told:
    return [(dict(result.metrics), result.options.get("group")) for result in read_text(text).results]


def test_two_sets_of_one_role_have_curves_of_their_own() -> None:
    text = "".join(
        f"Epoch {k}/3 | Train Loss: 0.{k}\n  Photo Val | Loss: 0.{k}1 | Dice: 0.{k}2\n"
        f"  Video Val | Loss: 0.{k}3 | Dice: 0.{k}4\n"
        for k in (1, 2, 3)
    )

    dice = {tag: curve.points for tag, curve in read_text(text).series.items() if "dice" in tag}

    assert list(dice.values()) == [[(1.0, 0.12), (2.0, 0.22), (3.0, 0.32)], [(1.0, 0.14), (2.0, 0.24), (3.0, 0.34)]]
    assert ["Photo" in tag for tag in dice] == [True, False]


def test_the_same_values_of_two_models_are_two_results() -> None:
    values = "R2: 0.25\nRMSE: 2.5\n\n"
    text = "".join(f"{model} Results:\n{values}" for model in ("Linear Regression", "Ridge Regression"))

    assert told(text) == [
        ({"r2": 0.25, "rmse": 2.5}, "Linear Regression"),
        ({"r2": 0.25, "rmse": 2.5}, "Ridge Regression"),
    ]


@pytest.mark.parametrize(
    "title", ["Last observed values:", "결과:", "Ergebnisse:", "结论：", "🏋️ 모델 학습 중...", "Résultats :"]
)
def test_a_line_that_only_announces_is_nobody(title: str) -> None:
    assert told(f"{title}\naccuracy: 0.75\n") == [({"accuracy": 0.75}, None)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Iter: 20/60 lr: 9.972e-05 loss_main: 15.361 loss_dual: 14.017", ["loss_main", "loss_dual"]),
        ("step 5 lr: 1e-4 box_loss: 0.5", ["box_loss"]),
        ("- iteration `5` mean reward: `97.5`", ["mean_reward"]),
    ],
)
def test_an_exponent_or_a_mark_before_a_name_is_no_part_of_it(line: str, names: list[str]) -> None:
    assert list(read_text(f"{line}\n").series) == names


def test_a_size_before_a_name_is_part_of_it_and_praise_is_none() -> None:
    assert told("Very Small Dice: 0.25\nSmall Dice: 0.5\n") == [({"very_small_dice": 0.25, "small_dice": 0.5}, None)]
    assert told("The model reached a very high accuracy of 0.75\n") == [({"accuracy": 0.75}, None)]


def test_owners_are_called_in_any_script() -> None:
    text = "随机森林: MAE=2.5, RMSE=3.5\nрегрессия: MAE=1.5, RMSE=2.25\n"

    assert told(text) == [({"mae": 2.5, "rmse": 3.5}, "随机森林"), ({"mae": 1.5, "rmse": 2.25}, "регрессия")]
