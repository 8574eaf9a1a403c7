"""Results: what their counts say, and what a small sample does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal import stats
from labjournal.checks import options, outcome
from labjournal.checks.rule import Verdict
from labjournal.model import Counts, Dataset, Result, Role, Source, Subject
from labjournal.vocabulary import Level

START = datetime(2026, 11, 18, tzinfo=UTC)


def tell(a: tuple[int, int], b: tuple[int, int]) -> options.Apart:
    said = stats.compare_rates(a, b)
    return options.Apart(said.word == "differs", said.word, said.p)


def result(
    matrix: Sequence[Sequence[int]] | None = None,
    unknown: Sequence[int] | None = None,
    at: int = 0,
    step: int | None = 100,
    options: dict[str, str] | None = None,
    **more: Any,
) -> Result:
    counts = None
    if matrix is not None:
        labels = tuple(f"c{i}" for i in range(len(matrix)))
        counts = Counts(labels, tuple(tuple(row) for row in matrix), tuple(unknown or [0] * len(matrix)))
    given_n = more.pop("n", counts.n if counts else None)
    return Result(
        id=f"01M7XQ{at:020d}",
        t=START + timedelta(minutes=at),
        subject=Subject("run", "step_100.pt", step, "v1"),
        measured_by=f"m{at}",
        dataset=Dataset("1:1", "a" * 64),
        options=options or {},
        metrics=more.pop("metrics", {}),
        role=more.pop("role", Role.VALIDATION),
        sources=(Source("stated"),),
        n=given_n,
        counts=counts,
        **more,
    )


def judged(*results: Result) -> dict[str, Verdict]:
    """The verdicts on the last of some results, by rule; findings first."""
    verdicts = list(outcome.judge(results[-1:], results, tell))
    return {verdict.rule: verdict for verdict in sorted(verdicts, key=lambda v: v.found)}


def found(*results: Result) -> dict[str, Level]:
    return {rule: verdict.level for rule, verdict in judged(*results).items() if verdict.found}


def test_a_good_result_raises_nothing() -> None:
    assert found(result([[466, 58], [45, 431]])) == {}
    assert found(result([[6928, 322], [122, 628]])) == {}


def test_one_answer_for_everything_is_a_collapse_and_not_said_twice() -> None:
    assert found(result([[300, 0], [300, 0]])) == {
        "prediction_collapse": Level.WARNING,
        "metric_at_chance": Level.NOTICE,
    }


def test_one_answer_is_no_collapse_where_the_labels_are_one_class() -> None:
    assert "prediction_collapse" not in found(result([[960, 0], [40, 0]]))


def test_answers_that_do_not_depend_on_the_labels_are_guessing() -> None:
    assert found(result([[250, 250], [245, 255]])) == {"metric_at_chance": Level.WARNING}
    assert found(result([[250, 250], [245, 255]], step=0)) == {"metric_at_chance": Level.NOTICE}
    assert found(result([[250, 250], [245, 255]], options={"numeric": "off"})) == {"metric_at_chance": Level.NOTICE}


def test_auc_of_a_half_is_guessing() -> None:
    assert found(result(metrics={"auc": 0.507}, n=2000)) == {"metric_at_chance": Level.WARNING}
    assert found(result(metrics={"auc": 0.56}, n=2000)) == {}
    assert judged(result(metrics={"auc": 0.5}, n=40))["metric_at_chance"].state == "not judged"


def test_below_the_majority_is_a_mark() -> None:
    assert found(result([[6395, 855], [70, 680]])) == {"below_majority_baseline": Level.NOTICE}


@pytest.mark.parametrize("matrix", [[[3, 4], [5, 2]], [[9, 0], [9, 0]], [[0, 1], [1, 0]]])
def test_a_small_sample_is_not_judged(matrix: list[list[int]]) -> None:
    verdicts = judged(result(matrix))
    assert found(result(matrix)) == {}
    for rule in ("prediction_collapse", "below_majority_baseline", "metric_at_chance"):
        assert verdicts[rule].state == "not judged"
        assert "30 are needed" in verdicts[rule].message


def test_unknown_answers_are_counted() -> None:
    assert found(result([[400, 20], [30, 340]], [100, 110]))["unknown_answers"] is Level.WARNING
    assert found(result([[480, 20], [30, 468]], [1, 1]))["unknown_answers"] is Level.NOTICE


def test_a_result_without_an_error_is_a_mark_only_on_many_events() -> None:
    assert found(result(metrics={"accuracy": 1.0}, n=5000)) == {"metric_too_good": Level.NOTICE}
    assert found(result(metrics={"accuracy": 1.0}, n=12)) == {}


def test_a_rate_that_rounding_hides_is_a_mark() -> None:
    assert found(result(metrics={"fpr": 0.0}, n=62910, digits={"fpr": 3})) == {"rate_rounded_to_zero": Level.NOTICE}
    assert found(result(metrics={"fpr": 0.0}, n=100, digits={"fpr": 3})) == {}
    assert found(result(metrics={"fpr": 0.0}, n=62910)) == {}
    said = judged(result([[62909, 0], [1, 0]], metrics={"error": 0.0}))["rate_rounded_to_zero"]
    assert "1/62910" in said.message


def test_an_option_with_equal_counts_does_nothing() -> None:
    on = result([[494, 30], [63, 413]], at=1, options={"numeric": "on"})
    off = result([[494, 30], [63, 413]], at=2, options={"numeric": "off"})
    assert found(on, off) == {"option_without_effect": Level.WARNING}
    assert "numeric=off and numeric=on" in judged(on, off)["option_without_effect"].message
    assert found(off, on) == {}  # said of the later one only


@pytest.mark.parametrize(
    ("metrics", "measured_by", "found_it"),
    [
        ({"loss": 0.173, "accuracy": 0.928}, "m", True),
        ({"loss": 0.174, "accuracy": 0.928}, "m", False),
        ({"loss": 0.173, "accuracy": 0.928}, "another", False),
        ({"accuracy": 0.928, "f1": 0.913}, "m", False),
        ({"loss": 0.173}, "m", False),
        ({"loss": 0.2, "accuracy": 0.928}, "m", False),
    ],
    ids=["the same", "another loss", "another run", "no loss", "one number", "few digits"],
)
def test_what_one_run_printed_for_two_settings_digit_for_digit(
    metrics: dict[str, float], measured_by: str, found_it: bool
) -> None:
    first = {**metrics, "loss": 0.173} if metrics.get("loss") == 0.174 else metrics
    off = replace(result(at=1, options={"mask": "0.00"}, metrics=first), measured_by="m")
    on = replace(result(at=2, options={"mask": "0.08"}, metrics=metrics), measured_by=measured_by)
    assert ("option_without_effect" in found(off, on)) is found_it


@pytest.mark.parametrize(
    ("setting", "values", "second", "found_it"),
    [
        ("kl_coeff", [0.05, 0.3, 1.0], [3.9272] * 3, True),
        ("kl_coeff", [0.05, 0.3], [3.9272] * 2, False),
        ("kl_coeff", [0.05, 0.3, 1.0], [3.9272, 3.9272, 3.9], False),
        ("kl_coeff", [0.05, 0.3, 0.3], [3.9272] * 3, False),
        ("kl_coeff", [0.05, 0.3, 1.0], [3.5] * 3, False),  # too few digits to be the same by more than chance
        ("epoch", [1, 2, 3], [3.9272] * 3, False),
    ],
)
def test_rows_of_a_table_that_differ_in_a_setting_only(
    setting: str, values: list[float], second: list[float], found_it: bool
) -> None:
    rows = [
        replace(result(), id=f"r{at}", metrics={setting: value, "recon": recon, "kl": 2.1886})
        for at, (value, recon) in enumerate(zip(values, second, strict=True))
    ]
    told = list(options.same_rows(rows))
    assert [(one.rule, one.subject) for one in told] == [("option_without_effect", setting)] * found_it


def test_an_option_inside_the_noise_is_a_mark_and_beyond_it_nothing() -> None:
    on = result([[494, 30], [63, 413]], at=1, options={"numeric": "on"})
    near = result([[490, 34], [66, 410]], at=2, options={"numeric": "off"})
    far = result([[300, 224], [240, 236]], at=2, options={"numeric": "off"})
    assert found(on, near)["option_without_effect"] is Level.NOTICE
    assert "option_without_effect" not in found(on, far)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": Subject("run", "step_200.pt", 200, "v2")},
        {"dataset": Dataset("1:10", "b" * 64)},
        {"dataset": Dataset(None)},
    ],
)
def test_an_option_is_compared_on_equal_ground_only(change: dict[str, Any]) -> None:
    on = replace(result([[494, 30], [63, 413]], at=1, options={"numeric": "on"}), **change)
    off = result([[494, 30], [63, 413]], at=2, options={"numeric": "off"})
    assert judged(on, off)["option_without_effect"].state == "not judged"


def test_training_results_are_left_alone() -> None:
    assert list(outcome.judge([result([[250, 250], [250, 250]], role=Role.TRAIN)], [], tell)) == []


@pytest.mark.parametrize(
    ("error", "n", "state"),
    [(0.31, 500, "finding"), (0.12, 500, "fine"), (0.31, 50, "not judged"), (float("nan"), 500, "not judged")],
)
def test_a_calibration_error_is_judged_by_its_size(error: float, n: int, state: str) -> None:
    assert judged(result(metrics={"ece": error}, n=n))["calibration_collapse"].state == state


@pytest.mark.parametrize(
    ("stated", "state"),
    [(0.75, "fine"), (0.875, "finding"), (0.625, "finding"), (0.7501, "finding"), (0.95, "fine")],
)
def test_an_area_from_the_order_of_equal_scores_is_told(stated: float, state: str) -> None:
    area = outcome.Area(0.625, 0.75, 0.875)
    assert outcome.ties(result(metrics={"auc": stated}, n=4), area).state == state


def test_an_area_is_compared_to_the_digits_it_was_stated_with() -> None:
    area = outcome.Area(0.7, 0.7512, 0.8)
    assert outcome.ties(result(metrics={"auc": 0.75}, digits={"auc": 2}, n=4), area).state == "fine"
    assert outcome.ties(result(metrics={"auc": 0.76}, digits={"auc": 2}, n=4), area).found
    assert outcome.ties(result(metrics={"auc": 0.76}, n=4), outcome.Area(0.75, 0.75, 0.75)).state == "not judged"


matrices = st.integers(1, 4).flatmap(
    lambda k: st.tuples(
        st.lists(st.lists(st.integers(0, 400), min_size=k, max_size=k), min_size=k, max_size=k),
        st.lists(st.integers(0, 50), min_size=k, max_size=k),
    )
)


@given(matrices, st.sampled_from([None, {"fpr": 2}]), st.sampled_from([{}, {"auc": 0.5, "fpr": 0.0, "accuracy": 1.0}]))
@settings(max_examples=200, deadline=None)
def test_no_check_raises_whatever_the_counts(
    counts: tuple[list[list[int]], list[int]], digits: dict[str, int] | None, metrics: dict[str, float]
) -> None:
    one = result(*counts, metrics=metrics, digits=digits or {})
    other = result(*counts, at=5, options={"x": "1"})
    assert all(verdict.level is not Level.ALARM for verdict in outcome.judge([one, other], [one, other], tell))


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_is_that_of_the_statistics(k: int, n: int) -> None:
    k = min(k, n)
    low, high = outcome.wilson(k, n)
    theirs = stats.wilson(k, n)
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


@given(matrices)
@settings(max_examples=60, deadline=None)
def test_independence_agrees_with_scipy(counts: tuple[list[list[int]], list[int]]) -> None:
    import numpy as np
    from scipy.stats import chi2_contingency

    matrix, unknown = counts
    made = result(matrix, unknown).counts
    assert made is not None
    table = np.column_stack([np.array(matrix), unknown])
    table = table[table.sum(axis=1) > 0][:, table[table.sum(axis=1) > 0].sum(axis=0) > 0]
    statistic, freedom = outcome.independence(made)
    if table.size == 0 or min(table.shape) < 2:
        assert freedom == 0
        return
    theirs = chi2_contingency(table, correction=False)
    assert freedom == theirs.dof
    assert statistic == pytest.approx(float(theirs.statistic), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 10, 50])
def test_the_limit_is_the_ninety_fifth_percentile(freedom: int) -> None:
    from scipy.stats import chi2

    assert outcome.chi_squared_limit(freedom) == pytest.approx(float(chi2.ppf(0.95, freedom)), rel=0.01)
