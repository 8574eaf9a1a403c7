"""What READMEs say around values: links, thresholds, other people's numbers, what is only expected, empty rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from telling import Wanted, told

from labjournal.parsers import read_file, read_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "Metrics for test (threshold=0.3):\ntest_accuracy: 0.8339\n\nConfusion Matrix Values:\n"
            "P: 11_208 Tp: 8_754 Fp: 8_420 N: 54_249 Tn: 45_829 Fn: 2_454\n\n"
            "Metrics for test (threshold=0.4):\ntest_accuracy: 0.8552\n",
            [
                ("test", {"test_accuracy": 0.8339}, {"threshold": "0.3"}),
                ("test", {"test_accuracy": 0.8552}, {"threshold": "0.4"}),
            ],
            id="a threshold in a heading, and a row of counts",
        ),
        pytest.param(
            "The baseline in [a.json](x/a.json) reports:\n- Test AUC: 0.7853\n- Test F1: 0.0919\n\n"
            "The variant in [b.json](x/b.json) reports:\n- Test AUC: 0.7701\n",
            [
                ("test", {"auc": 0.7853, "f1": 0.0919}, {"group": "baseline in a.json reports"}),
                ("test", {"auc": 0.7701}, {"group": "variant in b.json reports"}),
            ],
            id="links, and values that only one has",
        ),
        pytest.param(
            "Contriever (Izacard et al., 2021) uses unsupervised learning but performs\n"
            "poorly without fine tuning on that set (nDCG@10: 0.25). Tuning helps\n",
            [],
            id="published by others, in a sentence of two lines",
        ),
        pytest.param(
            "**Expected Output:**\n```\nTraining model...\n=== Test Set Results ===\nAccuracy:  0.9211\n```\n\n"
            "We got:\n```\nAccuracy:  0.75\n```\n",
            [("unclear", {"accuracy": 0.75}, {})],
            id="all of what is only expected",
        ),
        pytest.param(
            "| Iteration | Config | Best val AUC | 1/eps @ 0.3 |\n|---|---|---|---|\n"
            "| baseline | 20 ep | 0.9739 | 401.4 |\n"
            "| _new runs go here_ | | | |\n",
            [("validation", {"auc": 0.9739}, {"Iteration": "baseline", "Config": "20 ep"})],
            id="an iteration with a name, a title with numbers, a row for later",
        ),
        pytest.param(
            "| Model | 5-Fold CV F1 | Test Accuracy |\n|---|---|---|\n| XGBoost | 0.9965 ± 0.0011 | 0.9976 |\n",
            [
                ("validation", {"cv_f1": 0.9965}, {"Model": "XGBoost"}),
                ("test", {"accuracy": 0.9976}, {"Model": "XGBoost"}),
            ],
            id="the number of folds",
        ),
        pytest.param(
            "# Results\n\n## Best Validation Accuracy\n\n```text\n95.84%\n```\n\n# Report\n\naccuracy: 0.75\n",
            [("validation", {"accuracy": 0.9584}, {}), ("unclear", {"accuracy": 0.75}, {})],
            id="a section gives its role to nothing below it",
        ),
        pytest.param(
            "# 2. Test\n\n## 2.1 Validation tiles\n\naccuracy: 0.5\n\n## 2.2 Others\n\naccuracy: 0.75\n",
            [
                ("validation", {"accuracy": 0.5}, {}),
                ("test", {"accuracy": 0.75}, {"group": "2.2 Others"}),
            ],
            id="but the section around it does",
        ),
        pytest.param(
            "R2 Score: 0.915 (example output)\nMean Squared Error: 116000.0 (example output)\n"
            "", [], id="only an example"
        ),
        pytest.param(
            "- Best Model: Forest (Highest R2 Score: 0.83)\n- Worst Model: Ada (Lowest R2 Score: 0.56)\n",
            [("unclear", {"r2": 0.83}, {})],
            id="the worst is no better best",
        ),
        pytest.param(
            "run_a1      best val_dice ≈ 0.6327\nrun_b2      best val_dice ≈ 0.6264\n",
            [
                ("validation", {"dice": 0.6327}, {"group": "run_a1"}),
                ("validation", {"dice": 0.6264}, {"group": "run_b2"}),
            ],
            id="who was measured, in a column of its own",
        ),
        pytest.param(
            "Accuracy for class: bird  is 41.3 %\nAccuracy for class: cat   is 51.3 %\n",
            [("unclear", {"accuracy": 0.413}, {"group": "bird"}), ("unclear", {"accuracy": 0.513}, {"group": "cat"})],
            id="the class of a sentence",
        ),
        pytest.param(
            "TFT obtains MAPE: 12.31%\nTheta obtains MAPE: 8.13%\n",
            [("unclear", {"mape": 0.1231}, {"group": "TFT"}), ("unclear", {"mape": 0.0813}, {"group": "Theta"})],
            id="who obtains it",
        ),
        pytest.param(
            "Accuracy: ~94% (on test data)\n", [("test", {"accuracy": 0.94}, {})], id="the set in brackets behind it"
        ),
        pytest.param(
            "plain score :  R2 Score: 0.2659\nlogged score :  R2 Score: 0.2323\n",
            [
                ("unclear", {"r2": 0.2659}, {"group": "plain score"}),
                ("unclear", {"r2": 0.2323}, {"group": "logged score"}),
            ],
            id="a score of whom",
        ),
        pytest.param(
            "Method & Acc & F1 \\\\ \\hline\nOurs & \\textbf{91.2} & 90.1 \\\\\n"
            "Smith et al. & 89.2 & 88.1 \\\\ \\bottomrule\n",
            [("unclear", {"accuracy": 91.2, "f1": 90.1}, {"Method": "Ours"})],
            id="rules behind the rows of LaTeX, and a row of others",
        ),
        pytest.param(
            "Average accuracy 0.251 - abstract algebra\nAverage accuracy 0.341 - anatomy\nAverage accuracy 0.291\n",
            [
                ("unclear", {"average_accuracy": 0.251}, {"group": "abstract algebra"}),
                ("unclear", {"average_accuracy": 0.341}, {"group": "anatomy"}),
                ("unclear", {"average_accuracy": 0.291}, {}),
            ],
            id="who was measured, behind the value",
        ),
        pytest.param(
            "Fold 1 AUC: 0.82 | Fold 2 AUC: 0.83\n",
            [("unclear", {"auc": 0.82}, {"fold": "1"}), ("unclear", {"auc": 0.83}, {"fold": "2"})],
            id="two folds on a line",
        ),
        pytest.param(
            "            length_controlled  win_rate  standard_error  n_total\n"
            "gpt4_turbo              50.00     50.00            0.00      805\n"
            "my-model                22.92     15.41            1.11      805\n",
            [
                ("unclear", {"win_rate": 50.0}, {"row": "gpt4_turbo", "length_controlled": "50.00", "n_total": "805"}),
                ("unclear", {"win_rate": 15.41}, {"row": "my-model", "length_controlled": "22.92", "n_total": "805"}),
            ],
            id="a frame of names, with how the values scatter",
        ),
        pytest.param("Accuracy: 0.9123f0\n", [("unclear", {"accuracy": 0.9123}, {})], id="a number of Julia"),
        pytest.param(
            "accuracy: 0.91\naccuracy_ci_low: 0.89\nWe need accuracy 0.95 to pass.\n",
            [("unclear", {"accuracy": 0.91}, {})],
            id="where an interval ends, and what is needed",
        ),
    ],
)  # fmt: skip
def test_whose_and_what(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_epochs_that_nothing_counts_are_curves(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("train_loss,val_loss,val_acc\n0.5,0.4,0.8\n0.25,0.3,0.85\n", "utf-8")
    reading = read_file(tmp_path / "history.csv")
    assert not reading.results
    assert reading.series["val_acc"].points == [(0.0, 0.8), (1.0, 0.85)]
