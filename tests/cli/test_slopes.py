"""Slopes with units: a plateau is judged by its slope, not by eye."""

from __future__ import annotations

import numpy as np
import pytest

from labjournal.cli.slopes import lines, steps_per_epoch
from labjournal.events import Scalars


def curve(values: np.ndarray, every: int = 10) -> Scalars:
    steps = np.arange(len(values)) * every
    return Scalars(steps, steps.astype(float), values.astype(float))


def test_requirement_43_a_slope_has_its_units_and_a_word() -> None:
    x = np.arange(200.0)
    curves = {
        "loss": curve(5 - 0.01 * x),
        "flat": curve(np.random.default_rng(0).normal(size=200)),
        "epoch": curve(x / 20),
    }
    falling, flat = lines({name: curves[name] for name in ("loss", "flat")}, 0.25, steps_per_epoch(curves))
    assert flat.startswith("loss  −0.001 ± ")
    assert " per step, −0.2 ± " in flat
    assert " per epoch, −0.01 ± " in flat
    assert flat.endswith("per log interval of 10 steps (steps 1,500 to 1,990, 50 points): falling")
    assert falling.endswith(": no slope shown")


@pytest.mark.parametrize("values", [np.arange(3.0), np.full(50, np.nan)])
def test_too_few_points_have_no_slope(values: np.ndarray) -> None:
    (line,) = lines({"loss": curve(values)}, 1.0, None)
    assert line.endswith("too few for a slope")


def test_a_slope_is_seen_in_white_noise_in_about_five_of_a_hundred_cases() -> None:
    rng = np.random.default_rng(1)
    shown = sum("no slope shown" not in next(lines({"x": curve(rng.normal(size=60))}, 1.0, None)) for _ in range(300))
    assert 3 <= shown <= 32  # 15 expected
