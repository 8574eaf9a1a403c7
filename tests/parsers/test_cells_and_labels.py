"""Values whose owner or name stands in an unusual place, and sections of differences."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Told = list[tuple[dict[str, float], dict[str, str]]]


def told(text: str) -> Told:
    return [(dict(result.metrics), dict(result.options)) for result in read_text(text).results]


def test_cells_that_name_what_they_hold() -> None:
    text = (
        "| scene | Ours | NeRF |\n|---|---|---|\n| lego | PSNR: 32.5 | PSNR: 31.25 |\n|  | SSIM: 0.95 | SSIM: 0.94 |\n"
        "| ship | PSNR: 28.5 | - |\n"
    )

    assert told(text) == [
        ({"psnr": 32.5, "ssim": 0.95}, {"scene": "lego", "column": "Ours"}),
        ({"psnr": 31.25, "ssim": 0.94}, {"scene": "lego", "column": "NeRF"}),
        ({"psnr": 28.5}, {"scene": "ship", "column": "Ours"}),
    ]


@pytest.mark.parametrize("cell", ["0.75 (75%)", "**0.75**", "0.75 ± 0.02", "0.75"])
def test_what_stands_around_a_value_of_a_table_hides_nothing(cell: str) -> None:
    assert told(f"| Metric | Value |\n|---|---|\n| Recall | {cell} |\n") == [({"recall": 0.75}, {})]


@pytest.mark.parametrize(
    ("line", "metrics", "owner"),
    [
        ("├── Burn Scar: 68.0% IoU", {"iou": 0.68}, "Burn Scar"),
        ("SVM: 93.5% accuracy", {"accuracy": 0.935}, "SVM"),
        ("Test: 0.75 accuracy", {"accuracy": 0.75}, None),
    ],
)
def test_a_label_before_a_value_and_its_name_behind_it(line: str, metrics: dict[str, float], owner: str | None) -> None:
    assert told(line + "\n") == [(metrics, {"group": owner} if owner else {})]


@pytest.mark.parametrize(
    "title", ["Difference from the original (@abc)", "Delta vs baseline", "Gains over the last run"]
)
def test_differences_are_no_results(title: str) -> None:
    text = (
        f"### One\nHits@1: 0.75\nMRR: 0.5\n\n{title}\n\nHits@1: 0.004\nMRR: 0.002\n\n### Two\nHits@1: 0.8\nMRR: 0.6\n"
    )

    assert [metrics for metrics, _ in told(text)] == [{"hits1": 0.75, "mrr": 0.5}, {"hits1": 0.8, "mrr": 0.6}]


def test_no_share_of_hits_is_negative() -> None:
    assert told("Hits@1: -0.1\nNDCG@10: -0.05\n") == []


def test_what_results_were_got_with_is_no_data_set() -> None:
    (result,) = read_text("### Results with LABSE\nMRR: 0.5\n").results

    assert result.dataset is None


def test_a_title_that_names_only_a_task_is_nobody() -> None:
    assert told("Clustering performance metrics:\nSilhouette: 0.5\n") == [({"silhouette": 0.5}, {})]
