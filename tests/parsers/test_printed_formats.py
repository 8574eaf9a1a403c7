"""What people print, one text a habit: (text, results as (role, metrics), curves as tag -> number of points)."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Results = list[tuple[str, dict[str, float]]]

PRINTED: dict[str, tuple[str, Results, dict[str, int]]] = {
    "pytorch's MNIST example": (
        "Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.305400\n"
        "Test set: Average loss: 0.0530, Accuracy: 9825/10000 (98%)\n"
        "Train Epoch: 2 [0/60000 (0%)]\tLoss: 0.305400\n"
        "Test set: Average loss: 0.0267, Accuracy: 9912/10000 (99%)\n",
        [],
        {"loss": 2, "test_average_loss": 2, "test_accuracy": 2},
    ),
    "a test after one epoch is a result": (
        "Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.3\nTest set: Average loss: 0.0530, Accuracy: 9825/10000 (98%)\n",
        [("test", {"average_loss": 0.053, "accuracy": 0.9825})],
        {"loss": 1},
    ),
    "pytorch's tutorial": (
        "Accuracy of the network on the 10000 test images: 55 %\n",
        [("test", {"accuracy": 0.55})],
        {},
    ),
    "imagenet": (
        "Test: [0/100] Time 0.5 (0.5) Loss 0.3 (0.3) Acc@1 90.0 (90.0)\n * Acc@1 76.130 Acc@5 92.862\n",
        [("test", {"acc1": 76.13, "acc5": 92.862})],
        {},
    ),
    "epochs with a best one": (
        "Epoch 3/10 | train loss 0.512 | val loss 0.601 | val acc 82.1% | lr 3e-4 | 12.3s\n"
        "Epoch 4/10 | train loss 0.412 | val loss 0.501 | val acc 83.1% | lr 3e-4 | 12.1s\n"
        "Best val acc: 83.1% at epoch 4\n",
        [("validation", {"accuracy": 0.831})],
        {"train_loss": 2, "val_loss": 2, "val_accuracy": 2},
    ),
    "best model saved again and again": (
        "Model saved! Best val_acc=0.90\nModel saved! Best val_acc=0.92\nModel saved! Best val_acc=0.93\n",
        [("validation", {"accuracy": 0.93})],
        {},
    ),
    "training is not validation": (
        "Train Accuracy: 0.99\nTest Accuracy: 0.91\n",
        [("train", {"accuracy": 0.99}), ("test", {"accuracy": 0.91})],
        {},
    ),
    "a role goes on along its line": (
        "Test accuracy = 0.9312, AUC = 0.98\nTraining accuracy = 0.9912, AUC = 0.99\n",
        [("test", {"accuracy": 0.9312, "auc": 0.98}), ("train", {"accuracy": 0.9912, "auc": 0.99})],
        {},
    ),
    "emoji": (
        "✅ Test Accuracy: 92.10%\n🎯 F1 (macro): 0.8812\n",
        [("test", {"accuracy": 0.921, "macro_f1": 0.8812})],
        {},
    ),
    "german": ("Genauigkeit auf Testdaten: 91,2 %\nVerlust: 0,35\n", [("test", {"accuracy": 0.912, "loss": 0.35})], {}),
    "french": (
        "Précision sur le jeu de test : 0,87\nPerte: 0,45\n",
        [("test", {"precision": 0.87, "loss": 0.45})],
        {},
    ),
    "chinese": (
        "测试集准确率: 91.23%\n验证集损失：0.3512\n",
        [("test", {"accuracy": 0.9123}), ("validation", {"loss": 0.3512})],
        {},
    ),
    "name and value on two lines": (
        "Test accuracy:\n0.9312\nTest loss:\n0.2312\n",
        [("test", {"accuracy": 0.9312, "loss": 0.2312})],
        {},
    ),
    "value before name": ("93.2% accuracy on the test set\n", [("test", {"accuracy": 0.932})], {}),
    "wrapped scalars and errors": (
        "accuracy: tensor(0.9123, device='cuda:0')\nloss = np.float64(0.3456)\nAUC: 0.95 ± 0.02\n",
        [("unclear", {"accuracy": 0.9123, "loss": 0.3456, "auc": 0.95})],
        {},
    ),
    "a sentence": (
        "The model achieved an accuracy of 91.2% and an F1 score of 0.88 on the test set.\n",
        [("test", {"accuracy": 0.912, "f1": 0.88})],
        {},
    ),
    "xgboost": (
        "[10]\tvalidation_0-auc:0.93123\tvalidation_1-logloss:0.3012\n"
        "[20]\tvalidation_0-auc:0.94123\tvalidation_1-logloss:0.2912\n",
        [],
        {"validation_0-auc": 2, "validation_1-logloss": 2},
    ),
    "lightgbm": ("[100]\ttraining's l2: 0.2\tvalid_1's l2: 0.31\n", [], {"training_l2": 1, "valid_1_l2": 1}),
    "fastai": (
        "epoch     train_loss  valid_loss  accuracy  time    \n"
        "0         0.512345    0.412345    0.881234  00:12     \n"
        "1         0.412345    0.312345    0.901234  00:12     \n",
        [],
        {"train_loss": 2, "valid_loss": 2, "accuracy": 2},
    ),
    "lightning's table": (
        "┃        Test metric        ┃       DataLoader 0        ┃\n"
        "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━┩\n"
        "│         test_acc          │    0.9812999963760376     │\n"
        "│         test_loss         │    0.05812345             │\n",
        [("test", {"test_acc": 0.9812999963760376, "test_loss": 0.05812345})],
        {},
    ),
    "lm-eval": (
        "|    Tasks    |Version|Filter|n-shot| Metric |   |Value |   |Stderr|\n"
        "|-------------|------:|------|-----:|--------|---|-----:|---|-----:|\n"
        "|arc_challenge|      1|none  |     0|acc     |↑  |0.5102|±  |0.0146|\n"
        "|             |       |none  |     0|acc_norm|↑  |0.5401|±  |0.0146|\n"
        "|hellaswag    |      1|none  |     0|acc     |↑  |0.5902|±  |0.0049|\n",
        [("unclear", {"accuracy": 0.5102, "acc_norm": 0.5401}), ("unclear", {"accuracy": 0.5902})],
        {},
    ),
    "yolo": (
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|██| 4/4\n"
        "                   all        128        929      0.640      0.537      0.605      0.446\n"
        "                person         61        254      0.749      0.673      0.758      0.521\n"
        "Speed: 0.2ms preprocess, 1.1ms inference, 0.0ms loss, 0.8ms postprocess per image\n",
        [
            ("validation", {"precision": 0.64, "recall": 0.537, "mAP50": 0.605, "mAP50-95": 0.446}),
            ("validation", {"precision": 0.749, "recall": 0.673, "mAP50": 0.758, "mAP50-95": 0.521}),
        ],
        {},
    ),
    "coco": (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.375\n"
        " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.575\n"
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.315\n",
        [("unclear", {"AP": 0.375, "AP50": 0.575, "AR@1": 0.315})],
        {},
    ),
    "keras with evaluate": (
        "Epoch 1/2\n"
        "1875/1875 [==============================] - 5s - loss: 0.2951 - accuracy: 0.9137 - val_loss: 0.1409\n"
        "Epoch 2/2\n"
        "1875/1875 ━━━━━━━━━━━━━━━━━━━━ 5s 3ms/step - accuracy: 0.9637 - loss: 0.1451 - val_loss: 0.1109\n"
        "313/313 - 1s - 2ms/step - accuracy: 0.9691 - loss: 0.1012\n",
        [("unclear", {"accuracy": 0.9691, "loss": 0.1012})],
        {"loss": 2, "accuracy": 2, "val_loss": 2},
    ),
    "printed dictionaries": (
        "DATALOADER:0 TEST RESULTS\n{'test_acc': 0.9813, 'test_loss': 0.058}\n",
        [("test", {"test_acc": 0.9813, "test_loss": 0.058})],
        {},
    ),
    "hf's last evaluation": (
        "{'loss': 0.5, 'learning_rate': 1e-5, 'epoch': 2.5}\n"
        "{'eval_loss': 0.3, 'eval_accuracy': 0.91, 'eval_runtime': 3.2, 'epoch': 3.0}\n",
        [("validation", {"eval_loss": 0.3, "eval_accuracy": 0.91})],
        {"loss": 1},
    ),
    "metrics of several parts": (
        "mAP@0.5: 0.782\nmAP@0.5:0.95 = 0.512\nTop-5 err: 0.0983\nR² score: 0.87\nROUGE-L: 42.1\nmIoU: 72.31\n",
        [
            (
                "unclear",
                {"map50": 0.782, "map50_95": 0.512, "top5_err": 0.0983, "r2": 0.87, "rougel": 42.1, "miou": 72.31},
            )
        ],
        {},
    ),
    "a logger's prefix": (
        "2024-05-01 10:00:01,123 INFO trainer: epoch=1 train_loss=0.693 val_acc=0.55 time=12.3s\n"
        "2024-05-01 10:02:03,123 INFO evaluate: test_acc=0.64 test_f1=0.61 n=2000\n",
        [("test", {"test_acc": 0.64, "test_f1": 0.61})],
        {"train_loss": 1, "val_acc": 1},
    ),
    "a saved table": (
        "model,accuracy,f1,n\nbase,0.91,0.90,1000\nlarge,0.93,0.92,1000\n",
        [("unclear", {"accuracy": 0.91, "f1": 0.9}), ("unclear", {"accuracy": 0.93, "f1": 0.92})],
        {},
    ),
    "nested JSON": (
        '{"test": {"accuracy": 0.91, "n": 1000}, "val": {"accuracy": 0.92}, "config": {"loss": 0.5}}',
        [("test", {"accuracy": 0.91}), ("validation", {"accuracy": 0.92})],
        {},
    ),
    "markdown": ("**Accuracy:** 0.912\n- F1: `0.89`\n", [("unclear", {"accuracy": 0.912, "f1": 0.89})], {}),
    "one class before its name": ("cat: 0.91 precision, 0.88 recall\n", [], {}),
    "pytorch's transfer tutorial": (
        "Epoch 0/1\n----------\ntrain Loss: 0.5123 Acc: 0.7521\nval Loss: 0.3123 Acc: 0.8821\n\n"
        "Epoch 1/1\n----------\ntrain Loss: 0.4123 Acc: 0.8021\nval Loss: 0.2123 Acc: 0.9021\n\n"
        "Training complete in 1m 12s\nBest val Acc: 0.902100\n",
        [("validation", {"accuracy": 0.9021})],
        {"train_loss": 2, "accuracy": 2, "val_loss": 2, "val_accuracy": 2},
    ),
    "not a number": ("val_loss: nan\n", [("validation", {"val_loss": float("nan")})], {}),
}


@pytest.mark.parametrize("habit", PRINTED)
def test_a_printed_habit_is_read_as_meant(habit: str) -> None:
    text, results, curves = PRINTED[habit]
    reading = read_text(text)
    found = [(result.role, dict(result.metrics)) for result in reading.results]
    assert repr(found) == repr(results)
    assert {tag: len(series.points) for tag, series in reading.series.items()} == curves


NOTHING = """\
lr=3e-4 batch_size=32 epochs=10 dropout=0.1
Learning rate: 0.0003
Total params: 23,587,712
GPU memory: 7.8 GB
Elapsed: 12.3 s
ETA: 0:12:30
precision: 16
Precision: 32
Mixed precision 16
Loaded 50000 training samples, 10000 test samples
Target accuracy: 0.95
Accuracy threshold: 0.95
Early stopping patience 5, min_delta 0.001
torch 2.13.0
Date: 2024-01-01 12:00:00
Best model saved to best_0.93.pt
Epoch 00005: val_loss improved from 0.25 to 0.22, saving model to x.h5
Downloading: 100%|██████████| 440M/440M [00:10<00:00, 42.1MB/s]
Hyperparameters: lr=0.001, momentum=0.9, weight_decay=1e-4, accuracy_threshold=0.9
Namespace(lr=0.001, loss='ce', label_smoothing=0.1, iou=0.7, conf=0.25)
python train.py --loss 0.5 --lr 1e-4 --accuracy 0.9
Loss function: CrossEntropyLoss(weight=0.3)
Loss weight: 0.5
loss_scale: 65536.0
Random baseline accuracy: 0.1
Chance accuracy: 0.5
Previous best accuracy: 0.91
Paper reports 94.2% accuracy
F1 key pressed 3 times
Recall that 0.5 is chance.
ERROR: 3 files missing
error: 2 warnings
iteration 3.5 it/s
accuracy improved from 0.81 to 0.83
100%|██████████| 100/100 [00:10<00:00,  9.8it/s, loss=0.123, acc=0.95]
(conv1): Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2))
NVIDIA-SMI 570.124.06   Driver Version: 570.124.06   CUDA Version: 12.8
| 51%   76C    P0            298W /  300W |   46292MiB /  49140MiB |     99%      Default |
Speed: 0.2ms preprocess, 1.1ms inference, 0.0ms loss per image
Sharpness score weight 0.3, loss coefficient 0.1
Train/val/test split: 0.8/0.1/0.1
accuracy_tolerance = 0.01
label_smoothing_loss_eps: 0.1
val_check_interval: 0.25
test_size=0.2, random_state=42
Processing 45/100 files
Loss: 1.234,56
Resuming from step 1200
Gradient norm: 3.21
eval_samples_per_second = 893.387
train_runtime = 0:13:25.03
"""


@pytest.mark.parametrize("line", NOTHING.splitlines())
def test_settings_times_sizes_and_wishes_are_no_results(line: str) -> None:
    reading = read_text(line + "\n")
    assert reading.results == ()
    assert not reading.series


def test_all_of_them_together_are_no_results_either() -> None:
    assert read_text(NOTHING).results == ()


def test_a_fold_named_after_the_value_is_kept() -> None:
    (result,) = read_text("AUC=0.9123 on fold 3\n").results
    assert result.options == {"fold": "3"}


def test_two_correct_counts_with_their_unknowns_make_the_matrix() -> None:
    (result,) = read_text("signal correct 431 of 476, unknown 2\nbackground correct 466 of 524, unknown 0\n").results
    assert result.counts is not None
    assert result.counts.labels == ("signal", "background")
    assert result.counts.matrix == ((431, 43), (58, 466))
    assert result.counts.unknown == (2, 0)


def test_counts_that_leave_a_choice_make_no_matrix() -> None:
    text = "Number of correct background predictions: 16744 out of 19982\n"
    text += "Number of correct signal predictions: 14 out of 18\nWARNING: Number of unknown predictions: 1\n"
    (result,) = read_text(text).results
    assert result.counts is None
    assert result.tally is not None
    assert result.tally.classes == {"background": (16744, 19982), "signal": (14, 18)}
    assert result.tally.unknown == 1


@pytest.mark.parametrize("line", ["Correct: 907/1000", "Correct: 907\nTotal: 1000", "907 out of 1000 correct"])
def test_correct_of_all_is_an_accuracy_with_its_counts(line: str) -> None:
    (result,) = read_text(line + "\n").results
    assert result.metrics == {"accuracy": 0.907}
    assert result.n == 1000
    assert result.tally is not None
    assert (result.tally.correct, result.tally.total) == (907, 1000)


def test_what_stands_above_tells_checkpoint_data_set_and_options() -> None:
    text = """Loading checkpoints/step_300.pt
