"""Lines whose owner, settings or set stands in a form of its own, as real programs print them."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Wanted = tuple[str, dict[str, float], dict[str, str]]
TEXTS = [
    pytest.param(
        "music\ttrain_auc: 0.862 \t eval_auc: 0.782 \t test_auc: 0.778 \nbook\ttrain_auc: 0.757 \t test_auc: 0.723 \n",
        [
            ("train", {"train_auc": 0.862}, {"group": "music"}),
            ("validation", {"eval_auc": 0.782}, {"group": "music"}),
            ("test", {"test_auc": 0.778}, {"group": "music"}),
            ("train", {"train_auc": 0.757}, {"group": "book"}),
            ("test", {"test_auc": 0.723}, {"group": "book"}),
        ],
        id="a name before a tab",
    ),
    pytest.param(
        "# weight_decay: 5.2e-05, lr: 0.008, test_acc: 0.82\n# weight_decay: 2.8e-06, lr: 0.009, test_acc: 0.83\n",
        [
            ("test", {"test_acc": 0.82}, {"weight_decay": "5.2e-05", "lr": "0.008"}),
            ("test", {"test_acc": 0.83}, {"weight_decay": "2.8e-06", "lr": "0.009"}),
        ],
        id="settings that begin the line",
    ),
    pytest.param(
        "bagging oob score: 0.8907\naccuracy on test data: 0.888\n",
        [("validation", {"bagging_oob_score": 0.8907}, {}), ("test", {"accuracy": 0.888}, {})],
        id="what was left out of the draws is no test set",
    ),
    pytest.param(
        "[5] Training the model...\n   OOB score: 0.8218\n\n[7] Test Set Evaluation:\n   Accuracy:  0.8160\n",
        [("validation", {"oob_score": 0.8218}, {}), ("test", {"accuracy": 0.816}, {})],
        id="numbered sections",
    ),
    pytest.param(
        "Depression (N=12,923, Events=2,364):\n• Concordance Index: 0.6121\n\nStress (N=13,503):\n"
        "• Concordance Index: 0.7128\n",
        [
            ("unclear", {"concordance_index": 0.6121}, {"group": "Depression"}),
            ("unclear", {"concordance_index": 0.7128}, {"group": "Stress"}),
        ],
        id="how many there were stands behind the heading",
    ),
    pytest.param(
        "Site 1 (Test Set)\n├─ Mean Dice: 0.92\n└─ State: ok\n\nSite 2 (External)\n├─ Mean Dice: 0.85\n└─ State: ok\n",
        [("test", {"mean_dice": 0.92}, {}), ("unclear", {"mean_dice": 0.85}, {"group": "Site 2 (External)"})],
        id="the heads of drawn trees",
    ),
    pytest.param(
        "<h1> SVR on 25 features </h1> <br />\n\nTest Pearson: 0.72<br />\n\n<h1> SVR on 625 features </h1> <br />\n\n"
        "Test Pearson: 0.69<br />\n",
        [
            ("test", {"pearson": 0.72}, {"group": "SVR on 25 features"}),
            ("test", {"pearson": 0.69}, {"group": "SVR on 625 features"}),
        ],
        id="headings of HTML",
    ),
    pytest.param(
        "##### By content\nPrecision@10: 0.03\n##### By others\n**Precision@10**: 0.94\n**F1-score@10**: 0.97\n",
        [
            ("unclear", {"precision10": 0.03}, {"group": "By content"}),
            ("unclear", {"precision10": 0.94, "f1_10": 0.97}, {"group": "By others"}),
        ],
        id="one measurement of two sections is enough to tell them apart",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_each_value_is_read_with_whose_it_is(text: str, wanted: list[Wanted]) -> None:
    assert [(r.role, r.metrics, r.options) for r in read_text(text).results] == wanted


def test_what_keras_prints_of_a_test_set_is_no_training() -> None:
    bar = "8/8 [====] - 5s - loss: 0.{0} - val_loss: 0.2{0} - test_loss: 0.3{0} - test_acc: 0.6{0}\n"
    text = "".join(f"Epoch {epoch}/2\n{bar.format(epoch)}" for epoch in (1, 2))
    assert {tag: curve.role for tag, curve in read_text(text).series.items()} == {
        "loss": "train",
        "val_loss": "validation",
        "test_loss": "test",
        "test_acc": "test",
    }
