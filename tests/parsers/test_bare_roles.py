"""Values that the lines of a training name by the role of their data alone."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text
from labjournal.parsers.bare_roles import with_equal_signs


@pytest.mark.parametrize(
    ("form", "tags"),
    [
        ("epoch {e}  train {a:.4f}  val {b:.4f}", ["train", "val"]),
        ("epoch {e}/8: train {c:+.4f}  val {d:+.4f}  rmse {a:.4f} m", ["rmse", "train", "val"]),
        ("[{e}/8] train {a:.3f} val {b:.3f} acc {p:.1f}%", ["accuracy", "train", "val"]),
        ("epoch {e} | train {a:.4f} | valid {b:.4f}", ["train", "valid"]),
        ("epoch {e} lr 1.00e-03 train {a:.4f} val {b:.4f}", ["train", "val"]),
        ("{e:2d}  train {a:.4f}/{b:.3f}  val {b:.4f}/{a:.3f}", ["train", "val"]),
        ("epoch {e} train {a:.4f} ({b:.3f}) val {b:.4f} ({a:.3f})", ["train", "val"]),
        ("step {e} train {a:.4f} held-out {b:.4f}", ["heldout", "train"]),
        ("epoch {e}: train {a:.3f}, dev {b:.3f}", ["dev", "train"]),
        ("epoch {e} train {a:.0e} val {b:.1e}", ["train", "val"]),
    ],
)
def test_the_losses_of_a_training_are_curves_by_their_roles(form: str, tags: list[str]) -> None:
    lines = [
        form.format(e=e, a=1.017 / e, b=1.017 / e + 0.1113, c=-0.71 * e**3, d=-0.72 * e**3, p=50 + 3.1 * e)
        for e in range(1, 9)
    ]
    reading = read_text("".join(f"{line}\n" for line in lines))
    assert sorted(reading.series) == tags
    assert all(len(one.points) == 8 for one in reading.series.values())
    assert not reading.results


@pytest.mark.parametrize(
    "line",
    [
        "positives: train 0.315 val 0.299",
        "epoch 3 acc train 0.9100 val 0.8800",
        "epoch 3 train 93.1% val 91.2%",
        "epoch 3 train 1200 val 300",
        "epoch 3: train acc 0.91 val acc 0.88",
        "epoch 3 train 0.41s val 0.12s",
        "epoch 3 train=0.41 val=0.52",
        "epoch 3 train 12.31 seconds val 3.10 seconds",
        "step 3 train 1234.5 tok/s val 2345.6 tok/s",
        "epoch 1 train 3.1-4.2 val 2.2-3.3",
        "epoch 2 train 0.51 -> 0.49 val 0.60 -> 0.55",
    ],
)
def test_a_line_that_says_more_or_less_is_left_as_it_is(line: str) -> None:
    assert with_equal_signs(line) == line


def test_a_negative_number_is_no_part_of_the_name_behind_it() -> None:
    reading = read_text("epoch 3 elbo -7.8766 gap -8.6742 rmse 0.6220\n")
    assert {name for result in reading.results for name in result.metrics} <= {"rmse", "elbo"}
