"""What of a batch is told apart row by row: its inputs, never a label in their place, and not the number of a row."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from labjournal.watch.rows import Batch  # noqa: E402

LABEL = torch.tensor([3, 3])
PICTURE, VIEW = torch.randn(2, 1, 4, 4), torch.randn(2, 1, 4, 4)
USER, ITEM = torch.tensor([7, 7]), torch.tensor([1, 2])


def distinct(given: Any) -> int | None:
    marks = Batch(given).marks()
    return None if marks is None else len(set(marks))


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ([PICTURE, LABEL], 2),
        ([PICTURE[:1].repeat(2, 1, 1, 1), torch.tensor([0, 1]), LABEL], 1),
        ([[PICTURE, VIEW], LABEL], 2),
        ([("a text", "another"), LABEL], None),
        ([["a.png", "b.png"], LABEL], None),
        ({"text": ["a", "b"], "label": LABEL}, None),
        ({"image": PICTURE, "label": LABEL}, 2),
        ([{"pixels": PICTURE}, LABEL], 2),
        ([USER, ITEM, torch.rand(2)], 2),
        ([USER, USER, torch.tensor([1.0, 0.0])], 2),
        ([PICTURE], 2),
        (PICTURE, 2),
        ([], None),
    ],
)
def test_rows_are_told_apart_by_what_they_hold(given: Any, rows: int | None) -> None:
    assert distinct(given) == rows


def test_rows_of_a_few_whole_numbers_are_equal_by_chance() -> None:
    found = [Batch(given) for given in ([USER, ITEM, LABEL], [PICTURE, LABEL], [torch.zeros(2, 9).long(), LABEL])]
    for one in found:
        one.marks()
    assert [one.scarce for one in found] == [True, False, False]
