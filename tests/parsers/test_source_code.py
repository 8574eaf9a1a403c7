"""Program text, wishes and somebody else's numbers: what is no result, though it names a metric and a number."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

MISLEADING = {
    "a listing": """\
import torch
import torch.nn as nn

best_acc = 0.0
loss = 0.0
for epoch in range(10):
    model.train()
    running_loss = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
    val_loss = 0.0
    accuracy = 0.95
print("done")
""",
    "a start value": """\
loss = 0.0
""",
    "start values": """\
best_val_loss = 1e9
best_acc = 0.0
""",
    "a traceback": """\
Traceback (most recent call last):
  File "/home/u/train.py", line 12, in <module>
    main()
  File "/home/u/train.py", line 8, in main
    accuracy = 0.5 / correct
ZeroDivisionError: division by zero
""",
    "a traceback of an assertion": """\
Traceback (most recent call last):
  File "train.py", line 40, in <module>
    assert accuracy > 0.93, f"accuracy 0.93 not reached"
           ^^^^^^^^^^^^^^^
AssertionError: accuracy 0.93 not reached
""",
    "a shell that traces": """\
+ python train.py --lr 0.1
+ threshold=0.5
+ accuracy=0.93
+ echo done
""",
    "a diff": """\
diff --git a/train.py b/train.py
index 83db48f..bf269f4 100644
--- a/train.py
+++ b/train.py
@@ -10,7 +10,7 @@ def train():
-    loss = 0.1
+    loss = 0.2
     accuracy = 0.91
""",
    "a fence": """\
Use it like this:

```python
metrics = {"accuracy": 0.91, "f1": 0.88}
log(accuracy=0.91)
accuracy = 0.91
```
""",
    "a session": """\
>>> from sklearn.metrics import accuracy_score
>>> accuracy = 0.75
>>> f1 = 0.8
""",
    "what a session prints": """\
>>> accuracy_score(y_true, y_pred)
0.5
""",
    "yaml config": """\
model:
  name: resnet
  dropout: 0.1
loss:
  focal: 0.25
  dice: 0.75
early_stopping:
  min_accuracy: 0.95
""",
    "argparse help": """\
usage: train.py [-h] [--loss LOSS] [--acc ACC]
  --min-acc MIN_ACC   minimal accuracy (default: 0.9)
  --label-loss FLOAT  weight of the loss (default: 0.25)
""",
    "js": """\
const accuracy = 0.93;
let loss = 0.02;
""",
    "c++": """\
float loss = 0.5f;
double accuracy = 0.93;
return loss;
""",
    "R": """\
accuracy <- 0.93
rmse <- 0.12
library(caret)
""",
    "matlab": """\
accuracy = 0.93;
loss = 0.1;
end
""",
    "defaults": """\
def evaluate(model, loss=0.5, accuracy=0.9):
    return {"loss": 0.0, "accuracy": 0.0}
""",
    "a dictionary begun": """\
    metrics = {
        "loss": 0.0,
        "accuracy": 0.0,
    }
    return metrics
""",
    "a call": """\
    print("Accuracy: 0.93")
    print(f"Loss: {loss:.4f} accuracy 0.5")
""",
    "logger call": """\
logger.info('test accuracy: %.4f', 0.93)
""",
    "a test that failed": """\
    def test_accuracy():
        accuracy = 0.87
>       assert accuracy > 0.9
E       assert 0.87 > 0.9

tests/test_model.py:12: AssertionError
""",
    "pytest E": """\
E       AssertionError: accuracy 0.87 below 0.9
""",
    "comments": """\
# accuracy = 0.93 on my machine
# expected loss: 0.1
""",
    "sql": """\
SELECT * FROM runs WHERE accuracy > 0.9 AND loss = 0.1;
UPDATE runs SET accuracy = 0.93;
""",
    "toml": """\
[train]
loss = "mse"
label_smoothing = 0.1
min_accuracy = 0.9
[loss]
bce = 0.5
dice = 0.5
""",
    "ini losses": """\
[losses]
l1 = 1.0
perceptual = 0.1
ssim = 0.2
""",
    "notebook cell": """\
In [3]: accuracy = 0.93

In [4]: print(accuracy)
0.93
""",
    "notebook": """\
In[12]:
acc = 0.5
precision = 0.25
""",
    "asserts": """\
assert abs(loss - 0.25) < 1e-6
assert accuracy == 0.75
""",
    "expressions": """\
loss = 0.5 * mse + 0.5 * mae
accuracy = correct / 100
accuracy = 95 / 100
""",
    "loss exp": """\
total_loss = 0.5 * ce_loss + 0.25 * dice_loss
""",
    "annotations": """\
    loss: float = 0.0
    accuracy: float = 0.5
    recall: Optional[float] = None
""",
    "arguments": """\
model.compile(
    loss="mse",
    accuracy=0.5,
)
""",
    "callback": """\
