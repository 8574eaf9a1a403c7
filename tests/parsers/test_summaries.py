"""Statistics and values under a heading that says of what they are."""

from __future__ import annotations

from labjournal.parsers import ParsedResult, read_text


def only(text: str) -> ParsedResult:
    (result,) = read_text(text).results
    return result


def test_statistics_of_an_error_are_named_after_the_line_that_names_it() -> None:
    text = (
        "Compared 88 relative pose pairs.\n"
        "RPE w.r.t. rotation angle in degrees (deg)\n"
        "for delta = 1 (frames) using consecutive pairs\n"
        "\n"
        "       max\t2.103471\n      mean\t0.412345\n    median\t0.398123\n      rmse\t0.500871\n       std\t0.201744\n"
    )
    assert only(text).metrics == {
        "rpe_max": 2.103471,
        "rpe_mean": 0.412345,
        "rpe_median": 0.398123,
        "rpe_rmse": 0.500871,
        "rpe_std": 0.201744,
    }


def test_statistics_under_a_metric_with_its_unit() -> None:
    result = only("Hausdorff distance (mm)\nmin: 0.52\nmean: 3.81\nmax: 12.40\n")
    assert set(result.metrics.values()) == {0.52, 3.81, 12.40}
    assert all(name.startswith("hausdorff") for name in result.metrics)


def test_statistics_of_nothing_known_are_no_results() -> None:
    assert not read_text("Lengths of documents\nmin: 12.0\nmean: 340.5\nmax: 2210.0\n").results
    assert not read_text("The apes\nmin: 12.0\nmean: 340.5\nmax: 2210.0\n").results


def test_means_with_intervals_belong_to_who_is_named_and_to_the_heading() -> None:
    text = (
        "========== FID Summary ==========\n"
        "---> [real] Mean: 0.0031 CInterval: 0.0002\n"
        "---> [ours.pt] Mean: 0.4120 CInterval: 0.0110\n"
        "========== R_precision Summary ==========\n"
        "---> [ours.pt](top 1) Mean: 0.4811 CInt: 0.0020;(top 2) Mean: 0.6730 CInt: 0.0030;\n"
    )
    told = [(result.options["group"], dict(result.metrics)) for result in read_text(text).results]
    assert told == [
        ("real", {"fid": 0.0031}),
        ("ours.pt", {"fid": 0.4120}),
        ("ours.pt", {"r_precision_top_1": 0.4811, "r_precision_top_2": 0.6730}),
    ]


def test_a_class_a_line_under_the_metric() -> None:
    text = (
        "Class Dice:\n   class 0: 0.991\n   class 1: X\n   class 2: 0.734\n"
        "Class IoU:\n   liver: 0.91\n   tumour: 0.58\n"
    )
    told = [(result.options["class"], dict(result.metrics)) for result in read_text(text).results]
    assert told == [("0", {"dice": 0.991}), ("2", {"dice": 0.734}), ("liver", {"iou": 0.91}), ("tumour", {"iou": 0.58})]


def test_rows_of_a_frame_are_not_named_by_their_numbers() -> None:
    text = (
        "                    metric threshold    value idx\n"
        "1                   max f1  0.301122 0.811908 201\n"
        "2             max accuracy  0.512208 0.887239 144\n"
        "3 max mean_per_class_error  0.354028 0.126278 177\n"
    )
    found = read_text(text).results
    assert {name: value for result in found for name, value in result.metrics.items()} == {
        "f1": 0.811908,
        "accuracy": 0.887239,
        "mean_per_class_error": 0.126278,
    }
    assert found[0].options == {"threshold": "0.301122"}


def test_output_pasted_as_comments_without_a_space() -> None:
    text = (
        "#=== Performance ===\n#Test set performance:\n#  .metric  .estimator .estimate\n"
        "#1 accuracy binary         0.971\n#2 roc_auc  binary         0.986\n"
    )
    result = only(text)
    assert (result.role, result.metrics) == ("test", {"accuracy": 0.971, "roc_auc": 0.986})
    assert not read_text("#define ACC 0.91\n#define F1 0.82\n#define AUC 0.73\n#define MAP 0.64\n").results


