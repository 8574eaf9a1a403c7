"""Metrics of one's own: arithmetic over counts, and nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folded import Folded, matrix
from labjournal.compare import Selection, build_table
from labjournal.config import Config, OwnMetricConfig, ResultsConfig, load
from labjournal.errors import InputError
from labjournal.model import Counts
from labjournal.stats import own

COUNTS = Counts(("bkg", "sig"), ((90, 8), (3, 40)), (2, 1))


def value(formula: str, signal: str | None = "sig") -> float | None:
    return own.from_formula("mine", formula).compute(COUNTS, signal)


def test_formulas_know_counts_and_classes() -> None:
    assert value("tp + fp * 1000 + fn * 1e6 + tn * 1e9") == 40 + 8e3 + 4e6 + 92e9
    assert value("correct + wrong - n") == 0
    assert value('hits("bkg") / support("bkg")') == 0.9
    assert value('answered("sig")') == 48
    assert value("-sqrt(16) + min(3, unknown) ** 2 + log10(100) - abs(-1)") == pytest.approx(-4 + 9 + 2 - 1)
    assert value("5*tp / (5*tp + 4*fn + fp)") == pytest.approx(200 / (200 + 16 + 8))


@pytest.mark.parametrize("formula", ["tp / (n - n)", "log(0)", "2 ** 1e9", 'hits("none")', "sqrt(-1)", "exp(1e9)"])
def test_what_does_not_exist_is_empty(formula: str) -> None:
    assert value(formula) is None


def test_without_a_positive_class_there_is_no_tp() -> None:
    assert value("tp", None) is None


@pytest.mark.parametrize(
    "formula",
    ["__import__('os').system('true')", "tp.real", "[n][0]", "open('x')", "lambda: 1", "n if n else 1", "'a'", "True",
     "sqrt(*[1])", "max(n, key=n)", "hits(n)", "n; n", "", "accuracy", "n @ n", "f'{n}'"],
)  # fmt: skip
def test_everything_but_arithmetic_is_refused(formula: str) -> None:
    with pytest.raises(InputError, match="mine"):
        own.from_formula("mine", formula)


@given(st.text(alphabet="tpfn0123456789.+-*/() ", max_size=30))
def test_any_text_is_a_finite_number_empty_or_refused(formula: str) -> None:
    try:
        found = value(formula)
    except InputError:
        return
    assert found is None or math.isfinite(found)


def test_requirement_10_a_metric_added_later_is_there_for_all_old_results() -> None:
    journal = Folded()
    for name, row in (("old", [[90, 10], [5, 45]]), ("new", [[95, 5], [1, 49]])):
        journal.result(journal.run(name), {}, "1:1", 1, counts=matrix(("bkg", "signal"), row))
    before = build_table(journal.store, Selection(), Config())
    assert "f2" not in [column.metric for column in before.columns]
    f2 = OwnMetricConfig("5*tp / (5*tp + 4*fn + fp)", "higher")
    config = Config(results=ResultsConfig(metric={"f2": f2}))
    table = build_table(journal.store, Selection(at="best", metrics=("f2",)), config)
    assert [round(row.cells["f2"].value, 6) for row in table.rows] == [round(245 / 254, 6), round(225 / 255, 6)]
    assert table.columns[0].higher_is_better
    assert any("f2 = 5*tp / (5*tp + 4*fn + fp); higher is better." in note for note in table.notes)


def test_functions_of_one_file_are_metrics(tmp_path: Path) -> None:
    (tmp_path / "metrics.py").write_text(
        "from math import sqrt\n"
        "def purity(counts):\n    'Share of right answers among the known ones.'\n"
        "    return counts.correct / (counts.n - sum(counts.unknown))\n"
        "purity.direction = 'higher'\n"
        "def _hidden(counts): return 1\ndef two(a, b): return 1\n"
        "def undefined(counts): return 1 / 0\n"
    )
    (tmp_path / "labjournal.toml").write_text('[results]\nmetrics_file = "metrics.py"\n')
    named = load(tmp_path, {}).results.metrics_file
    found = {metric.metric.name: metric for metric in own.from_file(Path(named or ""))}
    assert set(found) == {"purity", "undefined"}
    assert found["purity"].compute(COUNTS, None) == 130 / 141
    assert found["purity"].metric.formula == "Share of right answers among the known ones"
    assert found["undefined"].compute(COUNTS, None) is None


def test_a_file_that_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        own.from_file(tmp_path / "broken.py")


FILE = """
import numpy as np

def youden(counts, signal):
    i = counts.labels.index(signal)
    return counts.matrix[i][i] / counts.support[i] - counts.matrix[1 - i][i] / counts.support[1 - i]

def smallest(counts):
    return np.int64(min(counts.support))

def of_cats(counts):
    return counts.support[counts.labels.index("cat")]

def helper(a, b):
    return a + b
"""


def test_functions_may_take_the_positive_class_and_give_any_number(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    found = {metric.metric.name: metric.compute for metric in own.from_file(path)}
    assert set(found) == {"youden", "smallest", "of_cats"}
    assert found["youden"](COUNTS, "sig") == pytest.approx(40 / 44 - 8 / 100)
    assert found["youden"](COUNTS, None) is None
    assert found["smallest"](COUNTS, None) == 44
    assert found["of_cats"](COUNTS, None) is None  # results of other classes do not keep the table from being made


def test_a_function_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("def wrong(counts):\n    return counts.nothing\n")
    (metric,) = own.from_file(path)
    with pytest.raises(InputError, match="wrong fails: AttributeError"):
        metric.compute(COUNTS, None)
