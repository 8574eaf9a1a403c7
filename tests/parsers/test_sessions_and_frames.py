"""Values of a session, of frames with words among them, of each set without a name, of documents that break off."""

from __future__ import annotations

from pathlib import Path

import pytest
from telling import Wanted, told

from labjournal.parsers import read_file, read_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            ">>> accuracy_score(y_test, y_pred)\n0.9123\n>>> f1_score(y_val, y_pred, average='macro')\n0.8912\n",
            [("test", {"accuracy": 0.9123}, {}), ("validation", {"macro_f1": 0.8912}, {})],
            id="a session of Python",
        ),
        pytest.param(
            "In [5]: roc_auc_score(y, p)\nOut[5]: 0.9123\n", [("unclear", {"roc_auc": 0.9123}, {})], id="of IPython"
        ),
        pytest.param(
            "```python\nmodel.score(X_test, y_test)\n```\n\n```\n0.912312\n```\n",
            [("test", {"score": 0.912312}, {})],
            id="a cell and what it printed",
        ),
        pytest.param(">>> learning_rate()\n0.001\n>>> x\n0.25\n", [], id="settings and variables"),
        pytest.param(
            "   name dataset split  accuracy   n\n0  bert    sst2  test    0.9123 872\n"
            "1  bert    mnli   dev    0.8123  98\n",
            [
                ("test", {"accuracy": 0.9123}, {"name": "bert", "dataset": "sst2", "split": "test", "n": "872"}),
                ("validation", {"accuracy": 0.8123}, {"name": "bert", "dataset": "mnli", "split": "dev", "n": "98"}),
            ],
            id="a frame with columns of words",
        ),
        pytest.param(
            "          accuracy      f1\nmodel                     \nbert        0.9123  0.9012\n"
            "roberta     0.9323  0.9212\n",
            [
                ("unclear", {"accuracy": 0.9123, "f1": 0.9012}, {"model": "bert"}),
                ("unclear", {"accuracy": 0.9323, "f1": 0.9212}, {"model": "roberta"}),
            ],
            id="a frame whose index has a name",
        ),
        pytest.param(
            "| Model | Precision | Recall |\n|---|---|---|\n| SVM | 0.91 | 0.90 |\n| RF | 0.93 | 0.92 |\n",
            [
                ("unclear", {"precision": 0.91, "recall": 0.9}, {"Model": "SVM"}),
                ("unclear", {"precision": 0.93, "recall": 0.92}, {"Model": "RF"}),
            ],
            id="models are no classes",
        ),
        pytest.param(
            "   fit_time  score_time  test_score  train_score\n"
            "0     0.003       0.002      0.8235       0.8421\n1     0.002       0.001      0.7272       0.8582\n",
            [
                ("validation", {"test_score": 0.8235}),
                ("train", {"train_score": 0.8421}),
                ("validation", {"test_score": 0.7272}),
                ("train", {"train_score": 0.8582}),
            ],
            id="the fold left out is no test set",
        ),
        pytest.param(
            "Cross-validation scores: [0.96 0.97 0.95 0.96 0.98]\nMean: 0.964 (+/- 0.010)\n",
            [("validation", {"mean_cv_score": 0.964}, {})],
            id="the mean of a list",
        ),
        pytest.param("HOTA: some-tracker    HOTA    DetA    HOTA(0)\n", [], id="at which threshold"),
        pytest.param(
            "Validation Sintel (clean) EPE: 1.4123\nValidation Sintel (final) EPE: 2.6123\n",
            [
                ("validation", {"epe": 1.4123}, {"group": "Sintel (clean)"}),
                ("validation", {"epe": 2.6123}, {"group": "Sintel (final)"}),
            ],
            id="on what, with a part in brackets",
        ),
        pytest.param(
            "Positive rate: 0.23\nMajority class accuracy: 0.62\nRandom guess accuracy: 0.10\n"
            "", [], id="rates of the data"
        ),
        pytest.param(
            "Overall -> 4.61 % N=104765 C=100025 S=4594 D=146 I=87\n"
            "", [("unclear", {"error_rate": 0.0461}, {})], id="WeNet"
        ),
    ],
)  # fmt: skip
def test_whose_and_what(text: str, wanted: list[tuple[object, ...]]) -> None:
    results = [told(result) for result in read_text(text).results]
    assert [result[: len(one)] for result, one in zip(results, wanted, strict=True)] == wanted


def test_a_value_for_each_set_without_a_name_is_a_curve_of_it() -> None:
    text = "".join(f"Epoch: {k}, Loss: 0.5{k}, Train: 0.98{k}, Val: 0.79{k}, Test: 0.81{k}\n" for k in range(1, 5))
    series = read_text(text).series
    assert {tag: (one.role, one.points[-1]) for tag, one in series.items() if tag != "loss"} == {
        "train": ("train", (4.0, 0.984)),
        "val": ("validation", (4.0, 0.794)),
        "test": ("test", (4.0, 0.814)),
    }


def test_the_shares_of_a_split_are_no_values() -> None:
    assert not read_text("Split: train: 0.800, val: 0.100, test: 0.100\n").results


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        pytest.param(
            "head.json",
            '{\n "summary": {\n  "train": {"count": 12, "cer": 0.25},\n  "test": {"count": 9, "cer": 0.375},\n'
            '  "dev": {"count": 0, "cer": 0.0}\n },\n "rows": [\n  {"cer": 0.12',
            [("train", {"cer": 0.25}, {}), ("test", {"cer": 0.375}, {})],
            id="a document that breaks off, and a set of nothing",
        ),
        pytest.param(
            "two.json",
            '{\n "model": "a",\n "accuracy": 0.91\n}\n{\n "model": "b",\n "accuracy": 0.93\n}\n',
            [("unclear", {"accuracy": 0.91}, {"model": "a"}), ("unclear", {"accuracy": 0.93}, {"model": "b"})],
            id="one document behind the other",
        ),
        pytest.param(
            "comma.json",
            '{\n "model": "a",\n "accuracy": 0.91,\n}\n',
            [("unclear", {"accuracy": 0.91}, {"model": "a"})],
            id="a comma too many",
        ),
        pytest.param(
            "test_results.json",
            '{"test_acc": 0.91, "epoch": 10, "lr": 0.001}',
            [("test", {"test_acc": 0.91}, {"epoch": "10"})],
            id="a file of one line is no log",
        ),
        pytest.param(
            "folds.csv",
            "fold,accuracy\n1,0.91\n2,0.92\nmean,0.915\nstd,0.005\n",
            [
                ("unclear", {"accuracy": 0.91}, {"fold": "1"}),
                ("unclear", {"accuracy": 0.92}, {"fold": "2"}),
                ("unclear", {"accuracy": 0.915}, {"fold": "mean"}),
            ],
            id="a row of spreads",
        ),
        pytest.param(
            "means.csv",
            "metric,mean,std\naccuracy,0.91,0.01\nf1,0.90,0.02\n",
            [("unclear", {"accuracy": 0.91}, {}), ("unclear", {"f1": 0.9}, {})],
            id="a mean and its spread",
        ),
        pytest.param(
            "data.json",
            '{"dataset": {"rows": 256, "positive_rate": 0.25, "score": 0.5}, "test": {"auc": 0.75}}',
            [("test", {"auc": 0.75}, {})],
            id="rates of the data",
        ),
    ],
)
def test_files(tmp_path: Path, name: str, text: str, wanted: list[Wanted]) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert [told(result) for result in read_file(tmp_path / name).results] == wanted