EarlyStopping(monitor='val_loss', min_delta=0.001, baseline=0.5)
ReduceLROnPlateau(monitor='val_accuracy', factor=0.5)
""",
    "sweep": """\
search space:
  loss_weight: [0.1, 0.5]
  precision: 16
  recall_weight: 0.5
""",
    "somebody else's numbers": """\
Smith et al. (2020) report an accuracy of 0.91 on CIFAR-10.
The paper's accuracy: 0.93
State of the art accuracy = 0.97
""",
    "todo": """\
TODO: get accuracy to 0.95
Goal accuracy: 0.95
Next: reach f1 0.9
""",
    "changes": """\
accuracy +0.5
acc change: 0.02
loss went down by 0.1
""",
    "shell": """\
if [ "$acc" -gt 90 ]; then
ACC=0.93
LOSS=0.1
export F1=0.2
fi
""",
    "LaTeX": """\
\\newcommand{\\acc}{0.93}
\\def\\loss{0.1}
""",
    "json schema": """\
{"properties": {"accuracy": {"type": "number", "minimum": 0.5, "default": 0.9}}}""",
    "warn": """\
UserWarning: accuracy 0.5 is the same as chance level
  warnings.warn('loss 0.1')
""",
    "where a search begins": """\
Initializing best accuracy to 0.0
best_acc initialized: 0.0
Best val loss so far: inf
best_loss = inf
""",
    "example": """\
Example: accuracy: 0.91
e.g. accuracy = 0.9
For instance an accuracy of 0.9 means 90 of 100
""",
    "conditions": """\
Stop when accuracy: 0.99
will stop at loss 0.01
Train until val_acc = 0.95
""",
    "go": """\
loss := 0.5
accuracy := 0.93
""",
    "rust": """\
let mut loss = 0.0;
let accuracy: f32 = 0.5;
""",
    "julia": """\
loss = 0.0
for (x, y) in data
    loss += 0.5
end
""",
    "pdb": """\
> /home/u/train.py(12)main()
-> accuracy = 0.5
(Pdb) 
""",
}


@pytest.mark.parametrize("kind", MISLEADING)
def test_what_only_looks_like_a_result_is_none(kind: str) -> None:
    reading = read_text(MISLEADING[kind])
    assert [dict(result.metrics) for result in reading.results] == []
    assert not reading.series


BESIDE_CODE = {
    "after a program": ("import torch\nprint('x')\nTest accuracy: 91.2%\n", {"accuracy": 0.912}),
    "after a traceback": (
        'Traceback (most recent call last):\n  File "t.py", line 1, in <module>\n    main()\nValueError: x\n'
        "test_accuracy = 0.9132\n",
        {"test_accuracy": 0.9132},
    ),
    "after what was raised without a message": (
        'Traceback (most recent call last):\n  File "t.py", line 1, in <module>\n    main()\n    ^^^^^^\n'
        "KeyboardInterrupt\ntest accuracy: 0.9132\n",
        {"accuracy": 0.9132},
    ),
    "after a warning": (
        "/usr/lib/sklearn/metrics/_classification.py:1344: UndefinedMetricWarning: Precision is ill-defined\n"
        "  _warn_prf(average, modifier, msg_start, len(result))\nf1 = 0.8123\naccuracy = 0.9\n",
        {"f1": 0.8123, "accuracy": 0.9},
    ),
    "assignments alone": ("acc = 0.93\n", {"accuracy": 0.93}),
    "two on a line": ("accuracy = 0.93; loss = 0.12\n", {"accuracy": 0.93, "loss": 0.12}),
    "a zero among values": ("eval_f1 = 0.0\neval_loss = 0.6931\n", {"eval_f1": 0.0, "eval_loss": 0.6931}),
    "a zero that is told": ("Accuracy: 0.0\n", {"accuracy": 0.0}),
    "a printed dictionary": ("{'loss': 0.0, 'accuracy': 1.0}\n", {"loss": 0.0, "accuracy": 1.0}),
    "after a diff": (
        "@@ -1,1 +1,1 @@\n-    loss = 0.1\n+    loss = 0.2\naccuracy = 0.91\n",
        {"accuracy": 0.91},
    ),
    "in a log that names the place": ("INFO train.py:123 acc: 0.9312\n", {"accuracy": 0.9312}),
    "an apostrophe": ("The model's accuracy: 0.93\n", {"accuracy": 0.93}),
}


@pytest.mark.parametrize("kind", BESIDE_CODE)
def test_a_result_beside_program_text_is_read(kind: str) -> None:
    text, metrics = BESIDE_CODE[kind]
    (result,) = read_text(text).results
    assert dict(result.metrics) == metrics


def test_a_start_value_is_said_not_to_be_understood() -> None:
    assert [line.text for line in read_text("best_acc = 0.0\n").not_understood] == ["best_acc = 0.0"]
