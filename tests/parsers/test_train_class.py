"""A class called "train" among vehicles is a class, not the training set."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text


@pytest.mark.parametrize(
    "form",
    [
        "AP for {0} = 0.7588\n",
        "{0} accuracy: 0.75\n",
        "Accuracy of {0} : 75 %\n",
        "AP ({0}): 0.75\n",
        "ap_{0} 0.755\n",
        "{0}: IoU 0.75\n",
        "{0:14}: iou 0.751, acc 0.812\n",
    ],
)
def test_among_vehicles_it_has_no_role(form: str) -> None:
    text = "".join(form.format(name) for name in ("bus", "train", "truck"))

    results = read_text(text).results
    said = [*(name for result in results for name in result.metrics), *(v for r in results for v in r.options.values())]

    assert {result.role for result in results} == {"unclear"}
    assert any("train" in word for word in said)


@pytest.mark.parametrize(
    "text",
    [
        "bus AP: 0.5, train AP: 0.25, car AP: 0.75\n",
        "{'IoU': {'bus': 0.5123, 'train': 0.6123, 'car': 0.7123}}\n",
        '{"per_class": {"bus": {"iou": 0.5}, "train": {"iou": 0.25}}}\n',
        "IoU of class train is 0.61\n",
    ],
)
def test_beside_them_in_one_line_it_has_none_either(text: str) -> None:
    assert {result.role for result in read_text(text).results} == {"unclear"}


def test_each_epoch_it_is_one_curve_among_those_of_the_others() -> None:
    text = "".join(
        f"Epoch {epoch}\nAP for bus = 0.{epoch}11\nAP for train = 0.{epoch}22\nAP for truck = 0.{epoch}33\n"
        for epoch in range(1, 10)
    )

    series = read_text(text).series

    assert {tag: (curve.role, len(curve.points)) for tag, curve in series.items()} == {
        "ap_bus": ("unclear", 9),
        "ap_train": ("unclear", 9),
        "ap_truck": ("unclear", 9),
    }


@pytest.mark.parametrize("other", ["val", "test", "holdout", "clean"])
def test_beside_other_words_it_is_the_training_set(other: str) -> None:
    text = f"train accuracy: 0.75\n{other} accuracy: 0.5\n"

    assert next(result for result in read_text(text).results if 0.75 in result.metrics.values()).role == "train"
