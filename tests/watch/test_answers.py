"""Where the loss stays is judged by the last half of the steps, however the looks lie."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch")

from labjournal.watch.answers import Answers

PLATEAU = [(step, math.log(3) + 0.01 * (-1) ** step) for step in range(1, 31)]


def test_looks_at_the_first_plateau_say_nothing_of_the_end() -> None:
    left = [*PLATEAU, *((step, 0.9 + 0.01 * (-1) ** step) for step in (100, 150, 200, 340, 360))]
    assert Answers._stays(left, math.log(3)) is None


def test_a_loss_that_stays_at_the_floor_is_told() -> None:
    stays = [*PLATEAU, *((step, math.log(3) + 0.01 * (-1) ** (step // 10)) for step in range(40, 310, 10))]
    assert Answers._stays(stays, math.log(3)) == pytest.approx(math.log(3), abs=0.01)
