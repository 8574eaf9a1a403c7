"""Results in the head of a model card, in tables written as lists, and in tables whose labels stand last."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text
from labjournal.parsers.simple_yaml import simple_yaml

CARD = """\
---
language: en
learning_rate: 0.001
model-index:
- name: some-model
  results:
  - dataset:
      config: default
      name: MTEB ArguAna
      revision: c22ab2a5
      split: test
      type: mteb/arguana
    metrics:
    - type: map_at_10
      value: 54.196
    - type: mrr_at_10
      value: 54.39228702386607
    task:
      type: Retrieval
  - task:
      name: Text Classification
    dataset:
      name: emotion
      split: validation
    metrics:
    - name: Accuracy
      type: accuracy
      value: 0.9245
---
# Some model
"""


def test_the_head_of_a_model_card_says_data_set_split_and_metrics() -> None:
    results = read_text(CARD).results
    assert [(r.dataset, *told(r)) for r in results] == [
        ("MTEB ArguAna", "test", {"map_at_10": 54.196, "mrr_at_10": 54.39228702386607}, {}),
        ("emotion", "validation", {"accuracy": 0.9245}, {}),
    ]


@pytest.mark.parametrize("text", ["a: [1, 2\n b", "- a: 1\n   b: 2\n c", "just words"])
def test_what_is_no_simple_yaml_is_none(text: str) -> None:
    assert simple_yaml(text.splitlines()) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            ".. list-table:: WN18RR\n   :header-rows: 1\n\n   * -\n     - MRR\n     - Hits@1\n   * - Maximum\n"
            "     - .494\n"
            "     - .452\n   * - Noisy-OR\n     - .454\n     - .399\n",
            [
                ("unclear", {"mrr": 0.494, "hits1": 0.452}, {"row": "Maximum"}),
                ("unclear", {"mrr": 0.454, "hits1": 0.399}, {"row": "Noisy-OR"}),
            ],
            id="a table written as lists",
        ),
        pytest.param(
            "                 TP Rate  FP Rate  Precision  Recall   F-Measure  ROC Area  Class\n"
            "                 0,115    0,110    0,431      0,115    0,181      0,509     Ein Paar\n"
            "                 0,891    0,885    0,503      0,891    0,643      0,518     Hohe Karte\n"
            "Weighted Avg.    0,495    0,486    0,434      0,495    0,399      0,516\n",
            [
                (
                    "unclear",
                    {"precision": 0.431, "recall": 0.115, "F_score": 0.181, "roc_auc": 0.509},
                    {"class": "Ein Paar"},
                ),
                (
                    "unclear",
                    {"precision": 0.503, "recall": 0.891, "F_score": 0.643, "roc_auc": 0.518},
                    {"class": "Hohe Karte"},
                ),
                (
                    "unclear",
                    {"precision": 0.434, "recall": 0.495, "F_score": 0.399, "roc_auc": 0.516},
                    {"row": "Weighted Avg."},
                ),
            ],
            id="labels behind the values, decimal commas",
        ),
        pytest.param(
            "                     Class: 1 Class: 2\nSensitivity            1.0000   0.9537\n"
            "Specificity            0.9948   1.0000\n",
            [
                ("unclear", {"sensitivity": 1.0, "specificity": 0.9948}, {"column": "Class_1"}),
                ("unclear", {"sensitivity": 0.9537, "specificity": 1.0}, {"column": "Class_2"}),
            ],
            id="classes that are numbers",
        ),
        pytest.param(
            "|**Class**|**P**|**R**|**mAP50**|**mAP50-95: 100% 2/2 [00:01<00:00,  1.02it/s]**|\n|:--|:--|:--|:--|:--|\n"
            "|all|0.66|0.722|**0.736**|0.36|\n",
            [("unclear", {"precision": 0.66, "recall": 0.722, "map50": 0.736, "map50_95": 0.36}, {"Class": "all"})],
            id="a progress bar behind the last title",
        ),
        pytest.param(
            "| Metric | Value |\n|---|---|\n| Accuracy (1-merror) | 0.9981 |\n| AP (↑ better) | 0.75 |\n"
            "| AR_large | -1 |\n",
            [("unclear", {"accuracy": 0.9981, "ap": 0.75}, {})],
            id="what brackets say of a metric, and what there was none of",
        ),
        pytest.param(
            "CV Accuracy (mean ± std): 0.9985 ± 0.0004\n",
            [("validation", {"cv_accuracy": 0.9985}, {})],
            id="a name that announces its spread",
        ),
        pytest.param(
            "NER P   83.77\nNER R   85.67\nNER F   84.71\n",
            [("unclear", {"ner_precision": 83.77, "ner_recall": 85.67, "ner_f1": 84.71}, {})],
            id="spaCy's letters",
        ),
        pytest.param(
            "C ROUGE-1 Average_R: 0.35439 (95%-conf.int. 0.33951 - 0.36968)\n"
            "C ROUGE-1 Average_F: 0.35953 (95%-conf.int. 0.34439 - 0.37447)\n",
            [("unclear", {"rouge1_r": 0.35439, "rouge1_f": 0.35953}, {"system": "C"})],
            id="ROUGE-1.5.5",
        ),
        pytest.param(
            "MAE 8.63, rMAE 0.58, RMSE 12.36, wMAPE 0.95\n",
            [("unclear", {"mae": 8.63, "rmae": 0.58, "rmse": 12.36, "wmape": 0.95}, {})],
            id="relative and weighted errors",
        ),
        pytest.param(
            "Results:\n- F1-score (micro) 0.9402\n- F1-score (macro) 0.9305\n",
            [("unclear", {"micro_f1": 0.9402, "macro_f1": 0.9305}, {})],
            id="an average in brackets, no colon",
        ),
        pytest.param(
            "average loss = 0.0395241 h\n",
            [("validation", {"average_loss": 0.0395241}, {})],
            id="Vowpal Wabbit, held out",
        ),
    ],
)
def test_whose_and_what(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_rows_left_out_of_a_training_table_do_not_end_it() -> None:
    text = (
        "E    #       LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE\n---  ------  --------  ------  ------  ------  ------\n"
        "  0       0   2028.92    0.00    0.00    0.01    0.00\n...\n"
        " 22   13600    340.90   97.73   97.00   98.47    0.98\n"
        " 22   13800    333.28   98.20   97.99   98.42    0.98\n"
    )
    series = read_text(text).series
    assert {tag: series[tag].points[-1][1] for tag in ("ENTS_F", "ENTS_P", "ENTS_R", "SCORE")} == {
        "ENTS_F": 98.2, "ENTS_P": 97.99, "ENTS_R": 98.42, "SCORE": 0.98,
    }  # fmt: skip


def test_a_file_that_was_scored_says_which_set_and_how_many_words() -> None:
    text = (
        "# Results (2 epochs):\n# Number of parameters: 6056880\n"
        "# %WER 15.3 | 507 17792 | 87.4 9.0 3.6 2.7 15.3 90.1 | -0.081 | exp/tdnn_sp/decode_dev/score_10/ctm.sys\n"
        "# %WER 13.8 | 1155 27512 | 88.5 8.7 2.7 2.3 13.8 84.2 | -0.076 | exp/tdnn_sp/decode_test/score_10/ctm.sys\n"
    )
    assert [(r.role, dict(r.metrics), r.n) for r in read_text(text).results] == [
        ("validation", {"wer": 0.153}, 17792),
        ("test", {"wer": 0.138}, 27512),
    ]
