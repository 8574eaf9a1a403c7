"""Lines of tools whose values were lost, or went to a curve they are no point of."""

from __future__ import annotations

from labjournal.parsers import read_text

Told = list[tuple[str, dict[str, float], dict[str, str]]]


def told(text: str) -> Told:
    return [(result.role, dict(result.metrics), dict(result.options)) for result in read_text(text).results]


def test_the_best_epoch_of_each_fold_is_no_step_of_one_curve() -> None:
    text = "".join(f"[Fold {k}] Best epoch: {20 - k}, Val AUC: 0.8{k}\n" for k in (1, 2, 3))

    assert told(text) == [
        ("validation", {"auc": float(f"0.8{k}")}, {"fold": str(k), "epoch": str(20 - k)}) for k in (1, 2, 3)
    ]


def test_a_best_epoch_behind_the_step_of_a_line_leaves_it_a_point() -> None:
    text = "".join(f"Epoch {k} val_acc: 0.{k}5 (best epoch {k})\n" for k in (1, 2, 3))

    assert [curve.points for curve in read_text(text).series.values()] == [[(1.0, 0.15), (2.0, 0.25), (3.0, 0.35)]]


def test_the_last_batch_of_a_test_gives_the_mean_of_all() -> None:
    text = (
        "Test: [ 0/10]  Time: 1.2 (1.2)  Loss: 0.5 (0.5)  Acc@1: 87.5 (87.5)\n"
        "Test: [10/10]  Time: 0.1 (0.2)  Loss: 1.5 (0.75)  Acc@1: 62.5 (75.25)\n"
    )

    assert told(text) == [("test", {"loss": 0.75, "acc1": 75.25}, {})]


def test_a_class_at_the_head_of_a_line_is_no_program() -> None:
    text = "Class road: IoU = 0.75\nClass train: IoU = 0.5\nClass bus: IoU = 0.25\n"

    assert [(role, options["group"]) for role, _, options in told(text)] == [
        ("unclear", "Class road"),
        ("unclear", "Class train"),
        ("unclear", "Class bus"),
    ]
    assert told("class Net(nn.Module):\n    accuracy = 0.5\n") == []


def test_a_plus_before_a_name_and_its_value_is_no_trace_of_a_shell() -> None:
    line = "I0501 12:00:00.123456 140735 model_lib.py:1010] \t+ DetectionBoxes_Precision/mAP: 0.3456\n"

    assert told(line) == [("unclear", {"DetectionBoxes_Precision/mAP": 0.3456}, {})]
    assert told("+ python train.py --acc 0.5 --lr 0.1\n") == []


def test_how_a_model_was_tuned_hides_no_value() -> None:
    text = "  Params:\n    lr: 0.001\nTest accuracy with best params: 0.75\n"

    assert told(text) == [("test", {"accuracy": 0.75}, {})]


def test_how_repeats_scatter_is_no_result_and_the_largest_is_called_so() -> None:
    text = "seed 1: acc 0.5, f1 0.25\nseed 2: acc 0.75, f1 0.5\nmean: acc 0.625 f1 0.375\nstd: acc 0.125 f1 0.125\n"
    text += "max: acc 0.75 f1 0.5\n"

    assert [options for _, _, options in told(text)] == [{"seed": "1"}, {"seed": "2"}, {}, {"group": "max"}]


def test_a_name_that_a_wide_gap_parts_owns_all_values_of_the_line() -> None:
    text = "clean    WER: 3.25%  CER: 0.75%\nnoisy    WER: 8.5%  CER: 1.5%\n"

    assert [(sorted(metrics), options) for _, metrics, options in told(text)] == [
        (["cer", "wer"], {"group": "clean"}),
        (["cer", "wer"], {"group": "noisy"}),
    ]


def test_what_a_model_learned_last_is_not_what_it_is_tested_on() -> None:
    assert told("Accuracy on task 1 after task 2: 0.75\n") == [
        ("unclear", {"accuracy": 0.75}, {"task": "1", "after_task": "2"})
    ]


def test_a_name_of_plain_words_drawn_together_is_a_name() -> None:
    text = "ImageNet-A: top-1 21.5\nImageNet-R: top-1 45.5\n"

    assert [options for _, _, options in told(text)] == [{"group": "ImageNet-A"}, {"group": "ImageNet-R"}]


def test_a_threshold_is_no_data_set() -> None:
    text = "".join(f"=== Results for threshold 0.{k} ===\nPrecision: 0.{k}5\n" for k in (3, 5))

    assert [result.dataset for result in read_text(text).results] == [None, None]
    assert ["0.3" in str(options) for _, _, options in told(text)] == [True, False]
