"""Titles in two rows, an index of several levels, and tables whose metric only the words above them name."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

GROUPED = [
    pytest.param(
        "              dev                    test\n"
        "           p      r      f1       p      r      f1\n"
        "lstm    0.8123 0.8011 0.8067  0.7912 0.7804 0.7858\n",
        [
            ("validation", {"precision": 0.8123, "recall": 0.8011, "f1": 0.8067}, {"row": "lstm"}),
            ("test", {"precision": 0.7912, "recall": 0.7804, "f1": 0.7858}, {"row": "lstm"}),
        ],
        id="two sets over the same columns",
    ),
    pytest.param(
        "| Model | Dev | | | Test | | |\n|---|---|---|---|---|---|---|\n| | P | R | F1 | P | R | F1 |\n"
        "| lstm | 81.2 | 80.1 | 80.6 | 79.1 | 78.0 | 78.5 |\n",
        [
            ("validation", {"precision": 81.2, "recall": 80.1, "f1": 80.6}, {"Model": "lstm"}),
            ("test", {"precision": 79.1, "recall": 78.0, "f1": 78.5}, {"Model": "lstm"}),
        ],
        id="the same in markdown, with empty cells",
    ),
    pytest.param(
        "Method      |      ETTh1      |      ETTh2\n"
        "            |  MSE      MAE   |  MSE      MAE\n"
        "------------+-----------------+-----------------\n"
        "PatchTST    | 0.370    0.400  | 0.274    0.337\n",
        [
            ("unclear", {"mse": 0.37, "mae": 0.4}, {"Method": "PatchTST", "column": "ETTh1"}),
            ("unclear", {"mse": 0.274, "mae": 0.337}, {"Method": "PatchTST", "column": "ETTh2"}),
        ],
        id="bars between groups, and a name that ends like a set",
    ),
    pytest.param(
        "<table><tr><th rowspan=2>Model</th><th colspan='2'>WN18</th><th colspan='2'>FB15k</th></tr>\n"
        "<tr><th>MRR</th><th>Hits@10</th><th>MRR</th><th>Hits@10</th></tr>\n"
        "<tr><td>TransE</td><td>0.495</td><td>0.943</td><td>0.463</td><td>0.749</td></tr></table>\n",
        [
            ("unclear", {"mrr": 0.495, "hits10": 0.943}, {"Model": "TransE", "column": "WN18"}),
            ("unclear", {"mrr": 0.463, "hits10": 0.749}, {"Model": "TransE", "column": "FB15k"}),
        ],
        id="cells of HTML that span columns and rows",
    ),
    pytest.param(
        "       accuracy             f1\n"
        "           mean    std    mean    std\n"
        "model\n"
        "gcn      0.8150  0.012  0.8060  0.011\n"
        "gat      0.8300  0.010  0.8210  0.009\n",
        [
            ("unclear", {"accuracy_mean": 0.815, "f1_mean": 0.806}, {"model": "gcn"}),
            ("unclear", {"accuracy_mean": 0.83, "f1_mean": 0.821}, {"model": "gat"}),
        ],
        id="statistics under each metric",
    ),
    pytest.param(
        "                 accuracy      f1\n"
        "dataset model\n"
        "cora    gcn        0.8150  0.8060\n"
        "        gat        0.8300  0.8210\n"
        "pubmed  gcn        0.7900  0.7850\n",
        [
            ("unclear", {"accuracy": 0.815, "f1": 0.806}, {"dataset": "cora", "model": "gcn"}),
            ("unclear", {"accuracy": 0.83, "f1": 0.821}, {"dataset": "cora", "model": "gat"}),
            ("unclear", {"accuracy": 0.79, "f1": 0.785}, {"dataset": "pubmed", "model": "gcn"}),
        ],
        id="an index of two levels",
    ),
    pytest.param(
        "| Model | Paper | | Ours | |\n|---|---|---|---|---|\n| | acc | f1 | acc | f1 |\n"
        "| a | 0.91 | 0.90 | 0.88 | 0.87 |\n",
        [("unclear", {"accuracy": 0.88, "f1": 0.87}, {"Model": "a", "column": "Ours"})],
        id="what a paper reports was not measured here",
    ),
]
ABOVE = [
    pytest.param(
        "The table shows the word error rate of each model on the two parts.\n\n"
        "| Model | test-clean | test-other | params (M) |\n|---|---|---|---|\n| base | 5.12 | 12.34 | 74.2 |\n",
        [
            ("test", {"word_error_rate": 5.12}, {"row": "base", "column": "test-clean"}),
            ("test", {"word_error_rate": 12.34}, {"row": "base", "column": "test-other"}),
        ],
        id="a sentence names the metric of all cells",
    ),
    pytest.param(
        "## Benchmark results\n\n| Model | MRPC | QNLI | hours |\n|---|---|---|---|\n| small | 88.9 | 90.5 | 1.5 |\n",
        [("unclear", {"mrpc": 88.9, "qnli": 90.5}, {"Model": "small"})],
        id="results are announced, nothing names what was measured",
    ),
    pytest.param(
        "| Direction | Model | dev | test | #params |\n|---|---|---|---|---|\n| de-en | rnn | 31.77 | 30.74 | 61M |\n",
        [
            ("validation", {"dev": 31.77}, {"Direction": "de-en", "Model": "rnn", "#params": "61M"}),
            ("test", {"test": 30.74}, {"Direction": "de-en", "Model": "rnn", "#params": "61M"}),
        ],
        id="titles that are sets",
    ),
]
NOTHING = [
    pytest.param("| Layer | in | out |\n|---|---|---|\n| conv | 0.5 | 1.5 |\n", id="nothing announces results"),
    pytest.param(
        "Accuracy and training time of both:\n\n| Model | A | B |\n|---|---|---|\n| x | 0.5 | 1.5 |\n",
        id="two things are spoken of",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), [*GROUPED, *ABOVE])
def test_the_words_over_a_table_say_what_its_cells_are(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


@pytest.mark.parametrize("text", NOTHING)
def test_a_table_of_which_nothing_says_what_it_holds_is_left_out(text: str) -> None:
    assert read_text(text).results == ()
