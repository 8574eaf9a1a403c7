"""What counts as measured here: no range, goal, example or setting; each value with its own set, class and name."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Wanted = list[tuple[str, dict[str, float], dict[str, str]]]


def told(text: str) -> Wanted:
    return [(result.role, dict(result.metrics), dict(result.options)) for result in read_text(text).results]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("MAE: 1.5–2.5\nF1: 0.79 - 0.82\nrecall: 80-85%\n", id="ranges"),
        pytest.param("accuracy: 90%+\nmAP@0.5: 0.6+\n", id="at least"),
        pytest.param("Goals:\n- precision: 0.75\n- recall: 0.5\n", id="goals"),
        pytest.param("目標性能:\n- F1: 0.75\n", id="goals in another language"),
        pytest.param("## Expected output\n\nTest accuracy: 0.75\n", id="what a manual expects"),
        pytest.param(
            "prints the metrics, e.g. `test loss: 0.25, test accuracy: 0.75`\n", id="an example in a sentence"
        ),
        pytest.param("check.py --lang af --max-err=10 data/dev.txt\n", id="options of a command"),
        pytest.param("acceptanceThresholds: {\n  maximumRmse: 0.02,\n  worstError: 0.05,\n}\n", id="limits"),
        pytest.param("precision/recall: 0.75\n", id="two names and one value"),
        pytest.param("Parser score:\nar_padt 77.25\n", id="a treebank that begins like a metric"),
    ],
)
def test_what_was_not_measured_is_no_result(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "precision / recall: 0.75 / 0.5\nLoss (train/val): 0.25/0.5\n",
            [
                ("unclear", {"precision": 0.75, "recall": 0.5}, {}),
                ("train", {"loss": 0.25}, {}),
                ("validation", {"loss": 0.5}, {}),
            ],
            id="names before as many values",
        ),
        pytest.param(
            "The model achieved a very high accuracy of 0.75 and an F1 of 0.5\n",
            [("unclear", {"accuracy": 0.75, "f1": 0.5}, {})],
            id="a sentence",
        ),
        pytest.param(
            "Min salary accuracy: 0.25\nMax salary accuracy: 0.75\nMax accuracy: 0.5\n",
            [
                ("unclear", {"min_salary_accuracy": 0.25, "max_salary_accuracy": 0.75}, {}),
                ("unclear", {"accuracy": 0.5}, {}),
            ],
            id="min and max of something else",
        ),
        pytest.param(
            "Dice Coefficient: 0.75\nMean reciprocal rank: 0.5\nSpearman's rank correlation: 0.25\n",
            [("unclear", {"dice": 0.75, "mrr": 0.5, "spearman_correlation": 0.25}, {})],
            id="names that hold a forbidden word",
        ),
        pytest.param(
            "acc_opt_thr: 0.75\nopt_thr_acc: 0.5\nrec: 0.25\n",
            [("unclear", {"acc_opt_thr": 0.75, "recall": 0.25}, {})],
            id="at the best threshold, and that threshold",
        ),
        pytest.param(
            "Test statistics: Old nodes -- acc: 0.75\nTest statistics: New nodes -- acc: 0.5\n",
            [("test", {"accuracy": 0.75}, {"group": "Old nodes"}), ("test", {"accuracy": 0.5}, {"group": "New nodes"})],
            id="whose they are behind a heading in the line",
        ),
        pytest.param(
            "class_id = 0, name = car, ap = 12.5%\nclass_id = 1, name = bus, ap = 25.0%\n",
            [("unclear", {"ap": 0.125}, {"group": "car"}), ("unclear", {"ap": 0.25}, {"group": "bus"})],
            id="a class named in the line",
        ),
        pytest.param(
            "Noise 1 | mIoU: 0.5\nNoise 2 | mIoU: 0.25\n",
            [("unclear", {"miou": 0.5}, {"group": "Noise 1"}), ("unclear", {"miou": 0.25}, {"group": "Noise 2"})],
            id="a label before a bar",
        ),
        pytest.param(
            "Accuracy: 96%\nFor the diabetic class specifically:\n- Recall: 0.5\n",
            [("unclear", {"accuracy": 0.96}, {}), ("unclear", {"recall": 0.5}, {"group": "diabetic class"})],
            id="one class only",
        ),
        pytest.param(
            "Training Random Forest...\nTest accuracy: 0.75\nTraining Naive Bayes...\nTest accuracy: 0.5\n",
            [
                ("test", {"accuracy": 0.75}, {"group": "Random Forest"}),
                ("test", {"accuracy": 0.5}, {"group": "Naive Bayes"}),
            ],
            id="models of two words",
        ),
        pytest.param(
            "*   **Evaluation Metrics (Testing Set):**\n    *   Accuracy: 0.75\n",
            [("test", {"accuracy": 0.75}, {})],
            id="a heading within a list",
        ),
        pytest.param("Evaluation\nAccuracy: 0.75\n", [("unclear", {"accuracy": 0.75}, {})], id="evaluated on what"),
        pytest.param(
            "Peak validation AUC: 0.75 (epoch 5)\n",
            [("validation", {"auc": 0.75}, {"epoch": "5"})],
            id="a peak is a best value",
        ),
        pytest.param("<b>Mean Dice:</b> 0.25<br>\n", [("unclear", {"mean_dice": 0.25}, {})], id="marked up"),
        pytest.param(
            "Scores for testset:\nacc of 0.75\n\nBest val_acc So Far: 0.5\n",
            [("test", {"accuracy": 0.75}, {}), ("validation", {"accuracy": 0.5}, {})],
            id="a test and a validation near each other",
        ),
        pytest.param(
            "| setting | result |\n|---|---|\n| lr=1, epochs=9 | val_acc: 0.75 |\n| lr=2, epochs=9 | val_acc: 0.5 |\n",
            [("validation", {"val_acc": 0.75}, {"lr": "1"}), ("validation", {"val_acc": 0.5}, {"lr": "2"})],
            id="how long it was to train is no step",
        ),
        pytest.param(
            "nDCG@10    flat   multi\n           -----  -----\nfiqa       0.25   0.5\nnq         0.75   0.5\n",
            [
                ("unclear", {"ndcg10": 0.25}, {"row": "fiqa", "column": "flat"}),
                ("unclear", {"ndcg10": 0.5}, {"row": "fiqa", "column": "multi"}),
                ("unclear", {"ndcg10": 0.75}, {"row": "nq", "column": "flat"}),
                ("unclear", {"ndcg10": 0.5}, {"row": "nq", "column": "multi"}),
            ],
            id="one metric in the corner of a table",
        ),
        pytest.param(
            "Model           CV Score   Test Acc   Time (s)\n"
            "Random Forest   0.75       0.5        2.34\n"
            "SVM             0.25       0.125      1.5\n",
            [
                ("validation", {"cv_score": 0.75}, {"Model": "Random Forest"}),
                ("test", {"accuracy": 0.5}, {"Model": "Random Forest"}),
                ("validation", {"cv_score": 0.25}, {"Model": "SVM"}),
                ("test", {"accuracy": 0.125}, {"Model": "SVM"}),
            ],
            id="titles and labels of two words",
        ),
        pytest.param(
            "Model,Train Accuracy,Test Accuracy,R²\nridge,0.75,0.5,0.25\nlasso,1,0,0.125\n",
            [
                ("train", {"accuracy": 0.75}, {"Model": "ridge"}),
                ("test", {"accuracy": 0.5}, {"Model": "ridge"}),
                ("unclear", {"r2": 0.25}, {"Model": "ridge"}),
                ("train", {"accuracy": 1.0}, {"Model": "lasso"}),
                ("test", {"accuracy": 0.0}, {"Model": "lasso"}),
                ("unclear", {"r2": 0.125}, {"Model": "lasso"}),
            ],
            id="columns of several sets in CSV",
        ),
        pytest.param(
            "model,epochs,EM\nsmall,5,0.5\nlarge,10,0\n",
            [
                ("unclear", {"em": 0.5}, {"model": "small", "epochs": "5"}),
                ("unclear", {"em": 0.0}, {"model": "large", "epochs": "10"}),
            ],
            id="how long each was trained, and a 0 among fractions",
        ),
        pytest.param(
            "| | A | B |\n|---|---|---|\n"
            "| Best validation Dice | 0.75 | 0.5 |\n| Final validation Dice | 0.25 | 0.125 |\n",
            [
                ("validation", {"dice": 0.75}, {"column": "A"}),
                ("validation", {"dice": 0.5}, {"column": "B"}),
                ("validation", {"dice": 0.25}, {"column": "A", "row": "Final validation Dice"}),
                ("validation", {"dice": 0.125}, {"column": "B", "row": "Final validation Dice"}),
            ],
            id="best and final are two moments",
        ),
    ],
)
def test_each_value_stands_where_it_belongs(text: str, wanted: Wanted) -> None:
    assert told(text) == wanted


def test_a_number_before_the_word_epoch_is_a_step() -> None:
    series = read_text("3 epoch\nloss: 0.5\n\n4 epoch\nloss: 0.25\n").series
    assert {tag: curve.points for tag, curve in series.items()} == {"loss": [(3.0, 0.5), (4.0, 0.25)]}


def test_what_a_document_says_at_its_head_holds_for_the_records_within() -> None:
    reading = read_text('{"task_name": "MS", "model": "small", "scores": {"test": [{"map": 0.5}]}}')
    (result,) = reading.results
    assert (result.role, result.dataset, dict(result.options)) == ("test", "MS", {"model": "small"})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "MRR(filter):0.75\nsFID: 4.5\nAverage Cosine Similarity Higher is better: 0.5\nRank-1  : 25.0%\n",
            [("unclear", {"mrr_filter": 0.75, "sfid": 4.5, "average_cosine_similarity": 0.5, "rank1": 0.25}, {})],
            id="names in many forms",
        ),
        pytest.param(
            "MICRO_AVG: acc 0.75 - f1-score 0.5\nMACRO_AVG: acc 0.25 - f1-score 0.125\n",
            [
                ("unclear", {"accuracy": 0.75, "f1": 0.5}, {"group": "MICRO_AVG"}),
                ("unclear", {"accuracy": 0.25, "f1": 0.125}, {"group": "MACRO_AVG"}),
            ],
            id="averages before their values",
        ),
        pytest.param(
            " valid_m {'mrr': tensor(0.5, device='cuda:0'), 'mr': tensor(8.5, device='cuda:0')}\n test {'mrr': 0.25}\n",
            [("validation", {"mrr": 0.5, "mr": 8.5}, {"group": "valid_m"}), ("test", {"mrr": 0.25}, {})],
            id="a name before a dictionary",
        ),
        pytest.param(
            "Dataset: ETT\nEvaluation result: {'ours': {24: {'norm': {'MSE': 0.5}}, 48: {'norm': {'MSE': 0.25}}}}\n",
            [
                ("validation", {"mse": 0.5}, {"group": "ours/24/norm"}),
                ("validation", {"mse": 0.25}, {"group": "ours/48/norm"}),
            ],
            id="keys that are numbers",
        ),
        pytest.param(
            "thr 0.3:precision:0.75 hmean:0.5\nthr 0.4:precision:0.25 hmean:0.125\nhmean:0.5\n",
            [
                ("unclear", {"precision": 0.75, "hmean": 0.5}, {"threshold": "0.3"}),
                ("unclear", {"precision": 0.25, "hmean": 0.125}, {"threshold": "0.4"}),
                ("unclear", {"hmean": 0.5}, {}),
            ],
            id="values at thresholds",
        ),
        pytest.param(
            "Starting Naive Bayes.....\naccuracy =  51.75\n\nStarting SGD.....\naccuracy =  35.25\n",
            [
                ("unclear", {"accuracy": 51.75}, {"group": "Naive Bayes"}),
                ("unclear", {"accuracy": 35.25}, {"group": "SGD"}),
            ],
            id="what is started",
        ),
        pytest.param("Hits@10: 63\nMean Recall@10: 0.75\n", [("unclear", {"mean_recall10": 0.75}, {})], id="how many"),
        pytest.param(
            '  "exact": 87.5,\n  "f1": 89.25,\n  "best_f1_thresh": 0.25\n',
            [("unclear", {"exact": 87.5, "f1": 89.25}, {})],
            id="SQuAD without its braces",
        ),
        pytest.param(
            "label precision recall f1-score support\nyes 0.50 0.25 0.75 8\nno 0.25 0.75 0.50 4\n"
            "accuracy - - 0.50 12\nmacro-avg 0.375 0.50 0.625 12\n",
            [
                (
                    "unclear",
                    {"accuracy": 0.5, "macro_precision": 0.375, "macro_recall": 0.5, "macro_f1": 0.625},
                    {},
                )
            ],
            id="a report with empty cells",
        ),
    ],
)
def test_forms_found_in_other_logs(text: str, wanted: Wanted) -> None:
    assert told(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("- valid ppl at 2000: 9.25\n", [("validation", {"ppl": 9.25}, {})], id="when, and what"),
        pytest.param("EER (%): 0.75\n", [("unclear", {"eer": 0.0075}, {})], id="percent in the name"),
        pytest.param(
            "Test net output #0: detection_eval = 0.75\n", [("test", {"detection_eval": 0.75}, {})], id="Caffe"
        ),
        pytest.param(
            "{'rouge-1': 0.75, 'bleu-4': 0.5}\n",
            [("unclear", {"rouge1": 0.75, "bleu4": 0.5}, {})],
            id="names with a dash",
        ),
        pytest.param(
            "[sample: a1, WER: 50.0%, decoded samples: 5]\n[sample: b2, WER: 25.0%, decoded samples: 6]\n",
            [("unclear", {"wer": 0.5}, {"group": "a1"}), ("unclear", {"wer": 0.25}, {"group": "b2"})],
            id="one sample of many",
        ),
        pytest.param(
            "epe, epe_noc, err_rate\n  2.5,   1.5,   0.25\n",
            [("unclear", {"epe": 2.5, "epe_noc": 1.5, "err_rate": 0.25}, {})],
            id="names and values parted by commas",
        ),
        pytest.param(
            "IDF1  IDP | Rcll FN | MOTA\n 75.5 84.5 | 99.5 12 | 81.5\n",
            [("unclear", {"idf1": 75.5, "idp": 84.5, "rcll": 99.5, "mota": 81.5}, {})],
            id="names and values parted by bars",
        ),
        pytest.param(
            ">>>>>>>testing : weather_96<<<<<<<\nmse:0.25, mae:0.5\n",
            [("test", {"mse": 0.25, "mae": 0.5}, {})],
            id="announced by a framed line",
        ),
        pytest.param(
            "[INFO test.py line 120 21] Val result: mIoU/mAcc/allAcc 0.75/0.5/0.25.\n",
            [("validation", {"miou": 0.75, "macc": 0.5, "accuracy": 0.25}, {})],
            id="the name of a program says no role",
        ),
    ],
)
def test_forms_found_in_reports_of_faults(text: str, wanted: Wanted) -> None:
    assert told(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2. Testing error handling\n3. Accuracy\n", id="items of a list"),
        pytest.param("> 4. Return **null**.\nelse return false: 3\n", id="return"),
        pytest.param("AC:A7:F1:3F:08\nF2:D1:3F\n", id="fingerprints"),
        pytest.param("raised in test_error.c:196\ntrain_loss.py: 21\n", id="lines of files"),
        pytest.param("score_1: 1 if the node waits\n", id="a definition"),
        pytest.param("The error is set to infinity, the loss is nan when nothing was read\n", id="nan in a sentence"),
    ],
)
def test_words_of_manuals_and_programs_are_no_results(text: str) -> None:
    assert told(text) == []


def test_where_a_rate_was_read_off_is_part_of_its_name() -> None:
    assert told("TPR at FPR 0.01: 0.75\nprecision@recall=0.9: 0.5\n") == [
        ("unclear", {"TPR_at_FPR_0.01": 0.75, "precision_at_recall_0.9": 0.5}, {})
    ]


@pytest.mark.parametrize(
    ("text", "n", "tally"),
    [
        ("recall 113/225, precision 113/141\n", None, None),
        ("sensitivity: 40/50\nspecificity: 90/100\n", None, None),
        ("accuracy 203/250, precision 113/141\n", 250, (203, 250)),
        ("hits 297 / 437  (68.0%)\n", 437, (297, 437)),
    ],
)
def test_only_a_share_of_all_events_says_how_many_there_are(
    text: str, n: int | None, tally: tuple[int, int] | None
) -> None:
    """The denominator of a precision is what was answered so: as the size of a set it makes one set many."""
    found = read_text(text).results
    assert {result.n for result in found} == {n}
    assert {(result.tally.correct, result.tally.total) if result.tally else None for result in found} == {tally}
