"""Metrics as XGBoost, LightGBM and their kind call them."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text
from labjournal.stats.metrics import metric_of


@pytest.mark.parametrize("name", ["mlogloss", "merror", "aucpr", "poisson-nloglik", "mphe"])
def test_the_rounds_of_xgboost_are_curves(name: str) -> None:
    text = f"[0]\ttrain-{name}:0.5\teval-{name}:0.75\n[1]\ttrain-{name}:0.25\teval-{name}:0.625\n"

    series = read_text(text).series

    assert [(curve.role, curve.points) for curve in series.values()] == [
        ("train", [(0.0, 0.5), (1.0, 0.25)]),
        ("validation", [(0.0, 0.75), (1.0, 0.625)]),
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Loss (mlogloss): 0.25", "mlogloss"),
        ("Error (MAE): 0.25", "mae"),
        ("Loss (cross-entropy): 0.25", "cross_entropy"),
        ("explained_variance: 0.25", "explained_variance"),
        ("v_measure: 0.25", "v_measure"),
        ("MAP@1000: 0.25", "map1000"),
    ],
)
def test_a_name_in_brackets_says_which_loss_it_is(line: str, name: str) -> None:
    (result,) = read_text(line + "\n").results

    assert dict(result.metrics) == {name: 0.25}


def test_lower_is_better_of_them() -> None:
    assert {metric_of(name).direction for name in ("mlogloss", "val_merror", "poisson-nloglik")} == {"lower"}
