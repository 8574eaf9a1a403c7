"""What a run takes of its machine, judged from the samples of its supervisor."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import curve

from labjournal.checks import host
from labjournal.vocabulary import Level


@pytest.mark.parametrize(
    ("percent", "state", "level"),
    [
        (np.full(20, 60.0), "fine", None),
        (np.full(20, 97.0), "finding", Level.NOTICE),
        (np.linspace(40, 99, 20), "finding", Level.WARNING),
        (np.linspace(20, 90, 20), "fine", None),
        ([30.0, 98.0, 98.0, 98.0, 98.0, 98.0, 98.0, 98.0], "finding", Level.NOTICE),
        ([*[50.0] * 10, 99.0, 50.0], "fine", None),
        ([99.0, 99.0], "not judged", None),
    ],
)
def test_a_full_card_is_a_mark_and_one_that_keeps_filling_a_warning(
    percent: list[float], state: str, level: Level | None
) -> None:
    said = host.gpu_memory(curve("system/gpu1/memory_percent", percent, 15))
    assert said.state == state
    if level is not None:
        assert said.level is level
        assert said.message.startswith("gpu1: ")
