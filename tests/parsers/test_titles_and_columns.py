"""Titles without any mark that say the set, how far they hold, and one name over a column of values."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

TITLES = [
    pytest.param("CheXNet Final Test Results\n\nMean AUROC:\n0.678\n", ["test"], id="of a named model"),
    pytest.param("BERT Validation Results\naccuracy: 0.91\n", ["validation"], id="of a validation"),
    pytest.param("Error analysis on the test set\nRMSE: 0.512\n", ["test"], id="an analysis"),
    pytest.param(
        "Test results:\naccuracy: 0.91\n\n\nBaseline run follows\nTuned mean AUC: 0.909\n",
        ["test", "unclear"],
        id="two blank lines end it",
    ),
    pytest.param("Test results:\naccuracy: 0.91\n\nAUC: 0.909\n", ["test"], id="one blank line does not"),
    pytest.param("Saving test results\naccuracy: 0.91\n", ["unclear"], id="what is being done is no title"),
]


@pytest.mark.parametrize(("text", "roles"), TITLES)
def test_the_title_says_the_set(text: str, roles: list[str]) -> None:
    assert [result.role for result in read_text(text).results] == roles


def test_a_delta_in_a_name_is_no_difference() -> None:
    [result] = read_text("For MFCC_delta with energy:\n Accuracy: 0.188\n").results
    assert result.metrics == {"accuracy": 0.188}


def test_names_with_numbers_tell_more_than_three_results_apart() -> None:
    text = "".join(f"Station-0{at}\n  RMSE: 0.{at}17\n" for at in range(1, 7))
    assert [result.options.get("group") for result in read_text(text).results] == [
        f"Station-0{at}" for at in range(1, 7)
    ]


def test_a_name_over_a_column_is_a_curve_and_its_first_value_no_result() -> None:
    reading = read_text("% mean class accuracy (train set)\n 7.53e+01\n 9.34e+01\n 9.68e+01\n")
    assert not reading.results
    [series] = reading.series.values()
    assert (series.role, series.points) == ("train", [(1.0, 75.3), (2.0, 93.4), (3.0, 96.8)])


def test_two_values_under_a_name_are_nothing_sure() -> None:
    reading = read_text("Score:\n0.91\n0.02\n")
    assert not reading.results
    assert not reading.series