def test_a_model_card_below_its_tags() -> None:
    text = (
        "---\nlicense: mit\ntags:\n- mteb\nmodel-index:\n- name: small\n  results:\n  - dataset:\n      name: STS12\n"
        "      split: test\n    metrics:\n      - type: spearman\n        value: 71.3\n---\n"
    )
    result = only(text)
    assert (result.dataset, result.role, result.metrics) == ("STS12", "test", {"spearman": 71.3})


def test_kaldi_says_after_its_counts_that_a_part_was_scored() -> None:
    text = "%WER 21.07 [ 1404 / 6664, 112 ins, 201 del, 1091 sub ] [PARTIAL] exp//tri3b/decode_dev.si/wer_15_0.0\n"
    result = only(text)
    assert (result.role, result.n, result.options["file"]) == (
        "validation",
        6664,
        "exp//tri3b/decode_dev.si/wer_15_0.0",
    )


def test_a_program_that_evaluates_names_no_set() -> None:
    text = "$ bigbench.evaluate --samples=out/human_eval_7b.jsonl --parallel 4\n{'pass@1': 0.3170731707317073}\n"
    assert only(text).role == "unclear"


def test_the_title_of_a_column_of_sets_says_their_role() -> None:
    text = "| Testset | EER(%) |\n|---|---|\n| VoxCeleb-eval | 2.10 |\n| Aishell-dev | 3.40 |\n"
    assert [result.role for result in read_text(text).results] == ["test", "test"]


def test_a_mean_rank_is_a_metric_and_the_rank_of_a_worker_none() -> None:
    assert only("Test:\nHits @1: 0.31\nMean rank: 212.4\n").metrics["mean_rank"] == 212.4
    assert not read_text("rank: 0\nworld size: 4\n").results


def test_a_rule_straight_below_a_rule_begins_another_table() -> None:
    text = (
        "+------+-------+-------+\n| Class | IoU  | Acc  |\n+------+-------+-------+\n| road | 97.10 | 98.20 |\n"
        "| tree | 81.30 | 90.40 |\n+------+-------+-------+\n+-------+-------+-------+\n|  aAcc |  mIoU |  mAcc |\n"
        "+-------+-------+-------+\n| 96.50 | 89.20 | 94.30 |\n+-------+-------+-------+\n"
    )
    *_, whole = read_text(text).results
    assert (dict(whole.options), whole.metrics) == ({}, {"aacc": 96.50, "miou": 89.20, "macc": 94.30})


def test_the_last_part_of_a_path_says_the_set() -> None:
    table = (
        "|dataset|Snt|Wrd|Corr|Sub|Del|Ins|Err|S.Err|\n|---|---|---|---|---|---|---|---|---|\n"
        "|decode_asr_model_valid.acc.ave/test_clean|200|1931|98.0|1.1|0.9|0.1|2.1|11.8|\n"
        "|decode_asr_model_valid.acc.ave/org/dev|200|1789|97.6|1.4|1.0|1.5|3.9|13.8|\n"
    )
    assert [result.role for result in read_text(f"### WER\n\n{table}").results] == ["test", "validation"]
    corpus = "%WER 12.50 [ 125 / 1000, 10 ins, 15 del, 100 sub ] exp/tri2/decode_test_cv/wer_11_0.0\n"
    assert only(corpus).role == "test"


def test_sentences_before_dictionaries_tell_them_apart() -> None:
    text = (
        "2023-01-02 10:00:00,120 eval INFO Metrics of the test data in dry weather: {'rmse': 1.25, 'mae': 0.91}\n"
        "2023-01-02 10:00:00,160 eval INFO Metrics of the test data in wet weather: {'rmse': 2.75, 'mae': 1.98}\n"
    )
    dry, wet = read_text(text).results
    assert ("dry" in dry.options["group"], "wet" in wet.options["group"]) == (True, True)
    assert dry.role == wet.role == "test"
