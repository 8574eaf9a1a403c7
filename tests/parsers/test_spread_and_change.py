"""Values with how they scatter, values before and after, sets that were left out, and names that were cut short."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

FORMS = [
    pytest.param(
        "Model | Accuracy ± Std\nRF | 0.91 ± 0.02\nSVM | 0.89 ± 0.03\n",
        [("unclear", {"accuracy": 0.91}, {"Model": "RF"}), ("unclear", {"accuracy": 0.89}, {"Model": "SVM"})],
        id="a title with a spread",
    ),
    pytest.param(
        "| Model | F1 (mean ± std) |\n|---|---|\n| RF | 0.90 ± 0.01 |\n",
        [("unclear", {"f1": 0.9}, {"Model": "RF"})],
        id="a title with its kind of mean",
    ),
    pytest.param(
        "Accuracy Score : Mean - 0.9241 | Std - 0.0112 | Min - 0.9059 | Max - 0.9392\n",
        [("unclear", {"mean_accuracy": 0.9241}, {})],
        id="statistics behind dashes",
    ),
    pytest.param(
        "LOSO Statistics (accuracy): mean=0.8205 std=0.1860\n",
        [("unclear", {"mean_accuracy": 0.8205}, {"group": "LOSO Statistics"})],
        id="the metric in brackets",
    ),
    pytest.param(
        "S1\n  Salinity (g/kg)  bias -0.803 ->  0.141  RMSE  1.175 ->  0.210\n"
        "S2\n  Salinity (g/kg)  bias -0.448 ->  0.161  RMSE  0.845 ->  0.223\n",
        [
            ("unclear", {"rmse": 1.175}, {"group": "Salinity (g/kg)", "state": "before", "under": "S1"}),
            ("unclear", {"rmse": 0.21}, {"group": "Salinity (g/kg)", "state": "after", "under": "S1"}),
            ("unclear", {"rmse": 0.845}, {"group": "Salinity (g/kg)", "state": "before", "under": "S2"}),
            ("unclear", {"rmse": 0.223}, {"group": "Salinity (g/kg)", "state": "after", "under": "S2"}),
        ],
        id="before and after",
    ),
    pytest.param(
        "Baseline RMSE: 12.31\nTuned RMSE: 10.22\n",
        [("unclear", {"rmse": 12.31}, {"group": "Baseline"}), ("unclear", {"tuned_rmse": 10.22}, {})],
        id="a baseline that was measured",
    ),
    pytest.param("Target accuracy: 0.95\nBaseline accuracy: 0.85\n", [], id="a baseline that was not"),
    pytest.param(
        "=======  units=32, heads=4, layers=3, size=2, length=302, width=64  =======acc: 0.912\nf1: 0.88\n\n"
        "=======  units=64, heads=4, layers=3, size=2, length=302, width=64  =======acc: 0.922\nf1: 0.89\n",
        [
            (
                "unclear",
                {"accuracy": 0.912, "f1": 0.88},
                {"group": "units=32, heads=4, layers=3, size=2, length=302, width=64"},
            ),
            (
                "unclear",
                {"accuracy": 0.922, "f1": 0.89},
                {"group": "units=64, heads=4, layers=3, size=2, length=302, width=64"},
            ),
        ],
        id="a title that ended without a line feed",
    ),
    pytest.param("val_loss improved: 0.51 -> 0.48, saving model\n", [], id="how a training goes"),
    pytest.param(
        "OOF AUC: 0.912\nOverall Out-of-Fold accuracy: 0.873\n",
        [("validation", {"oof_auc": 0.912, "oof_accuracy": 0.873}, {})],
        id="folds left out",
    ),
    pytest.param(
        "Test results:\nHamming Accuracy: 0.7867\nSubset Accuracy: 0.4193\n",
        [("test", {"hamming_accuracy": 0.7867, "subset_accuracy": 0.4193}, {})],
        id="two kinds of accuracy",
    ),
    pytest.param(
        "Fold&R (pos)&P (pos)&R (neg)&P (neg)\\\\\\hline\n1&0.901&0.956&0.667&0.963\\\\\\hline\n",
        [
            ("unclear", {"recall": 0.901, "precision": 0.956}, {"Fold": "1", "column": "pos"}),
            ("unclear", {"recall": 0.667, "precision": 0.963}, {"Fold": "1", "column": "neg"}),
        ],
        id="letters before the classes",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), FORMS)
def test_each_value_has_its_name_and_its_owner(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_a_report_over_folds_left_out_is_a_validation() -> None:
    report = (
        "Out-of-Fold Classification Report (argmax):\n              precision    recall  f1-score   support\n\n"
        "     Pothole       0.48      0.77      0.59       260\n"
        "        Bump       0.54      0.46      0.50       158\n\n"
        "    accuracy                           0.65       418\n"
    )
    [result] = read_text(report).results
    assert result.role == "validation"


def test_one_event_among_many_gives_no_result() -> None:
    text = "Statistics for 90 entries in the validation set\n  MAE = 0.0031\n  largest outlier\n    error = 0.0225\n"
    [result] = read_text(text).results
    assert (told(result), result.n) == (("validation", {"mae": 0.0031}, {}), 90)
