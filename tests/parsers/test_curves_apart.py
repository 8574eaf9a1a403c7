"""Curves of several trainings in one text: told apart by their headings, and only where their steps begin again."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Points = list[tuple[float, float]]
TWO = ([(1.0, 0.5), (2.0, 0.25)], [(1.0, 0.75), (2.0, 0.625)])


def curves(text: str) -> dict[str, Points]:
    return {tag: series.points for tag, series in read_text(text).series.items()}


@pytest.mark.parametrize(
    ("form", "names"),
    [
        pytest.param("### {name}\n\n```\nEpoch [{0}/2] Loss: {1}\nEpoch [{2}/2] Loss: {3}\n```\n\n", ("ViT-B", "DeiT")),
        pytest.param("==== {name} ====\n[{0}]\tvalid_0's loss: {1}\n[{2}]\tvalid_0's loss: {3}\n", ("dart", "goss")),
        pytest.param("Fold {name}\nepoch: {0} loss: {1}\nepoch: {2} loss: {3}\n\n", ("1", "2")),
        pytest.param(
            "{name}\n---------\n\nepoch {0} | loss 0.9 | test_loss {1}\nepoch {2} | loss 0.8 | test_loss {3}\n\n",
            ("cora_full", "pubmed_ml"),
        ),
        pytest.param(
            "[2024-07-21 07:50:09 {name}](train.py 12): INFO epoch {0} loss {1}\n"
            "[2024-07-21 07:50:10 {name}](train.py 12): INFO epoch {2} loss {3}\n",
            ("swin_tiny", "swin_base"),
        ),
    ],
    ids=["markdown", "ruled", "folds", "underlined", "loggers"],
)
def test_trainings_under_headings_of_their_own_have_curves_of_their_own(form: str, names: tuple[str, str]) -> None:
    text = "".join(
        form.format(*(part for point in points for part in (f"{point[0]:g}", point[1])), name=name)
        for name, points in zip(names, TWO, strict=True)
    )

    found = {tag: points for tag, points in curves(text).items() if points in TWO}

    assert [points for name in names for tag, points in found.items() if name in tag] == list(TWO)


def test_a_heading_within_one_training_parts_no_curve() -> None:
    text = "# Warm-up stage\nepoch 1 loss 0.5\nepoch 2 loss 0.25\n# Full data\nepoch 3 loss 0.125\nepoch 4 loss 0.1\n"

    assert curves(text) == {"loss": [(1.0, 0.5), (2.0, 0.25), (3.0, 0.125), (4.0, 0.1)]}


def test_headings_that_come_again_in_each_epoch_have_one_curve_each() -> None:
    text = "".join(
        f"--- Generator ---\nepoch {epoch} loss: {epoch / 8}\n--- Discriminator ---\nepoch {epoch} loss: {epoch / 4}\n"
        for epoch in (1, 2, 3)
    )

    found = curves(text)

    assert list(found.values()) == [[(1.0, 0.125), (2.0, 0.25), (3.0, 0.375)], [(1.0, 0.25), (2.0, 0.5), (3.0, 0.75)]]
    assert ["Generator" in tag for tag in found] == [True, False]


def test_learned_lines_go_to_the_curve_of_the_heading_they_stand_under() -> None:
    text = "".join(
        f"## net {name}\n" + "".join(f"step {step} loss {step / 64}\n" for step in range(20))
        for name in ("small", "wide")
    )

    assert {tag: len(points) for tag, points in curves(text).items()} == {"net small/loss": 20, "net wide/loss": 20}


def test_one_point_under_each_heading_is_the_result_of_each() -> None:
    text = "## Alpha net\n- epoch 50 validation `iou`: 0.25\n\n## Beta net\n- epoch 50 validation `iou`: 0.5\n"

    results = read_text(text).results

    assert [(result.metrics["iou"], result.options["group"]) for result in results] == [
        (0.25, "Alpha net"),
        (0.5, "Beta net"),
    ]
