"""Metrics from counts against scikit-learn, names against what they mean, reports against themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from labjournal.model import Counts
from labjournal.parsers import read_text
from labjournal.stats import METRICS, base_name, check_report, class_rows, counted_n, derive, metric_of

matrices = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 30), min_size=k + 1, max_size=k + 1), min_size=k, max_size=k)
)


def counted(rows: list[list[int]]) -> tuple[Counts, list[int], list[int]]:
    """Counts, and the events they stand for; the last column is unknown, class -1 for scikit-learn."""
    k = len(rows)
    counts = Counts(tuple("abcde"[:k]), tuple(tuple(row[:k]) for row in rows), tuple(row[k] for row in rows))
    truth = [i for i, row in enumerate(rows) for count in row for _ in range(count)]
    said = [j if j < k else k for row in rows for j, count in enumerate(row) for _ in range(count)]
    return counts, truth, said


@settings(deadline=None)
@given(matrices)
def test_derived_metrics_are_those_of_scikit_learn(rows: list[list[int]]) -> None:
    counts, truth, said = counted(rows)
    if not truth:
        assert derive(counts) == {"accuracy": None}
        return
    ours = derive(counts)
    present = sorted(set(truth))
    for average in ("macro", "weighted"):
        p, r, f, _ = sk.precision_recall_fscore_support(truth, said, labels=present, average=average, zero_division=0)
        for name, value in (("precision", p), ("recall", r), ("f1", f)):
            assert ours[f"{average}_{name}"] == pytest.approx(value, rel=1e-9, abs=1e-12)
    assert ours["accuracy"] == pytest.approx(sk.accuracy_score(truth, said), rel=1e-12)
    if ours["mcc"] is None:
        assert len(set(truth)) == 1 or len(set(said)) == 1
    else:
        assert ours["mcc"] == pytest.approx(sk.matthews_corrcoef(truth, said), rel=1e-9, abs=1e-12)


def test_what_does_not_exist_is_none_and_a_class_without_support_is_left_out() -> None:
    counts = Counts(("background", "signal", "other"), ((9, 0, 0), (1, 0, 0), (0, 0, 0)), (0, 2, 0))
    rows = class_rows(counts)
    assert rows["signal"].precision is None
    assert rows["other"].recall is None
    assert derive(counts)["macro_recall"] == pytest.approx(0.5)
    assert derive(counts)["unknown_rate"] == pytest.approx(2 / 12)


def test_sic_needs_to_know_which_class_is_signal() -> None:
    counts = Counts(("background", "signal"), ((466, 58), (45, 431)), (0, 0))
    assert "sic" not in derive(counts)
    assert derive(counts, "signal")["sic"] == pytest.approx((431 / 476) / math.sqrt(58 / 524))
    perfect = Counts(("background", "signal"), ((524, 0), (45, 431)), (0, 0))
    assert derive(perfect, "signal")["sic"] is None


HIGHER = "accuracy eval_overall_f1 val_acc metrics/mAP50-95(B) average_psnr mcq_accuracy f1[signal]".split()
LOWER = "test_loss top1_err eval_wer perplexity val/box_loss fpr word_error_rate".split()
UNSAID = "avg_response_words boxed_compliance_rate majority".split()


@pytest.mark.parametrize(
    ("name", "direction"),
    [(n, "higher") for n in HIGHER] + [(n, "lower") for n in LOWER] + [(n, None) for n in UNSAID],
)
def test_a_name_says_its_direction_or_nothing(name: str, direction: str | None) -> None:
    assert metric_of(name).direction == direction


def test_printed_names_lead_to_one_metric() -> None:
    assert {base_name(name) for name in ("acc", "val_acc", "eval_accuracy", "test/acc", "accuracy")} == {"accuracy"}
    assert base_name("train_loss_epoch") == "loss"
    assert set(METRICS) >= {"accuracy", "macro_f1", "weighted_f1", "sic", "mcc"}


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(2, 5), st.integers(20, 4000))
def test_no_true_report_is_accused(seed: int, classes: int, digits: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    said = np.where(rng.random(n) < 0.7, truth, rng.integers(0, classes, n))
    labels = [f"class {k}" for k in range(classes)]
    text = sk.classification_report(
        truth, said, labels=list(range(classes)), target_names=labels, digits=digits, zero_division=0
    )
    (result,) = read_text(f"Accuracy: {(truth == said).mean():.4f}\n{text}").results
    assert check_report(result) == []


def test_a_contradiction_is_found_with_both_values() -> None:
    text = """Validation Accuracy: 0.43
              precision    recall  f1-score   support

  background       0.82      0.05      0.10       493
      signal       0.73      0.89      0.80       507

    accuracy                           0.48      1000
   macro avg       0.78      0.47      0.45      1000
weighted avg       0.77      0.48      0.65      1000
"""
    (result,) = read_text(text).results
    found = {item.metric: item for item in check_report(result)}
    assert found["accuracy"].printed == 0.43
    assert "weighted_f1" in found
    assert "macro_f1" not in found


def test_count_lines_that_contradict_the_accuracy_are_found() -> None:
    (result,) = read_text(
        "signal correct 431 of 476, unknown 2\nbackground correct 466 of 524, unknown 0\nAccuracy: 0.91\n"
    ).results
    assert [item.metric for item in check_report(result)] == ["accuracy"]
    assert check_report(result)[0].computed == pytest.approx(0.897)


@pytest.mark.parametrize(
    ("accuracy", "n"),
    [(0.9219, 474), (0.95, None)],  # the classes give it; they are not all there is
)
def test_classes_whose_right_answers_give_the_accuracy_are_all_events(accuracy: float, n: int | None) -> None:
    text = f"Validation accuracy: {accuracy}\nbackground: 223 out of 237\nsignal: 214 out of 237\n"
    (result,) = read_text(text).results
    assert counted_n(result) == n
