"""What a run takes of its machine, judged from the samples of its supervisor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from synthetic import curve

from labjournal.checks import host
from labjournal.model import Run, RunKind, Status
from labjournal.vocabulary import Level

RUN = Run("t", "t", RunKind.TRAIN, Status.DONE, datetime(2026, 11, 18, tzinfo=UTC))


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


def test_a_run_whose_end_nobody_saw_was_not_ended_from_outside_for_all_that_is_known() -> None:
    unseen = replace(RUN, status=Status.LOST, cause="gone", command=("python", "train.py"), step=660, end_unseen=True)
    assert host.interrupted(unseen).state == "not judged"


def test_a_lost_run_is_a_mark_with_its_cause() -> None:
    said = host.interrupted(replace(RUN, status=Status.LOST, cause="the machine was rebooted", step=40))
    assert said.found
    assert said.level is Level.NOTICE
    assert "rebooted" in said.message
    assert not host.interrupted(RUN).found


@pytest.mark.parametrize(
    ("free", "largest", "state"),
    [(None, 0, "not judged"), (5 * 10**9, 10**9, "fine"), (5 * 10**8, 0, "finding"), (5 * 10**9, 4 * 10**9, "finding")],
)
def test_room_on_the_disk_is_held_against_the_checkpoints(free: int | None, largest: int, state: str) -> None:
    assert host.disk_low(free, largest).state == state
