"""Lines of a log whose numbers are padded: gaps of two spaces and more part no columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.parsers import read_text

STEP = st.sampled_from(("epoch", "Epoch", "ep", "step", "iter", "round"))
NAMES = st.sampled_from(
    (("train_loss", "val_loss"), ("loss", "acc"), ("train loss", "val acc"), ("loss", "recall@20"), ("loss", "f1"))
)
VALUE = st.integers(1, 99_999)


@given(
    step=STEP,
    names=NAMES,
    width=st.integers(2, 6),
    gap=st.sampled_from((" ", "  ", "   ")),
    decimals=st.integers(2, 5),
    first=st.integers(0, 3),
    values=st.lists(st.tuples(VALUE, VALUE), min_size=3, max_size=8, unique_by=lambda pair: pair[0]),
)
def test_a_log_with_padded_numbers_is_curves_and_no_table(
    step: str,
    names: tuple[str, str],
    width: int,
    gap: str,
    decimals: int,
    first: int,
    values: list[tuple[int, int]],
) -> None:
    lines = [
        f"{step} {first + k:{width}d}{gap}{names[0]} {a / 10**decimals:.{decimals}f}"
        f"{gap}{names[1]} {b / 10**decimals:.{decimals}f}"
        for k, (a, b) in enumerate(values)
    ]
    read = read_text("\n".join([*lines, "test mse 3.2415  r2 0.3874"]) + "\n")
    (result,) = read.results
    assert (result.role, result.metrics) == ("test", {"mse": 3.2415, "r2": 0.3874})
    assert len(read.series) == 2
    loss = next(iter(read.series.values()))
    assert "loss" in loss.tag
    assert loss.points == [(first + k, pytest.approx(a / 10**decimals)) for k, (a, _) in enumerate(values)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("AP 0.50  AP 0.75  AR 10\n   45.2     33.1   50.2\n", {"ap_0_50": 45.2, "ap_0_75": 33.1, "ar_10": 50.2}),
        ("epoch  train_loss  accuracy\n0      0.912       0.52\n1      0.712       0.62\n", {"accuracy": 0.62}),
    ],
)
def test_titles_with_thresholds_and_under_a_step_stay_titles(text: str, names: dict[str, float]) -> None:
    read = read_text(text)
    found = {name: value for result in read.results for name, value in result.metrics.items()}
    found |= {name: series.points[-1][1] for name, series in read.series.items()}
    assert names.items() <= found.items()
