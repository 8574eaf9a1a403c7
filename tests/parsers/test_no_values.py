"""Numbers beside the name of a metric that are none of its values: how many there were, and what was set."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text


def metrics(text: str) -> dict[str, float]:
    return {name: value for result in read_text(text).results for name, value in result.metrics.items()}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*** CNN acc(5 epoch) | CPU time ***\n", {}),
        ("accuracy (10 folds) 0.875\n", {"accuracy": 0.875}),
        ("Best F1 (3 runs): 0.71\n", {"f1": 0.71}),
        ("RMSE (5 seeds) = 0.45\n", {"rmse": 0.45}),
        ("BLEU, averaged, 6 steps\n", {}),
        ("WER, 3 rounds\n", {}),
    ],
)
def test_how_many_there_were_is_no_value(text: str, wanted: dict[str, float]) -> None:
    assert metrics(text) == wanted


def test_a_step_behind_a_whole_number_leaves_it_a_value() -> None:
    assert read_text("reward 200 episode 5\n").series["reward"].points == [(5.0, 200.0)]


def test_a_return_is_one_where_a_step_is_named() -> None:
    read = read_text("".join(f"epoch: {at} \t loss: 9.0{at} \t return: 38.{at} \t ep_len: 38.2\n" for at in range(3)))
    assert read.series["return"].points == [(0.0, 38.0), (1.0, 38.1), (2.0, 38.2)]
    assert not read_text("return: 0.5\n").results


@pytest.mark.parametrize(
    "text",
    [
        "max_depth=8, min_child_weight=22, subsample=0.9925, colsample_bytree=0.7096, base_score=0.0620\n",
        '{"base_score": 0.51234, "colsample_bylevel": 0.81234}\n',
        "{'base_score': 0.51234, 'max_depth': 8}\n",
        "{'n_layers': 2, 'n_units_l0': 31, 'n_units_l1': 12, 'lr': 0.00123}\n",
    ],
)
def test_settings_are_no_results(text: str) -> None:
    reading = read_text(text)

    assert (reading.results, reading.series) == ((), {})


BOXED = """\
┏━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━┳━━━━━━━┓
┃   ┃ Name      ┃ Type               ┃ Params ┃ Mode  ┃ FLOPs ┃
┡━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━╇━━━━━━━┩
│ 0 │ net       │ Sequential         │ 29.3 K │ train │     0 │
│ 1 │ train_acc │ MulticlassAccuracy │      0 │ train │     0 │
│ 2 │ criterion │ CrossEntropyLoss   │      0 │ train │     0 │
└───┴───────────┴────────────────────┴────────┴───────┴───────┘
"""
PLAIN = """\
  | Name      | Type               | Params | Mode
---------------------------------------------------------
0 | net       | Sequential         | 29.3 K | train
1 | train_acc | MulticlassAccuracy | 0      | train
2 | criterion | CrossEntropyLoss   | 0      | train
---------------------------------------------------------
"""


@pytest.mark.parametrize("summary", [BOXED, PLAIN])
def test_the_parts_of_a_model_are_no_results(summary: str) -> None:
    assert metrics(summary + "29.3 K    Trainable params\ntest accuracy: 0.9333\n") == {"accuracy": 0.9333}


@pytest.mark.parametrize(
    "form",
    [
        "Iteration {0} on Wed Nov 09 2016 02:59:47 AM\n\ntrain_mcc: 0 - test_mcc: {1}\n\n",
        "Epoch {0} started at 2024-05-01 12:00:00\ntest_f1: {1}\n",
        "Epoch {0} - 12:10:00\ntest_f1: {1}\n",
        "Epoch {0} (lr = 0.001)\ntest_f1: {1}\n",
        "Epoch {0}, learning rate: 1e-4\ntest_f1: {1}\n",
    ],
)
def test_a_line_that_says_when_a_step_began_names_the_step_of_what_follows(form: str) -> None:
    series = read_text("".join(form.format(step, value) for step, value in ((1, 0.5), (2, 0.25), (3, 0.75)))).series

    assert [curve.points for tag, curve in series.items() if "test" in tag] == [[(1.0, 0.5), (2.0, 0.25), (3.0, 0.75)]]
