"""Lists of seeds, steps, reports pasted twice, counts in words, praise that nothing carries; and healthy neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from labjournal.audit import audit_file

REPORT = """```
Number of correct background predictions: {} out of 754
Number of correct signal predictions: {} out of 746
```"""


def twice(between: str, second: tuple[int, int] = (644, 665)) -> str:
    first, again = REPORT.format(644, 665), REPORT.format(*second)
    return f"### checkpoint-2500\n{first}\n### checkpoint-3000\n{between}\n{again}"


def two(said: str, second: tuple[int, int] = (648, 667)) -> str:
    sets = [f"#### 1:1 dataset\n{REPORT.format(*right)}" for right in ((644, 665), second)]
    return f"### checkpoint-2500\n{sets[0]}\n### checkpoint-3000\n{sets[1]}\n{said}"


MATRIX = "| true \\ predicted | cat | dog |\n|---|---|---|\n| cat | 140 | 20 |\n| dog | 15 | 105 |"
DELTAS = (
    "| variant | F1 | Δ vs baseline |\n|---|---|---|\n| base | 0.702 | - |\n"
    "| + aug | 0.721 | +0.019 |\n| + mix | 0.733 | {} |"
)
TRAINER = "```\nNum examples = 48000\nNum Epochs = 3\nTotal train batch size = 64\nTotal optimization steps ="
HEAD = "              precision    recall  f1-score   support\n\n"
PRF = "| model | precision | recall | F1 |\n|---|---|---|---|\n| a | 0.80 | 0.70 | 0.75 |\n| b | 0.85 | 0.72 |"
CLASSES = "| class | images |\n|---|---|\n| cat | 412 |\n| dog | 388 |\n| bird | 151 |\n| total | {} |"
MODELS = "| model | val acc |\n|---|---|\n| {} | 0.842 |\n| {} | **0.861** |\n| vit-s | 0.868 |"

WRONG = {
    "Five seeds: 0.812, 0.820, 0.809, 0.815, 0.824. Mean 0.822.": "average",
    "Three seeds gave 71.2, 73.8 and 75.4, so 73.5 ± 0.4.": "scatter",
    "Training set of 48,000 images, batch size 64, so 1,500 steps per epoch.": "steps",
    "Trained on 20,000 samples for 3 epochs with batch size 32: 1,250 steps in total.": "steps",
    f"{TRAINER} 3000\n```": "steps",
    twice(""): "copied_report",
    "```\nCorrect: 1873\nTotal: 2150\nAccuracy: 0.8912\n```": "accuracy",
    "It got 412 of the 480 lesions, i.e. 88.3%, which is lower than I hoped.": "fraction",
    "Auf dem Testset 231 von 260 richtig, also 91,2 %.": "fraction",
    "TP 45, FP 12, TN 130, FN 9. Precision 0.79, recall 0.83, specificity 0.96.": "fraction",
    "143 out of 200 signal, 1870 out of 2000 background correct. SIC = 3.41": "sic",
    "Dropout 0.1: 171/200 correct. Dropout 0.3: 174/200 correct. So dropout 0.3 is clearly better.": "within_noise",
    "Base 0.812 ± 0.010, with augmentation 0.818 ± 0.012: clearly better.": "within_noise",
    "A paired t-test over the folds gives p = 0.21, so the gain is statistically significant.": "significance",
    "Test set: 900 negatives and 100 positives. The model reaches 87.4% accuracy, a solid result.": "below_majority",
    "Test error is 12.4% (accuracy 88.6%).": "sum",
    "WER went from 18.4 to 15.2, a relative reduction of 28%.": "change",
    CLASSES.format(971): "sum",
    "ROC AUC 1.04 on the holdout after the fix.": "impossible",
    f"Test set of 300 images.\n\n{MATRIX}\n\nAccuracy 0.875.": "matrix_sum",
    f"{MATRIX}\n\nAccuracy 0.895.": "accuracy",
    two("Slightly better than before."): "within_noise",
    two("This is a clear improvement over checkpoint-2500."): "within_noise",
    two("Significantly better than the last checkpoint!"): "within_noise",
    "Inference went from 40 ms to 25 ms, a 60% reduction in latency.": "change",
    "Der t-Test ergibt p = 0,34, der Unterschied ist also signifikant.": "significance",
    "92% of the transactions are legit. We get an accuracy of 90.5%, which is great.": "below_majority",
    "Confusion matrix [[880, 20], [35, 65]], accuracy 0.96.": "accuracy",
    "IoU per class: road 0.92, car 0.81, sky 0.95; mIoU 0.93.": "average",
    "| model | accuracy | error |\n|---|---|---|\n| a | 0.91 | 0.09 |\n| b | 0.93 | 0.09 |": "sum",
    f"{PRF} 0.83 |": "impossible",
    DELTAS.format("+0.041"): "difference",
    MODELS.format("resnet18", "resnet50"): "not_the_best",
}

HEALTHY = [
    "Seeds 0.812, 0.820, 0.809, 0.815, 0.824, mean 0.816, std 0.006.",
    "Three seeds gave 71.2, 73.8 and 75.4, so 73.5 ± 2.1.",
    "Three seeds gave 71.2, 73.8 and 75.4, so 73.5 ± 1.2 (error of the mean).",
    "The best three of ten: 0.812, 0.820, 0.809. Mean of all 0.790.",
    "Training set of 48,000 images, batch size 64, so 750 steps per epoch.",
    "2 GPUs, per-device batch 16, 32,000 samples: 1,000 steps per epoch.",
    "10,000 samples, batch size 32, 312 steps per epoch; with gradient accumulation 4 that is 78 optimizer steps.",
    "Trained on 20,000 samples for 3 epochs with batch size 32: 1,875 steps in total.",
    "Trained on 20,000 samples, half of them each epoch, batch size 32: 313 steps per epoch.",
    f"{TRAINER} 2250\n```",
    twice("Exactly the same numbers again, the learning rate is zero by now."),
    twice("", (650, 661)),
    "```\nCorrect: 1873\nTotal: 2150\nAccuracy: 0.8712\n```",
    "TP 45, FP 12, TN 130, FN 9: precision 0.79, recall 0.83, specificity 0.92, accuracy 0.89.",
    "143 out of 200 signal, 1870 out of 2000 background correct. SIC = 2.80",
    "SIC 0.69, answers that are no class: 2 of 3 background, 3 of 5 signal",
    "Dropout 0.1: 171/200 correct. Dropout 0.3: 174/200 correct. Better, but within the noise.",
    "Dropout 0.1: 131/200 correct. Dropout 0.3: 174/200 correct. So dropout 0.3 is clearly better.",
    "A paired t-test over the folds gives p = 0.21, so the gain is not significant.",
    "Test set: 900 negatives and 100 positives. 87.4% accuracy, below always saying negative.",
    "Test error 12.4%, top-5 accuracy 97.9%.",
    CLASSES.format(951),
    f"Test set of 280 images.\n\n{MATRIX}\n\nAccuracy 0.875.",
    two("This is a clear improvement over checkpoint-2500.", (704, 715)),
    two("The loss shows a clear improvement over checkpoint-2500."),
    two("No significantly better result than before."),
    two("Better than the paper."),
    two("A good improvement from previous runs."),
    two("A good improvement over the previous runs."),
    "| true \\ answered | a | b | unknown |\n|---|---|---|---|\n"
    "| a | 4 | 1 | 20 |\n| b | 0 | 2 | 30 |\n\nAccuracy 0.105.",
    "Inference went from 40 ms to 25 ms, a 37.5% reduction in latency.",
    "Inference went from 40 ms to 25 ms: 60% more would have been needed, 37.5% less it is.",
    "92% of the transactions are legit. We get an accuracy of 93.5%, which is good.",
    "Confusion matrix [[880, 20], [35, 65]], accuracy 0.945.",
    "IoU per class: road 0.92, car 0.81, sky 0.95; mIoU 0.89.",
    "IoU per class: road 0.92, car 0.81, sky 0.95 (others below 0.5); mIoU over all 19 classes 0.63.",
    "| model | accuracy | error |\n|---|---|---|\n| a | 0.91 | 0.09 |\n| b | 0.93 | 0.07 |",
    "| model | accuracy | error (m) |\n|---|---|---|\n| a | 0.91 | 0.31 |\n| b | 0.93 | 0.07 |",
    "| model | P | R | F1 |\n|---|---|---|---|\n| a | 0.80 | 0.70 | 0.75 |\n| b (macro) | 0.85 | 0.72 | 0.76 |",
    CLASSES.format(740),  # several classes an image: no sum
    DELTAS.format("+0.031"),
    DELTAS.format("+0.012"),  # to the row before, as the first is
    MODELS.format("resnet18", "**resnet50**"),
    MODELS.format("resnet18", "resnet50 (chosen)"),
    f"```\n{HEAD}           a       0.97      0.94      0.95        65\n"
    "           b       0.89      0.73      0.80        33\n           c       0.98      0.99      0.98       900\n\n"
    "    accuracy                           0.98       998\n\nPrecision (macro): 0.9470\nRecall (macro): 0.8852\n```",
    "```\nTP: 2650.0\nTN: 923.0\nFP: 77.0\nFN: 6350.0\nprecision: 0.9717638074160686\nrecall: 0.2944444411728396\n```",
    "raw test accuracy: 1.0\nscaled test accuracy: 0.9333\n\nThe better one:\n\n[[10  0]\n [ 0 10]]",
    "Calibrated to a precision 1.2 of before, AUC 0.94.",
    "GPU memory fell from 22 to 14 GB, a 40% reduction or so.",
    # rows left out of a long report, and a report of spans whose accuracy counts something else
    f"```\n{HEAD}           a     0.9000    0.8000    0.8471       100\n"
    "           b     0.7000    0.9000    0.7875        50\n\n"
    "    accuracy                         0.7900       696\n```",
    f"```\n- Accuracy 0.6162\n\n{HEAD}         PER     0.8626    0.7958    0.8278       142\n"
    "         LOC     0.7727    0.7969    0.7846       128\n\n   micro avg     0.8174    0.7963    0.8067       270\n"
    "   macro avg     0.8177    0.7963    0.8062       270\n```",
]


def kinds(folder: Path, text: str) -> list[str]:
    diary = folder / "diary.md"
    diary.write_text(f"# 2026-11-05\n\n{text}\n", encoding="utf-8")
    return [item.kind for item in audit_file(diary)]


@pytest.mark.parametrize("text", WRONG)
def test_a_contradiction_is_named(tmp_path: Path, text: str) -> None:
    assert WRONG[text] in kinds(tmp_path, text)


@pytest.mark.parametrize("text", HEALTHY)
def test_what_can_be_so_is_not_accused(tmp_path: Path, text: str) -> None:
    assert kinds(tmp_path, text) == []


def test_chapters_have_an_order_of_days_each(tmp_path: Path) -> None:
    diary = tmp_path / "diary.md"
    first = "# Log\n## Findings\n### A [2026-04-14]\nx\n### B [2026-04-16]\nx\n"
    text = first + "## Failed\n### C [2026-04-13]\nx\n### D [2026-04-{}]\nx\n### E [2026-04-18]\nx\n"
    diary.write_text(text.format(17))
    assert audit_file(diary) == []
    diary.write_text(text.format(12))
    assert [item.kind for item in audit_file(diary)] == ["date_order"]
