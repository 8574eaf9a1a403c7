"""Lines known from their like: what is read is the same as when every line is read by itself."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal import parsers
from labjournal.parsers import read_text, templates
from labjournal.parsers.reading import Reading

LINES = """\
Epoch 3/90 step 120 loss: 0.5312 acc: 0.8131 lr: 0.0003 time: 0.31s
Epoch: [0][ 10/5005]\tTime  0.311 ( 0.312)\tLoss 3.1243e+00 (3.1234e+00)\tAcc@1  12.50 ( 12.33)\tAcc@5  31.25 ( 30.12)
2024-05-01 12:03:01,123 - INFO - iter 120 | train_loss=0.53121 | val_loss=0.61234 | val_f1=0.8131
{'loss': 0.5312, 'grad_norm': 1.231, 'learning_rate': 4.9e-05, 'epoch': 1.25}
{'eval_loss': 0.4312, 'eval_accuracy': 0.9131, 'eval_runtime': 12.3, 'epoch': 2.0}
loss 0.531221 accuracy 0.8131
top 5 accuracy: 0.93 top 1 accuracy: 0.71
Fold 3: test accuracy: 91.23%
class 4 precision: 0.81
[12] worker 3 fetched shard 7 in 0.311s from cache node-3
Validation on 1000 samples, accuracy: 0.912
Evaluating checkpoint-500
Test accuracy: 0.9131 (913/1000)
step 18,000 loss 0.35
Epoch 4
loss = 0.5312
accuracy = 0.5
Best val accuracy so far: 0.9131 at epoch 7
Confusion matrix
cat 50 2
dog 3 45
12/100 [==>.......] - ETA: 3s - loss: 0.5312 - accuracy: 0.8131
100/100 [=========] - 3s 3ms/step - loss: 0.5312 - accuracy: 0.8131 - val_loss: 0.6121 - val_accuracy: 0.7913
precision: 16
R2: -0.351 bias: +0.21
    self.loss = 0.5 * other
Training finished
[5]\tvalid's auc: 0.913212
reward: 12.5 mean reward: 13.25 entropy 0.61
Results on the test set:
spread_of_a: 0.5312
drift_of_b: 0.8131
loss_weights:
  dice: 0.5

==========
""".splitlines()


def _by_itself(text: str, monkeypatch: pytest.MonkeyPatch) -> Reading:
    with monkeypatch.context() as patch:
        patch.setattr(templates, "LEARNED_AT", 10**9)
        return read_text(text)


def _renumbered(line: str, rng: random.Random) -> str:
    return re.sub(r"(?<![\w@-])\d+(?=\.)|(?<=\.)\d+|(?<=[ \[])\d+(?=[ \]/:])", lambda m: _other(m[0], rng), line)


def _other(number: str, rng: random.Random) -> str:
    return "".join(rng.choice("0123456789") for _ in number) if len(number) > 1 else str(rng.randrange(10))


def _same(first: Reading, second: Reading) -> None:
    assert repr(first.results) == repr(second.results)
    assert repr(first.series) == repr(second.series)
    assert repr(first.not_understood) == repr(second.not_understood)


@pytest.mark.parametrize("line", [line for line in LINES if line.strip()])
def test_a_line_that_comes_again_is_read_as_before(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(line)
    text = "".join(_renumbered(line, rng) + "\n" for _ in range(40))
    _same(read_text(text), _by_itself(text, monkeypatch))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.integers(1, 6)), min_size=5, max_size=60), st.integers(0, 2**16))
def test_any_mixture_of_lines_is_read_as_line_by_line(blocks: list[tuple[str, int]], seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(_renumbered(line, rng) + "\n" for line, times in blocks for _ in range(times))
    with pytest.MonkeyPatch.context() as patch:
        _same(read_text(text), _by_itself(text, patch))


@pytest.mark.parametrize("line", LINES[:4])
def test_the_lines_of_a_long_training_are_learned(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    read = parsers._claim
    monkeypatch.setattr(parsers, "_claim", lambda *given: looked_at.append(1) or read(*given))
    rng = random.Random(0)
    read_text("".join(_renumbered(line, rng) + "\n" for _ in range(2_000)))
    assert len(looked_at) < 400, "the parsers looked at every line"


def test_what_the_number_of_a_name_says_is_kept() -> None:
    text = "".join(f"top 5 accuracy: 0.{90 + k} top 1 accuracy: 0.{70 + k}\n" for k in range(9))
    assert {tag: [value for _, value in one.points] for tag, one in read_text(text).series.items()} == {
        "top5_accuracy": [(90 + k) / 100 for k in range(9)],
        "top1_accuracy": [(70 + k) / 100 for k in range(9)],
    }


def test_places_of_numbers_are_told_apart() -> None:
    assert templates._place([["0.51", "0.52"], ["0.61", "0.62"]], [0.52, 0.62], float) == 1
    assert templates._place([["0.51", "0.51"], ["0.61", "0.61"]], [0.51, 0.61], float) is None


def test_a_line_that_says_something_only_below_a_heading_is_not_learned_to_say_nothing() -> None:
    bare = "".join(f"spread_of_a: 0.{k}123\n" for k in range(12, 22))
    text = f"step 1 loss: 0.5\n{bare}Evaluating checkpoint-500\nspread_of_a: 7.0542\nspread_of_a: 2.7298\n"

    assert [dict(result.metrics) for result in read_text(text).results] == [
        {"spread_of_a": 7.0542},
        {"spread_of_a": 2.7298},
    ]
