"""What R prints of a search and of what was left out, PaddleOCR's best line, owners in brackets, tables of Ray Tune."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

TEXTS = [
    pytest.param(
        "Parameter tuning of 'svm':\n\n- sampling method: 10-fold cross validation\n\n- best parameters:\n gamma cost\n"
        "   0.1  100\n\n- best performance: 0.1733\n\n- Detailed performance results:\n"
        "   gamma cost     error dispersion\n1  1e-06   10 0.3022 0.0740\n2  1e-01  100 0.1733 0.1253\n",
        [
            ("validation", {"error": 0.1733}, {"method": "svm", "gamma": "0.1", "cost": "100"}),
            ("validation", {"error": 0.3022}, {"gamma": "1e-06", "cost": "10"}),
            ("validation", {"error": 0.1733}, {"gamma": "1e-01", "cost": "100"}),
        ],
        id="e1071",
    ),
    pytest.param(
        "Resampling: Cross-Validated (10 fold, repeated 3 times)\nSummary of sample sizes: 90, 90, 91\n"
        "Resampling results across tuning parameters:\n\n  mtry  Accuracy  Kappa\n"
        "   2    0.8712    0.7012\n   6    0.8801    0.7212\n",
        [
            ("validation", {"accuracy": 0.8712, "kappa": 0.7012}, {"mtry": "2"}),
            ("validation", {"accuracy": 0.8801, "kappa": 0.7212}, {"mtry": "6"}),
        ],
        id="caret",
    ),
    pytest.param(
        "```r\n(lin.test.err <- 1 - mean(predict(fit) == y))\n```\n\n```\n## [1] 0.1815\n```\n",
        [("test", {"lin_err": 0.1815}, {})],
        id="R shows what it assigns in brackets",
    ),
    pytest.param(
        "[2021/12/30 23:29:12] root INFO: best metric, acc: 0.4818, norm_edit_dis: 0.7097, fps: 46.2, best_epoch: 46\n",
        [("unclear", {"accuracy": 0.4818, "norm_edit_dis": 0.7097}, {})],
        id="a best line behind the name of a logger",
    ),
    pytest.param(
        "[lfw][1618000]Accuracy-Flip: 0.99550+-0.00415\n[cfp_fp][1618000]Accuracy-Flip: 0.93557+-0.01653\n",
        [
            ("unclear", {"accuracy_flip": 0.9955}, {"group": "lfw"}),
            ("unclear", {"accuracy_flip": 0.93557}, {"group": "cfp_fp"}),
        ],
        id="owners and steps in brackets",
    ),
    pytest.param(
        "точность на тренировочной выборке:\nAccuracy 99.96%\nточность на тестовой выборке:\nAccuracy 55.04%\n",
        [("train", {"accuracy": 0.9996}, {}), ("test", {"accuracy": 0.5504}, {})],
        id="headings in any script give the set",
    ),
    pytest.param(
        "| Trial name | status | loc |  lr|  acc |  loss\n---|---|---|---|---|---\n"
        "train_2d\\_0| TERMINATED| 127.0.0.1:44721|  0.0558| 0.8052 |  1.3992\n",
        [
            (
                "unclear",
                {"accuracy": 0.8052, "loss": 1.3992},
                {"Trial name": "train_2d\\_0", "status": "TERMINATED", "loc": "127.0.0.1:44721", "lr": "0.0558"},
            )
        ],
        id="a bar before the titles and none before the rows",
    ),
    pytest.param(
        "====== Results on CIFAR-10 ======\nTest accuracy: 0.91\n====== Other network ======\nTest accuracy: 0.93\n",
        [("test", {"accuracy": 0.91}, {}), ("test", {"accuracy": 0.93}, {"group": "Other network"})],
        id="a title that names somebody ends the data set of the last one",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_each_value_has_its_name_its_role_and_its_owner(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_the_data_set_of_a_title_holds_under_titles_of_its_parts() -> None:
    text = "====== Results on CIFAR-10 ======\n--- Classification report ---\nTest accuracy: 0.91\n"
    assert [result.dataset for result in read_text(text).results] == ["CIFAR-10"]


def test_a_change_is_no_error_rate() -> None:
    (result,) = read_text('{"raw_cer": 0.0191234, "fixed_cer": 0.0930602, "delta_cer": -387.4999999}').results
    assert set(result.metrics) == {"raw_cer", "fixed_cer"}