=== test set ===
data set: bb1 (8000 events)
numeric input: off
Accuracy: 0.91
Loading checkpoints/step_600.pt
data set: 1:10
numeric input: on
Accuracy: 0.92
"""
    first, second = read_text(text).results
    assert (first.checkpoint, first.dataset, first.n) == ("checkpoints/step_300.pt", "bb1", 8000)
    assert (first.role, first.options["numeric_input"]) == ("test", "off")
    assert (second.checkpoint, second.dataset) == ("checkpoints/step_600.pt", "1:10")
    assert second.options["numeric_input"] == "on"


MATRIX = ((50, 2), (3, 45))


@pytest.mark.parametrize(
    "text",
    [
        "Confusion Matrix:\n[[50  2]\n [ 3 45]]\n",
        "cm = [[50, 2], [3, 45]]\n",
        "Confusion matrix\narray([[50,  2],\n       [ 3, 45]])\n",
        "Confusion matrix:\n50 2\n3 45\n",
        "Confusion matrix:\n           Pred neg  Pred pos\nTrue neg     50     2\nTrue pos      3    45\n",
        "Predicted    0    1   All\nActual\n0      50    2    52\n1      3   45    48\nAll     53   47   100\n",
        "TN: 50 FP: 2 FN: 3 TP: 45\n",
        '{"confusion_matrix": [[50, 2], [3, 45]], "labels": ["neg", "pos"]}',
        "{'accuracy': 0.95, 'confusion_matrix': array([[50, 2], [3, 45]])}\nConfusion matrix: [[50, 2], [3, 45]]\n",
    ],
)
def test_a_confusion_matrix_is_read_in_every_dress(text: str) -> None:
    assert [result.counts.matrix for result in read_text(text).results if result.counts] == [MATRIX]


def test_an_unnamed_matrix_counts_only_where_a_report_confirms_it() -> None:
    assert read_text("[[50  2]\n [ 3 45]]\n").results == ()
    report = (
        "          precision    recall  f1-score   support\n\n a  0.94  0.96  0.95  52\n b  0.96  0.94  0.95  48\n\n"
    )
    (result,) = read_text(report + "[[50  2]\n [ 3 45]]\n").results
    assert result.counts is not None
    assert result.counts.labels == ("a", "b")
