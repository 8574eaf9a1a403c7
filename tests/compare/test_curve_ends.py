"""A comparison of runs that only have curves: what is shown of them, and that nothing is said beyond it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from folded import Folded
from labjournal.compare import Selection, build_table
from labjournal.compare.curve_ends import NOTE
from labjournal.compare.table import Table
from labjournal.config import Config
from labjournal.model import PRINTED, SeriesKey

CURVES = {
    ("", "val/acc"): [0.5, 0.9, 0.8],
    ("", "val/loss"): [0.9, 0.4, 0.6],
    ("", "train/acc"): [0.6, 0.95, 0.99],
    ("", "watch/grad_norm/validation"): [1.0, 2.0, 3.0],
    ("", "system/gpu0/test"): [1.0, 2.0, 3.0],
    ("", "val/lr"): [1.0, 2.0, 3.0],
    (PRINTED, "test_accuracy"): [0.4, 0.7, math.nan],
}


def _journal() -> Folded:
    journal = Folded()
    for name in ("one", "two"):
        run = journal.run(name)
        with journal.store.writing():
            for (folder, tag), values in CURVES.items():
                points = np.array(values) - (0.1 if name == "two" else 0.0)
                steps = np.array([10, 20, 30])
                journal.store.append_series(SeriesKey(run, folder, tag), "file", 0, steps, steps * 1.0, points)
    return journal


def _shown(table: Table) -> dict[tuple[str, str], dict[str, float]]:
    """Values by row and metric, ``val/acc`` under its common name."""
    return {
        (row.label, row.options["split"]): {
            name.replace("val/acc", "accuracy").replace("test_acc", "acc"): round(cell.value, 6)
            for name, cell in row.cells.items()
        }
        for row in table.rows
    }


def _compared(journal: Folded, **wanted: object) -> Table:
    return build_table(journal.store, Selection(every_metric=True, **wanted), Config())  # type: ignore[arg-type]


def test_without_any_result_the_last_values_of_validation_curves_are_shown_and_no_difference_is_judged() -> None:
    table = _compared(_journal())
    assert _shown(table) == {
        ("two:30", "validation"): {"accuracy": 0.7, "val/loss": 0.5},
        ("one:30", "validation"): {"accuracy": 0.8, "val/loss": 0.6},
    }
    assert NOTE in table.notes
    assert table.claims == ()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"at": "20"}, {("one:20", "validation"): {"accuracy": 0.9, "val/loss": 0.4}}),
        ({"at": "20"}, {("one:20", "test"): {"accuracy": 0.7}}),
        ({"at": "best", "metrics": ("val/acc",)}, {("one:20", "validation"): {"accuracy": 0.9}}),
        ({"at": "best", "metrics": ("val/loss",)}, {("one:20", "validation"): {"val/loss": 0.4}}),
        ({"at": "last"}, {("one:30", "validation"): {"accuracy": 0.8, "val/loss": 0.6}}),
    ],
)  # fmt: skip
def test_a_step_and_the_best_are_found_on_the_curves(
    wanted: dict[str, object], expected: dict[tuple[str, str], dict[str, float]]
) -> None:
    shown = _shown(_compared(_journal(), rows=("one",), **wanted))
    for place, metrics in expected.items():
        assert {name: shown[place][name] for name in metrics} == metrics


def test_a_step_in_the_reference_is_that_step() -> None:
    assert _shown(_compared(_journal(), rows=("two:10",)))["two:10", "validation"] == {"accuracy": 0.4, "val/loss": 0.8}


def test_a_run_that_has_a_result_shows_that_and_not_its_curves() -> None:
    journal = _journal()
    run = journal.store.resolve("one").id
    data = {"name": "digits", "hash": "a41f" * 16}
    said = {"subject": {"run": run}, "measured_by": run, "dataset": data, "metrics": {"accuracy": 0.85}}
    journal.state("result", {**said, "role": "validation", "how": "stated"}, run)
    everything = _compared(journal)
    assert [(row.label, dict(row.options)) for row in everything.rows] == [("one", {})]
    assert NOTE not in everything.notes
    both = _compared(journal, rows=("one", "two"))
    assert [row.label for row in both.rows] == ["one", "two:30"]
    assert not both.claims


def test_a_result_that_is_not_assigned_yet_leaves_the_curves_and_is_named() -> None:
    journal = _journal()
    run = journal.store.resolve("one").id
    said = {"subject": {"run": run}, "measured_by": run, "dataset": {"name": None}, "metrics": {"accuracy": 0.85}}
    journal.state("result", {**said, "role": "unassigned", "how": "text"}, run)
    for rows in ((), ("one",)):
        table = _compared(journal, rows=rows)
        assert ("one:30", "validation") in _shown(table)
        assert any("1 result not in the table" in note for note in table.notes)


def test_a_table_of_given_results_is_made_of_nothing_else() -> None:
    journal = _journal()
    run = journal.store.resolve("one").id
    said = {"subject": {"run": run}, "measured_by": run, "dataset": {"name": None}, "metrics": {"accuracy": 0.85}}
    journal.state("result", {**said, "role": "unassigned", "how": "text"}, run)
    given = journal.store.results(include_unassigned=True)
    assert len(given) == 1
    assert not build_table(journal.store, Selection(limit=None), Config(), given).rows


def test_a_retracted_run_is_marked_here_too() -> None:
    journal = _journal()
    run = journal.store.resolve("one").id
    journal.state("retract", {"on": [run], "why": "wrong labels"}, None)
    table = _compared(journal, rows=("one",))
    assert [row.tainted for row in table.rows] == ["wrong labels"]


def test_data_sets_and_options_are_not_claimed_of_curves() -> None:
    assert not _compared(_journal(), rows=("one",), options={"numeric": "on"}).rows
