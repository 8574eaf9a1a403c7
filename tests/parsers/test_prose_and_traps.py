"""What READMEs say around values: links, thresholds, other people's numbers, what is only expected, empty rows."""

from __future__ import annotations

import pytest

from labjournal.parsers import ParsedResult, read_text

Wanted = tuple[str, dict[str, float], dict[str, str]]


def told(result: ParsedResult) -> Wanted:
    return result.role, dict(result.metrics), dict(result.options)


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
                ("test", {"auc": 0.7853, "f1": 0.0919}, {"group": "The baseline in a.json reports"}),
                ("test", {"auc": 0.7701}, {"group": "The variant in b.json reports"}),
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
    ],
)
def test_whose_and_what(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted
