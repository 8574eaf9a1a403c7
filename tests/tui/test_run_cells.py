"""A line of the list of runs, from the narrowest terminal on: what must never be hidden."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from labjournal.store.rows import RunRow
from labjournal.tui.glyphs import ASCII, UNICODE, Glyphs
from labjournal.tui.reading_runs import Beside, MetricChoice
from labjournal.tui.run_cells import WIDE, cells, columns
from labjournal.tui.text import plain_text
from labjournal.tui.widgets.row_drawing import MARGIN, PREFIX, RowDrawing
from labjournal.tui.widgets.row_source import Row

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
CHOICE = MetricChoice("accuracy", "1:1")
BESIDE = Beside(values=((CHOICE, "0.9082", "[.8881 .9241]", False),), numbers=((CHOICE, 0.9082),))


def run_row(**changed: Any) -> RunRow:
    plain = dict.fromkeys(RunRow._fields)
    known: dict[str, Any] = {
        "id": "01M8KHP9C20ANY0HA520MYA0M2",
        "name": "v4-own-group-of-the-numeric-branch",
        "kind": "train",
        "status": "DONE",
        "created_at": "2026-11-29T09:00:00Z",
        "started_at": "2026-11-29T10:00:00Z",
        "ended_at": "2026-11-29T11:00:00Z",
        "watch": "watched",
        "worst_count": 0,
        "checkpoints": 0,
        "attempts": 1,
        "step": 1_234_567,
    }
    return RunRow(**{**plain, **known, **changed})


def shown(row: RunRow, width: int, glyphs: Glyphs = UNICODE, beside: Beside = BESIDE) -> str:
    wide = width - PREFIX - MARGIN >= WIDE
    drawing = RowDrawing(columns("accuracy 1:1"), glyphs)
    line = drawing.row(Row(row.id, cells(row, beside, CHOICE, wide, NOW, glyphs)), width, False, False)
    return plain_text(line)


WIDTHS = (60, 64, 70, 76, 80, 100, 120, 160)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=lambda glyphs: glyphs.name)
@pytest.mark.parametrize("width", WIDTHS)
def test_an_alarm_and_a_retraction_are_said_at_every_width(width: int, glyphs: Glyphs) -> None:
    row = run_row(worst_rule="zero_grad", worst_level="alarm", worst_count=1, retracted="never trained")
    line = shown(row, width, glyphs)
    assert glyphs.tainted in line
    assert f"{glyphs.alarm} {'zero_grad' if width >= 120 else 'alarm'}" in line


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_not_looked_at_never_reads_as_done_alone(width: int) -> None:
    assert "not watched" in shown(run_row(watch="not watched: no Python"), width)
    assert "partly" in shown(run_row(watch="partly: by hand"), width)
    assert "† not watched" in shown(run_row(watch="not watched: no Python", retracted="wrong data"), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_number_is_whole_and_names_are_not_reduced_to_letters(width: int) -> None:
    line = shown(run_row(), width)
    assert "0.9082 [.8881 .9241]" in line or (width < 100 and "0.9082 " in line)
    assert "1,234,567" in line or width < 80
    assert "v4-own" in line
    assert "ranch" in line
    assert "3h00" in line or width < 70


def test_a_run_that_has_just_begun_is_starting_and_later_not_watched() -> None:
    young = {"status": "RUNNING", "ended_at": None, "watch": "not watched: no sign of life yet"}
    assert "starting" in shown(run_row(**young, started_at="2026-11-29T11:59:00Z"), 80)
    assert "not watched" in shown(run_row(**young, started_at="2026-11-29T11:00:00Z"), 80)
    told = {**young, "watch": "not watched: torch is too old"}
    assert "not watched" in shown(run_row(**told, started_at="2026-11-29T11:59:00Z"), 80)


def test_nothing_is_said_to_be_missing_where_nothing_is_measured_at_all() -> None:
    plain = RowDrawing(columns(""), UNICODE)
    line = plain.row(Row("01", cells(run_row(), Beside(), None, False, NOW, UNICODE)), 80, False, False)
    assert "—" not in plain_text(line)
    assert "—" in shown(run_row(), 80, beside=Beside())


def test_age_is_told_since_the_launch() -> None:
    assert shown(run_row(), 80).rstrip().endswith("3h00")


def test_a_tainted_number_of_a_run_that_stands_is_marked_beside_it() -> None:
    tainted = Beside(values=((CHOICE, "0.9082", "[.8881 .9241]", True),), numbers=((CHOICE, 0.9082),))
    for width in WIDTHS:
        assert "0.9082 †" in shown(run_row(), width, beside=tainted)
