"""Forms of many tools, each in a few lines: what a careful reader records of them, and what nobody would."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

NOTHING = [
    pytest.param(
        "           accuracy        f1\naccuracy   1.000000  0.934000\nf1         0.934000  1.000000\n",
        id="a printed correlation matrix",
    ),
    pytest.param(
        "|          |   accuracy |    f1 |\n|:---------|-----------:|------:|\n"
        "| accuracy |      1.000 | 0.934 |\n| f1       |      0.934 | 1.000 |\n",
        id="a drawn correlation matrix",
    ),
    pytest.param(",accuracy,f1\naccuracy,1.0,0.93\nf1,0.93,1.0\n", id="a saved correlation matrix"),
    pytest.param("Correlation matrix:\nf1: 0.83\nprecision: 0.44\n", id="what depends on what"),
    pytest.param("Tasa de aprendizaje: 0.0012\nLernrate: 0,00123\n学習率: 0.00125\n", id="settings in other languages"),
    pytest.param("best accuracy has been updated: 0.94100 --> 0.95310.\n", id="a value and the one after it"),
    pytest.param(
        "### 1. F1: 1.0000\n\n- Reference: Rome\n- Prediction: Rome\n- Precision: 1.0000, Recall: 1.0000\n",
        id="what one prediction scored",
    ),
    pytest.param("I got low results. (I see you get 88% accuracy)\n", id="what somebody else got"),
    pytest.param("Feature importances:\nscore: 0.31\nrecall: 0.22\n", id="importances"),
    pytest.param("id,label,prob,accuracy\n1,0,0.31,1\n2,1,0.93,1\n3,1,0.43,0\n", id="a row for each example"),
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_nobody_measured_is_no_result(text: str) -> None:
    assert read_text(text).results == ()


def test_of_a_description_the_mean_is_the_value() -> None:
    text = "          accuracy        f1\ncount     5.000000  5.000000\nmean      0.912000  0.904000\n"
    text += "std       0.011000  0.012000\nmin       0.895000  0.889000\nmax       0.925000  0.919000\n"
    assert [dict(result.metrics) for result in read_text(text).results] == [{"accuracy": 0.912, "f1": 0.904}]


Told = list[tuple[str, dict[str, float]]]
FORMS = [
    pytest.param(
        "Scores for train set:\n              precision    recall  f1-score   support\n\n"
        "           0       0.83      0.87      0.85        40\n\n"
        "    accuracy                           0.83        70\n\n"
        "Scores for test set:               precision    recall  f1-score   support\n\n"
        "           0       0.99      0.86      0.92        57\n\n"
        "    accuracy                           0.86        81\n",
        [("train", {"accuracy": 0.83}), ("test", {"accuracy": 0.86})],
        id="a heading on the line of titles",
    ),
    pytest.param(
        "Dep. Variable:                  price   R-squared:                       0.812\n"
        "Model:                            OLS   Adj. R-squared:                  0.809\n",
        [("unclear", {"r2": 0.812, "adjr2": 0.809})],
        id="columns of names and values",
    ),
    pytest.param("accuracy =\n\n    0.9432\n", [("unclear", {"accuracy": 0.9432})], id="a value below its name"),
    pytest.param("Test Acc ➜ 94.7%\n", [("test", {"accuracy": 0.947})], id="an arrow"),
    pytest.param("テストF1スコア: 0.901\n", [("test", {"f1": 0.901})], id="F1 in Japanese"),
    pytest.param(
        "{'wer': 0.1234}\nSubstitutions: 120, Hits: 1200\n", [("unclear", {"wer": 0.1234})], id="a count of hits"
    ),
    pytest.param(
        "| Model | mIoU | log |\n|---|---|---|\n| FCN-8 | 0.46 | [log](a.txt) |\n| FCN-16 | 0.52 | |\n"
        "| FCN-32 | 0.53 | [log](b.txt)\n",
        [("unclear", {"miou": 0.46}), ("unclear", {"miou": 0.52}), ("unclear", {"miou": 0.53})],
        id="a last column left open",
    ),
    pytest.param(
        "| Trial name | acc |\n|---|---|\n| train_tune_a1_00000 | 0.9312 |\n",
        [("unclear", {"accuracy": 0.9312})],
        id="train within a name",
    ),
    pytest.param(
        "[0]\ttrain-auc:0.81\ttest-auc:0.790\n[99]\ttrain-auc:0.95\ttest-auc:0.871\nAUC on test: 0.871\n",
        [("test", {"auc": 0.871})],
        id="the test said again below its curve",
    ),
    pytest.param(
        "Eval Epoch: 32 top1: 0.6312 top5: 0.8876\n",
        [("validation", {"top1": 0.6312, "top5": 0.8876})],
        id="one evaluation and no training",
    ),
    pytest.param(
        "MAE=3.200 | P/R/F1@K=10: 0.115/0.137/0.125\n",
        [("unclear", {"mae": 3.2, "precision10": 0.115, "recall10": 0.137, "F1_at_10": 0.125})],
        id="names with one cut before as many values",
    ),
    pytest.param(
        "| Metric | Value |\n|---|---|\n| train_loss | 0.692 |\n| val_loss | 0.688 |\n",
        [("train", {"train_loss": 0.692}), ("validation", {"val_loss": 0.688})],
        id="two roles in a table of metrics",
    ),
    pytest.param(
        "| Model | F1 ↑ |\n|---|---|\n| A 🚀 | 0.943 🏆 |\n", [("unclear", {"f1": 0.943})], id="marks behind a value"
    ),
    pytest.param(
        "The new run finished last night. We got 87.3% accuracy on the test set (learning rate 0.0003).\n",
        [("test", {"accuracy": 0.873})],
        id="the second sentence of a line",
    ),
    pytest.param(
        "{'faithfulness': 0.8912, 'answer_relevancy': 0.9123}\n",
        [("unclear", {"faithfulness": 0.8912, "answer_relevancy": 0.9123})],
        id="how well answers keep to their sources",
    ),
    pytest.param(
        "Testing 1 bird                 - PSNR: 40.73 dB; SSIM: 0.9847\n",
        [("test", {"psnr": 40.73, "ssim": 0.9847})],
        id="a dash behind a wide gap",
    ),
    pytest.param("Area under the curve: 0.5377\n", [("unclear", {"auc": 0.5377})], id="a metric in words"),
    pytest.param(
        "       seed  val_acc\ncount  6.0000   6.0000\nmean   507.50   0.9962\nstd    1.8708   0.0028\n",
        [("validation", {"val_acc": 0.9962})],
        id="a description with more columns",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), FORMS)
def test_what_tools_print_is_read(text: str, wanted: Told) -> None:
    assert [(result.role, dict(result.metrics)) for result in read_text(text).results] == wanted


def test_an_empty_first_cell_repeats_the_one_above() -> None:
    table = (
        "| Dataset | Model | MRR |\n|---|---|---|\n| FB15K | A | 0.352 |\n|       | B | 0.343 |\n| WN18 | A | 0.431 |\n"
    )
    found = [(result.options["Dataset"], result.options["Model"]) for result in read_text(table).results]
    assert found == [("FB15K", "A"), ("FB15K", "B"), ("WN18", "A")]


def test_letters_mean_something_beside_each_other() -> None:
    text = "[{'strict': {'f': 0.4786, 'p': 0.6364, 'r': 0.3836}, 'partial': {'f': 0.4471, 'p': 0.5278, 'r': 0.3878}}]\n"
    one, two = read_text(text).results
    assert one.metrics == {"f1": 0.4786, "precision": 0.6364, "recall": 0.3836}
    assert (one.options, two.options) == ({"group": "strict"}, {"group": "partial"})
    for other in ("{'p': 3, 'r': 4}\n", "{'p': 0.1, 'r': 3.0}\n", "{'p': 0.5, 'q': 0.5, 'r': 0.5}\n", "{'p': 0.5}\n"):
        assert read_text(other).results == (), other


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("Testpräzision: 0.9699\n", "precision"),
        ("Testgenauigkeit: 0.9699\n", "accuracy"),
        ("Testverlust: 0.97\n", "loss"),
    ],
)
def test_german_writes_role_and_quantity_as_one_word(text: str, metric: str) -> None:
    (result,) = read_text(text).results
    assert result.role == "test"
    assert list(result.metrics) == [metric]
