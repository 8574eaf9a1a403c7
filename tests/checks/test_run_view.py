"""Why checks of the course have nothing to say where there is only what backward was called on: as it is, in words."""

from __future__ import annotations

import pytest
from synthetic import curve, power, view

from labjournal.checks.curve import Curve

WATCHED = curve("watch/loss", power(200, 2, 0.5))


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        ([], "the script named no loss, so"),
        ([curve("train/loss", [0.9, 0.7, 0.6], 60)], "the script's train/loss has 3 records, 5 are needed, so"),
        ([curve("val/loss", power(40, 2, 0.5))], "the script named no loss of training as a whole, so"),
    ],
)
def test_it_is_said_whether_no_loss_was_named_or_too_little_of_it_is_known(logged: list[Curve], said: str) -> None:
    assert str(view(WATCHED, *logged).unnamed).startswith(said)
    assert str(view(WATCHED, *logged, optimizers=2).game).startswith(f"2 optimizers took turns and {said[:-4]}")


def test_a_loss_with_enough_records_is_gone_by() -> None:
    assert view(WATCHED, curve("train/loss", power(6, 2, 0.5))).unnamed is None
