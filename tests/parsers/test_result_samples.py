"""The texts that real projects left behind, against what a careful person read off them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.samples import samples_folder

from labjournal.parsers import Reading, read_file


def expectations() -> list[dict[str, Any]]:
    try:
        folder = samples_folder("results")
    except pytest.skip.Exception:
        return []
    found: list[dict[str, Any]] = json.loads((folder / "expectations.json").read_text("utf-8"))
    return found


class Expectations(dict[str, dict[str, Any]]):
    """By id; a test that asks for one where the samples are absent is skipped."""

    def __missing__(self, name: str) -> dict[str, Any]:
        pytest.skip(f"no samples of results: {name}")


EXPECTED = Expectations({item["id"]: item for item in expectations()})
NOT_METRICS = {"epoch", "train_runtime", "threshold_optimal", "n"}


def reading(name: str) -> Reading:
    return read_file(samples_folder("results") / EXPECTED[name]["file"])


@pytest.mark.parametrize("name", EXPECTED)
def test_headline_values_are_read_exactly(name: str) -> None:
    said = reading(name)
    pairs = {(key, value) for result in said.results for key, value in result.metrics.items()}
    for key, value in EXPECTED[name]["expect"].get("headline", {}).items():
        if key in NOT_METRICS:
            continue
        assert (key.removeprefix("summary_"), value) in pairs
    n = EXPECTED[name]["expect"].get("headline", {}).get("n")
    assert n is None or n in {result.n for result in said.results}


@pytest.mark.parametrize("name", [name for name, item in EXPECTED.items() if "per_class" in item["expect"]])
def test_class_rows_are_read_exactly(name: str) -> None:
    rows = [
        {
            label: {"precision": row.precision, "recall": row.recall, "f1": row.f1, "support": row.support}
            for label, row in result.per_class.items()
        }
        for result in reading(name).results
    ]
    assert EXPECTED[name]["expect"]["per_class"] in rows


@pytest.mark.parametrize("name", [name for name, item in EXPECTED.items() if item["expect"].get("nothing_to_log")])
def test_what_holds_no_result_gives_none(name: str) -> None:
    assert reading(name).results == ()
    assert not reading(name).series


@pytest.mark.parametrize("name", [name for name, item in EXPECTED.items() if "columns" in item["expect"]])
def test_every_column_of_a_training_table_is_a_curve_with_all_its_points(name: str) -> None:
    said = reading(name)
    assert said.results == ()
    for column, best in EXPECTED[name]["expect"]["best"].items():
        values = [value for _, value in said.series[column].points]
        assert len(values) == best["n_values"]
        assert best["value"] in (min(values), max(values))


def test_five_models_in_one_file_stay_five_results() -> None:
    groups = EXPECTED["imagenet_top1err_multi"]["expect"]["groups"]
    found = {result.options["group"]: dict(result.metrics) for result in reading("imagenet_top1err_multi").results}
    assert found == {
        name: {key: value for key, value in row.items() if key != "val_time"} for name, row in groups.items()
    }


def test_sixteen_accuracies_keep_their_model_and_length() -> None:
    groups = EXPECTED["grouped_accuracy_by_length"]["expect"]["groups"]
    found = {
        (result.options["group"], result.options["L"]): result.metrics["accuracy"]
        for result in reading("grouped_accuracy_by_length").results
    }
    assert found == {(model, length): value for model, row in groups.items() for length, value in row.items()}


def test_a_bare_matrix_gives_counts_and_no_printed_accuracy() -> None:
    (result,) = reading("cm_plain_12x12").results
    assert result.counts is not None
    assert (result.counts.n, result.counts.correct) == (14400, 14391)
    assert result.metrics == {}


@pytest.mark.parametrize(
    ("name", "tag", "points"),
    [
        ("log_kair_psnr", "average_psnr", 10),
        ("log_loss_acc_alternating_lines", "accuracy", 33),
        ("log_optuna_french", "f1", 15),
        ("keras_progress_notebook", "val_acc", 10),
        ("jsonl_detectron2_publaynet", "total_loss", 127),
        ("hf_trainer_state_whisper", "loss", 200),
        ("hf_trainer_state_whisper", "eval_wer", 5),
        ("hf_trainer_state_ner", "eval_loss", 10),
        ("hf_slurm_printed_metrics", "eval_loss", 10),
        ("tflearn_ansi", "val_loss", 1),
    ],
)
def test_values_per_epoch_are_a_curve(name: str, tag: str, points: int) -> None:
    if name not in EXPECTED:
        pytest.skip("no samples of results")
    assert len(reading(name).series[tag].points) == points


def test_the_three_blocks_of_one_console_stay_apart() -> None:
    expected = EXPECTED["hf_slurm_printed_metrics"]["expect"]
    roles = {result.role: result.metrics for result in reading("hf_slurm_printed_metrics").results}
    assert expected["eval"].items() <= roles["validation"].items()
    assert expected["predict"].items() <= roles["test"].items()
