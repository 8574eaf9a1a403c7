"""Numbers that contradict each other in one sentence, one table or one matrix, and their healthy neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from labjournal.audit import audit_file

WRONG = {
    "Lens finder v3 on the test set: 37 of 52 lenses found, recall 7.1%.": "fraction",
    "False positives: 18 of 6000 background jets, fpr = 0.03.": "fraction",
    "ROC AUC on the validation set: 1.03": "impossible",
    "On the hold-out set precision 0.82, recall 0.74, F1 0.81.": "impossible",
    "NMSE fell from 0.050 to 0.040, a 30% reduction.": "change",
    "RMSE rose from 0.10 to 0.15, an increase of 0.10.": "difference",
    "Accuracy went from 0.912 to 0.897, an improvement of 0.015.": "direction",
    "AUC 0.951 with augmentation and 0.938 without: +0.023.": "difference",
    "Profile fit, fold 3: chi2 = 131.2, ndf = 100, chi2/ndf = 1.13.": "quotient",
    "Test accuracy 93.4%, error rate 7.6%.": "sum",
    "Test accuracy: 97.2%. Error rate: 3.8%.": "sum",
    "Val AUC improved from 0.931 to 0.922 with the deeper head.": "direction",
    "MAE increased from 0.52 to 0.41.": "direction",
    "Loss 0.42 -> 0.35, i.e. 30% lower.": "change",
    "437/512 = 0.874 correct.": "quotient",
    "efficiency 0.62 at fpr 0.010, SIC = 0.62/sqrt(0.010) = 5.2": "quotient",
    "Data set of 12000 images: 9600 train, 1200 validation, 1500 test.": "sum",
    "One step takes 84 ms instead of 210 ms, 3.5 times faster.": "factor",
    "| run | NMSE |\n|---|---|\n| base | 0.0240 |\n| wide | 0.0120 |\n\nwide is 3x better than base.": "factor",
    "| seed | accuracy |\n|---|---|\n| 1 | 0.871 |\n| 2 | 0.868 |\n| 3 | 0.880 |\n| mean | 0.883 |": "average",
    "| cut | TP | FN | FP | precision | recall |\n|---|---|---|---|---|---|\n"
    "| 0.3 | 180 | 20 | 90 | 0.667 | 0.9 |\n| 0.7 | 140 | 60 | 14 | 0.700 | 0.909 |": "wrong_column",
    "| lr | val loss |\n|---|---|\n| 1e-3 | 0.412 |\n| 3e-4 | 0.388 |\n| 1e-4 | 0.401 |\n\n"
    "The best is 1e-4 with 0.401.": "not_the_best",
    "n = 1000\n\n[[440  60]\n [ 70 450]]\n\nAccuracy: 0.890": "accuracy",
    "## Checkpoint-7\n### 1:1\nCorrect predictions: 870 out of 1000\nAccuracy: 0.88": "accuracy",
    "## Checkpoint-1\n### 1:1\nAccuracy: 0.842 (421 out of 500)\n\n## Checkpoint-2\n### 1:1\n"
    "Accuracy: 0.848 (424 out of 500)\n\nSlightly better than checkpoint 1.": "within_noise",
    "## Checkpoint-1\n### 1:1\nAccuracy: 0.71\n\n### 1:10\nAccuracy: 0.65\n\n"
    "## Checkpoint-2\n### 1:1\nAccuracy: 0.80\n\n"
    "### 1:10\nAccuracy: 0.77\n\n| checkpoint | accuracy 1:1 | accuracy 1:10 |\n|---|---|---|\n| 1 | 0.71 | 0.65 |\n"
    "| 2 | 0.77 | 0.80 |": "wrong_column",
}

HEALTHY = [
    "Recall 0.857 (600 of 700), we quote 85.7%.",
    "Depending on the seed the accuracy is 0.86-0.89, mean 0.871 over five.",
    "Accuracy went from 80.0% to 84.0%, an improvement of 4 points (5% relative).",
    "Recall up from 0.50 to 0.60 (+10 points, +20%).",
    "NMSE fell from 0.0497 to 0.0402, a 19% reduction.",
    "RMSE went from 0.912 to 0.897, an improvement of 0.015.",
    "Loss went from 0.40 to 0.38, but accuracy shows no improvement.",
    "chi2 = 131.2, ndf = 100, chi2/ndf = 1.31.",
    "Test accuracy 93.4%, training error rate 0.2%.",
    "Top-1 accuracy 71.2%, top-5 error rate 9.6%.",
    "Data set of 12000 images: 9600 train, 1200 validation, 1100 test.",
    "One step takes 84 ms instead of 210 ms, 2.5 times faster.",
    "One step takes 84 ms instead of 210 ms, 1.5 times faster.",
    "One step takes 80 ms instead of 210 ms, about 3 times faster.",
    "On the hold-out set macro precision 0.82, macro recall 0.74, macro F1 0.75.",
    "AUC 0.951 with augmentation and 0.938 without: +0.013.",
    "Accuracy: 1.03 times that of the baseline.",
    "Epoch 10 of 20: accuracy 0.96.",
    "Test accuracy: 97.2%. Word error rate: 3.8%.",
    "Batch from 64 to 128, an increase of 2x.",
    "An IoU of 1.2 would be nonsense.",
    "437/512 = 0.854 correct, 0.62/sqrt(0.01) = 6.2.",
    "Trained on 600 of 6000 images, accuracy 0.91.",
    "12 of 40 jobs finished, best accuracy 0.91.",
    "| seed | accuracy |\n|---|---|\n| 1 | 0.871 |\n| 2 | 0.868 |\n| 3 | 0.880 |\n| mean (5 seeds) | 0.879 |",
    "| seed | accuracy |\n|---|---|\n| 1 | 0.871 |\n| 2 | 0.868 |\n| 3 | 0.880 |\n| mean | 0.87 |",
    "| class | n | recall |\n|---|---|---|\n| a | 900 | 0.95 |\n| b | 100 | 0.50 |\n| mean | 1000 | 0.905 |",
    "| lr | val loss | acc |\n|---|---|---|\n| 1e-3 | 0.412 | 0.871 |\n| 1e-4 | 0.401 | 0.874 |\n\n"
    "The best is 1e-4 with 0.874.",
    "| cut | TP | FN | FP | precision | recall |\n|---|---|---|---|---|---|\n| 0.3 | 180 | 20 | 90 | 0.67 | 0.9 |",
    "[[440  60]\n [ 70 450]]\n\nAccuracy: 0.873, training accuracy: 0.99",
    "## Checkpoint-1\n### 1:1\nAccuracy: 0.842 (421 out of 500)\n\n## Checkpoint-2\n### 1:1\n"
    "Accuracy: 0.848 (424 out of 500)\n\nSlightly better than checkpoint 1, but within the noise.",
]


def kinds(folder: Path, text: str) -> list[str]:
    path = folder / "diary.md"
    path.write_text(f"# 2026-03-02\n\n{text}\n")
    return [item.kind for item in audit_file(path)]


@pytest.mark.parametrize("text", WRONG)
def test_a_contradiction_is_named(tmp_path: Path, text: str) -> None:
    assert WRONG[text] in kinds(tmp_path, text)


@pytest.mark.parametrize("text", HEALTHY)
def test_what_can_be_so_is_not_accused(tmp_path: Path, text: str) -> None:
    assert kinds(tmp_path, text) == []
