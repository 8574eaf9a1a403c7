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
