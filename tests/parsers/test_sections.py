"""Output within other texts: quoted behind marks, and the same measurement in several sections."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Results = list[tuple[str, dict[str, float], dict[str, str]]]

TEXTS: dict[str, tuple[str, Results]] = {
    "numbers of lines before a table": (
        "41: 10:02:11 INFO: errors of the ensemble:\n42: +-----------+--------+\n43: |   set     | RMSE   |\n"
        "44: +-----------+--------+\n45: | val_all   |  12.5  |\n46: +-----------+--------+\n",
        [("validation", {"rmse": 12.5}, {"set": "val_all"})],
    ),
    "classes counted from 0 are no numbers of lines": (
        "Per-class IoU:\n0: 0.912\n1: 0.703\n2: 0.655\n3: 0.811\n4: 0.502\n",
        [
            ("unclear", {"iou": value}, {"class": str(at)})
            for at, value in enumerate((0.912, 0.703, 0.655, 0.811, 0.502))
        ],
    ),
    "results in the comments of a program": (
        "  CHECK(score == reloaded);\n\n  // RMSE on training data: 0.125\n  // RMSE on test data: 0.375\n\n"
        "  CHECK(test_score <= 0.45);\n",
        [("train", {"rmse": 0.125}, {}), ("test", {"rmse": 0.375}, {})],
    ),
    "folds of a cross-validation on the training data": (
        "## training metrics ##\n\n# ** 5-fold cross-validation on training data (held-out folds combined) **\n#\n"
        "# RMSE:  0.475\n# AUC:  0.6698\n\n## testing metrics ##\n\n# RMSE:  0.469\n# AUC:  0.6843\n# MAE:  0.3\n",
        [
            ("validation", {"rmse": 0.475, "auc": 0.6698}, {}),
            ("test", {"rmse": 0.469, "auc": 0.6843, "mae": 0.3}, {}),
        ],
    ),
    "two data sets under headings of markdown": (
        "# Report\n\n## 2.1. North harbour\n\nAfter epoch 9:\n\n```\nloaded\nprecision = 0.75, recall = 0.5\n```\n\n"
        "## 2.2. South harbour\n\nAfter epoch 9:\n\n```\nloaded\nprecision = 0.25, recall = 0.125\n```\n",
        [
            ("unclear", {"precision": 0.75, "recall": 0.5}, {"group": "North harbour"}),
            ("unclear", {"precision": 0.25, "recall": 0.125}, {"group": "South harbour"}),
        ],
    ),
    "the widest heading that differs says whose": (
        "# ridge\n## Results\nr2: 0.75\n# lasso\n## Results\nr2: 0.5\n",
        [("unclear", {"r2": 0.75}, {"group": "ridge"}), ("unclear", {"r2": 0.5}, {"group": "lasso"})],
    ),
    "the same value in two framed sections is measured twice": (
        "-----no pruning-----\nTime: 3 s\nDepth: 47\nLeaves: 91\nTrain accuracy: 1.0\nTest accuracy: 0.861\n"
        "-----pruned-----\nTime: 2 s\nDepth: 7\nLeaves: 19\nTrain accuracy: 1.0\nTest accuracy: 0.872\n",
        [
            ("train", {"accuracy": 1.0}, {"group": "no pruning"}),
            ("test", {"accuracy": 0.861}, {"group": "no pruning"}),
            ("train", {"accuracy": 1.0}, {"group": "pruned"}),
            ("test", {"accuracy": 0.872}, {"group": "pruned"}),
        ],
    ),
    "days are no owners": (
        "## 2025-03-01\nF1: 0.75\n## 2025-03-02\nF1: 0.5\n",
        [("unclear", {"f1": 0.75}, {}), ("unclear", {"f1": 0.5}, {})],
    ),
    "the report of the training above the accuracy of the test": (
        "Training Classification Report:\n              precision    recall  f1-score   support\n\n"
        "           a       0.50      1.00      0.67        10\n"
        "           b       1.00      0.50      0.67        20\n\n"
        "    accuracy                           0.67        30\n\nTesting Accuracy: 0.6875\n",
        [("train", {"accuracy": 0.67}, {}), ("test", {"accuracy": 0.6875}, {})],
    ),
    "sets called tr and va": (
        "eval in tr dataset\naccuracy = 0.775, loss = 0.492\neval in va dataset\naccuracy = 0.776, loss = 0.491\n",
        [("train", {"accuracy": 0.775, "loss": 0.492}, {}), ("validation", {"accuracy": 0.776, "loss": 0.491}, {})],
    ),
    "a logger that names its model": (
        "[2024-07-21 07:50:09 deit_small] (main.py 94): INFO  * Acc@1 77.758 Acc@5 93.910\n\n"
        "[2024-07-21 07:51:36 deit_base] (main.py 94): INFO  * Acc@1 71.098 Acc@5 90.596\n",
        [
            ("unclear", {"acc1": 77.758, "acc5": 93.91}, {"group": "deit_small"}),
            ("unclear", {"acc1": 71.098, "acc5": 90.596}, {"group": "deit_base"}),
        ],
    ),
}


@pytest.mark.parametrize("habit", TEXTS)
def test_each_value_stays_with_its_section(habit: str) -> None:
    text, expected = TEXTS[habit]
    said = [(result.role, dict(result.metrics), dict(result.options)) for result in read_text(text).results]
    assert said == expected


@pytest.mark.parametrize("marks", ["^", "-", "="])
def test_a_heading_may_be_marked_by_the_line_below_it(marks: str) -> None:
    """reStructuredText, and markdown's other way."""
    text = "".join(
        f"{name}\n{marks * len(name)}\n\n.. code:: text\n\n    accuracy: {value}\n    f1: {value}\n\n"
        for name, value in (("Ridge", 0.75), ("Lasso", 0.625))
    )
    found = [(result.options.get("group"), result.metrics["accuracy"]) for result in read_text(text).results]
    assert found == [("Ridge", 0.75), ("Lasso", 0.625)]
