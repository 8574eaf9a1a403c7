"""Class lines of flair, COCO's summary behind a logger, lists with their mean, the set that fastai measures on."""

from __future__ import annotations

import json

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

TEXTS = [
    pytest.param(
        "DontSave   tp: 53 - fp: 13 - fn: 26 - tn: 86 - precision: 0.8030 - recall: 0.6709 - f1-score: 0.7310\n",
        [("unclear", {"precision": 0.803, "recall": 0.6709, "f1": 0.731}, {"group": "DontSave"})],
        id="the counts of a class stand before its rates",
    ),
    pytest.param(
        "INFO -  Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.524\n"
        "INFO -  Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.671\n",
        [("unclear", {"AP": 0.524, "AP50": 0.671}, {})],
        id="a summary behind a logger",
    ),
    pytest.param(
        "precision tensor([94.34, 88.73], dtype=torch.float64) (91.5422) | recall tensor([98.78, 86.20]) (92.4971)\n",
        [("unclear", {"precision": 91.5422, "recall": 92.4971}, {})],
        id="the mean behind a list",
    ),
    pytest.param(
        "Loss and accuracy using (cls_best): [0.36014587, tensor(0.9170)]\n",
        [("unclear", {"loss": 0.36014587, "accuracy": 0.917}, {})],
        id="two names over a list",
    ),
    pytest.param(
        "## Evaluating Market\nComputing CMC for eval Team metric ...\n** Results **\nmAP: 50.80%\n\n"
        "Computing CMC for eval REID metric ...\n** Results **\nmAP: 8.11%\n",
        [("unclear", {"map": 0.508}, {"group": "Team metric"}), ("unclear", {"map": 0.0811}, {"group": "REID metric"})],
        id="a heading that says nothing hides nobody",
    ),
    pytest.param(
        "[val] result:\nAcc: 0.9020, Sens: 0.8293\n\n[test] result:\nAcc: 0.8627, Sens: 0.8444\n",
        [
            ("validation", {"accuracy": 0.902, "sens": 0.8293}, {}),
            ("test", {"accuracy": 0.8627, "sens": 0.8444}, {}),
        ],
        id="a set in brackets before a heading",
    ),
    pytest.param(
        "Predictor: Evaluating on valid\nData : 4076\nHit1 : 0.281771\nMRR  : 0.422775\n",
        [("validation", {"hit1": 0.281771, "mrr": 0.422775}, {})],
        id="who evaluates, and how many",
    ),
    pytest.param(
        "1. With the library, results\n- Accuracy: 0.965\n\n\n\n\n\n2. Without it, results\n- Accuracy: 0.96\n",
        [
            ("unclear", {"accuracy": 0.965}, {"group": "With the library, results"}),
            ("unclear", {"accuracy": 0.96}, {"group": "Without it, results"}),
        ],
        id="almost the same is not the same below another title",
    ),
    pytest.param(
        "val Acc: 0.9\nBest val Acc: 0.9017\n```\n\n## resnet18\n\n```bash\nBest val Acc: 0.8931\n```\n",
        [
            ("validation", {"accuracy": 0.9}, {}),
            ("validation", {"accuracy": 0.9017}, {}),
            ("validation", {"accuracy": 0.8931}, {"group": "resnet18"}),
        ],
        id="a fence that closes what began before the text",
    ),
    pytest.param(
        "| Model | AUC | Rejection @ 0.3 |\n|---|---|---|\n| net | 0.8769 | 72.2 |\n",
        [("unclear", {"auc": 0.8769, "rejection_0_3": 72.2}, {"Model": "net"})],
        id="how much background is rejected",
    ),
    pytest.param(
        "Karmaşıklık Matrisi:\n[[113   6]\n [  1  80]]\nDoğruluk: 0.965\n",
        [("unclear", {"accuracy": 0.965}, {})],
        id="a matrix announced in another language",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_each_value_is_read_with_whose_it_is(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_a_matrix_of_another_language_counts() -> None:
    (result,) = read_text("Karmaşıklık Matrisi:\n[[113   6]\n [  1  80]]\n").results
    assert result.counts is not None
    assert result.counts.matrix == ((113, 6), (1, 80))


def test_what_fastai_prints_behind_the_validation_loss_is_of_the_same_set() -> None:
    text = "epoch  train_loss  valid_loss  accuracy\n1      0.360    0.664    0.831\n2      0.30    0.60    0.85\n"
    assert {tag: curve.role for tag, curve in read_text(text).series.items()} == {
        "train_loss": "train",
        "valid_loss": "validation",
        "accuracy": "validation",
    }


def test_the_first_set_of_xgboost_is_no_validation_beside_a_second() -> None:
    lines = "".join(f"[{k}]\tvalidation_0-auc:0.7{k}\tvalidation_1-auc:0.6{k}\n" for k in range(1, 4))
    assert {tag: curve.role for tag, curve in read_text(lines).series.items()} == {
        "validation_0-auc": "train",
        "validation_1-auc": "validation",
    }


def test_letters_stand_for_precision_and_recall_beside_their_f1() -> None:
    record = {"Token_P": 0.0244587, "Token_R": 0.0538233, "Token_F1": 0.0336335, "mae": 2.235083, "bias": -0.162928}
    (result,) = read_text(json.dumps(record)).results
    assert dict(result.metrics) == record


def test_a_rate_of_attacks_is_of_the_data() -> None:
    assert read_text("Test attack rate: 1.5434%\n").results == ()
