"""Whose values a text gives, where only the lines between them say it: sentences, comments, commands."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from labjournal.parsers import read_text
from labjournal.parsers.commands import command_in
from labjournal.parsers.context import Context

Told = tuple[str, float, Mapping[str, str]]


def told(text: str) -> list[Told]:
    return [
        (result.role, value, result.options) for result in read_text(text).results for value in result.metrics.values()
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "运行基准测试（全部特征）...\n  准确率: 0.9561 ± 0.0123\n  时间: 0.7378秒\n\n"
            "运行Relief算法...\n  准确率: 0.9526 ± 0.0172\n"
            "\n运行LVW算法...\n  准确率: 0.9473 ± 0.0166\n\n运行Lasso算法...\n  准确率: 0.9578 ± 0.0102\n",
            ["运行基准测试(全部特征)", "运行Relief算法", "运行LVW算法", "运行Lasso算法"],
            id="four sentences, one value below each",
        ),
        pytest.param(
            "# smoothed\n# fold 0 accuracy: 0.805\n# fold 1 accuracy: 0.865\n# mean accuracy: 0.835\n\n"
            "# unsmoothed\n# fold 0 accuracy: 0.655\n# fold 1 accuracy: 0.685\n# mean accuracy: 0.67\n",
            ["smoothed", "smoothed", "smoothed", "unsmoothed", "unsmoothed", "unsmoothed"],
            id="comments",
        ),
        pytest.param(
            "Loaded the data.\n\nThe small network gives\naccuracy: 0.75\n\nThe wide network gives\naccuracy: 0.8125\n",
            ["small network gives", "wide network gives"],
            id="the last paragraph, not the first",
        ),
        pytest.param(
            "accuracy: 0.75\nSaved to a.pt\naccuracy: 0.5\nSaved to b.pt\nTime taken: 3 s\naccuracy: 0.25\n",
            [None, None, None],
            id="what is saved and how long it took names nobody",
        ),
    ],
)
def test_a_line_above_the_one_and_not_the_other_says_whose(text: str, wanted: list[str | None]) -> None:
    assert [options.get("group") for _, _, options in told(text)] == wanted


def test_a_setting_above_each_value_tells_them_apart() -> None:
    text = "learning_rate: 0.005\nValid result:\nmrr@10: 0.25\nlearning_rate: 0.001\nValid result:\nmrr@10: 0.375\n"
    assert [(value, options["learning_rate"]) for _, value, options in told(text)] == [
        (0.25, "0.005"),
        (0.375, "0.001"),
    ]


def test_settings_stated_for_one_value_do_not_hold_for_the_next() -> None:
    text = (
        "plain search beam=16 alpha=0.5 beta=0.1\ndev CER: 4.25\n\nsearch with a model beam=16 alpha=0.25 beta=0.3\n"
        "dev CER: 4.5\n\nboth models together\ndev CER: 3.75\n"
    )
    assert [(value, options.get("alpha"), options.get("group")) for _, value, options in told(text)] == [
        (4.25, "0.5", "plain search"),
        (4.5, "0.25", "search with a model"),
        (3.75, None, "both models together"),
    ]


def test_the_lines_of_a_loop_are_no_owners() -> None:
    text = "".join(f"Writing part {k} of the output\naccuracy: 0.{k}25\n" for k in range(1, 9))
    reading = read_text(text)
    assert not reading.results
    assert len(reading.series["accuracy"].points) == 8


@pytest.mark.parametrize(
    ("command", "dataset", "role"),
    [
        ("$ python train.py --data cora_coauth --lr 0.01 --device cuda:0", "cora_coauth", "unclear"),
        ("$ tools/trec_eval -c -m map qrels/passv2_dev2_qrels.tsv runs/run.dev2.txt", None, "validation"),
        ("CUDA_VISIBLE_DEVICES=0 python eval.py --dataset=coco --split test", "coco", "test"),
        ("python train.py --train a/train.csv --valid a/dev.csv", None, "unclear"),
        ("./score.sh data/train.txt data/test.txt", None, "unclear"),
    ],
)
def test_a_command_says_what_it_measures(command: str, dataset: str | None, role: str) -> None:
    found = command_in(command)
    assert found is not None
    assert (found.dataset, found.role) == (dataset, role)


@pytest.mark.parametrize(
    "text", ["the accuracy is good - better than before", "python is slow", "loss: 0.5 - acc: 0.75"]
)
def test_a_sentence_is_no_command(text: str) -> None:
    assert command_in(text) is None


def test_commands_tell_their_results_apart_by_what_differs() -> None:
    text = (
        "$ tools/trec_eval -c -m map qrels_dev.tsv runs/run.dev1.txt\nmap all 0.0709\nrecip_rank all 0.0719\n"
        "recall_100 all 0.3397\n\n$ tools/trec_eval -c -m map qrels_dev2.tsv runs/run.dev2.txt\nmap all 0.0794\n"
        "recip_rank all 0.0802\nrecall_100 all 0.3459\n"
    )
    results = read_text(text).results
    assert [(r.role, r.options["group"]) for r in results] == [
        ("validation", "qrels_dev.tsv runs/run.dev1.txt"),
        ("validation", "qrels_dev2.tsv runs/run.dev2.txt"),
    ]


def test_a_plain_line_leaves_the_context_as_it_was() -> None:
    """Else no line of a long log would be known from its like: 58 times the time of a split instead of 8."""
    context, before = Context(), Context()
    context.observe("[17] worker 1 fetched shard 17 in 0.311s from node-4", 17)
    assert context == before


def test_commands_that_differ_in_a_number_alone_are_no_loop() -> None:
    text = "".join(f"$ python eval.py --alpha 0.{k}\nacc: 0.9{k}\n" for k in range(1, 6))
    assert [(value, dict(options)) for _, value, options in told(text)] == [
        (float(f"0.9{k}"), {"alpha": f"0.{k}"}) for k in range(1, 6)
    ]


def test_what_is_tested_after_each_training_is_of_the_model_that_was_trained() -> None:
    text = "".join(
        f"Training model {name}\nEpoch 1: val acc 0.5\nEpoch 2: val acc 0.6\nTest acc: {value}\n"
        for name, value in (("A", 0.61), ("B", 0.66))
    )
    assert [(value, options.get("group")) for _, value, options in told(text)] == [
        (0.61, "model A"),
        (0.66, "model B"),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "lr=0.1 bs=32 -> val_acc=0.81\nlr=0.01 bs=64 -> val_acc=0.85\n",
            [{"lr": "0.1", "bs": "32"}, {"lr": "0.01", "bs": "64"}],
            id="settings before an arrow",
        ),
        pytest.param(
            "1. Logistic Regression: accuracy 0.81\n2. SVM: accuracy 0.82\n",
            [{"group": "Logistic Regression"}, {"group": "SVM"}],
            id="numbered lines",
        ),
        pytest.param(
            "Horizon 03, MAE: 2.67\nHorizon 12, MAE: 3.53\n", [{"horizon": "03"}, {"horizon": "12"}], id="horizons"
        ),
    ],
)
def test_a_line_says_itself_whose_its_value_is(text: str, wanted: list[Mapping[str, str]]) -> None:
    assert [options for _, _, options in told(text)] == wanted
