"""Forms of many tools, each in a few lines: what a careful reader records of them, and what nobody would."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

NOTHING = [
    pytest.param(
        "           accuracy        f1\naccuracy   1.000000  0.934000\nf1         0.934000  1.000000\n",
        id="a printed correlation matrix",
    ),
    pytest.param(
        "|          |   accuracy |    f1 |\n|:---------|-----------:|------:|\n"
        "| accuracy |      1.000 | 0.934 |\n| f1       |      0.934 | 1.000 |\n",
        id="a drawn correlation matrix",
    ),
    pytest.param(",accuracy,f1\naccuracy,1.0,0.93\nf1,0.93,1.0\n", id="a saved correlation matrix"),
    pytest.param("Correlation matrix:\nf1: 0.83\nprecision: 0.44\n", id="what depends on what"),
    pytest.param("Feature importances:\nscore: 0.31\nrecall: 0.22\n", id="importances"),
    pytest.param("id,label,prob,accuracy\n1,0,0.31,1\n2,1,0.93,1\n3,1,0.43,0\n", id="a row for each example"),
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_nobody_measured_is_no_result(text: str) -> None:
    assert read_text(text).results == ()


def test_of_a_description_the_mean_is_the_value() -> None:
    text = "          accuracy        f1\ncount     5.000000  5.000000\nmean      0.912000  0.904000\n"
    text += "std       0.011000  0.012000\nmin       0.895000  0.889000\nmax       0.925000  0.919000\n"
    assert [dict(result.metrics) for result in read_text(text).results] == [{"accuracy": 0.912, "f1": 0.904}]
