"""The language-model researcher's first week, against a list made by reading it."""

from __future__ import annotations

import pytest

from labjournal.importers import Document, read
from samples import samples_folder

# line, day, checkpoint, data set, option numeric, n, accuracy, right answers (background, signal) or None, events
EXPECTED = """
113 2025-10-15  500 1:1  -   1000  0.69  -           493 507
127 2025-10-15  700 1:1  -   1000  0.768 -           493 507
141 2025-10-15  900 1:1  -   1000  0.793 -           493 507
155 2025-10-15 1100 1:1  -   1000  0.804 -           493 507
180 2025-10-16 4500 1:1  -   1000  0.826 -           493 507
194 2025-10-16 4900 1:1  -   1000  0.835 -           493 507
218 2025-10-16 2300 1:1  -   1000  0.762 -           493 507
236 2025-10-17 7100 1:1  -   1000  0.43  -           493 507
250 2025-10-17 3000 1:1  -   1000  0.774 -           493 507
264 2025-10-17 4000 1:1  -   1000  0.79  -           493 507
278 2025-10-17 5000 1:1  -   1000  0.767 -           493 507
292 2025-10-17 6000 1:1  -   1000  0.776 -           493 507
334 2025-10-17  200 1:1  -   1000  0.722 -           494 506
365 2025-10-17  400 1:1  -   1000  0.829 -           494 506
385 2025-10-17  500 1:1  -   1000  0.839 -           494 506
401 2025-10-18 2500 1:1  -   1000  0.862 -           494 506
419 2025-10-18 2500 1:10 -   1000  0.964 901/63      906 94
444 2025-10-18 2500 box  -   18000 0.9770555555555556 17581/6 17979 21
483 2025-10-18  300 1:10 off 1000  0.899 840/59      918 82
502 2025-10-18  300 1:1  off 1000  0.794 464/330     501 499
528 2025-10-19 1600 1:1  off 1000  0.909 452/457     501 499
547 2025-10-19 1600 1:10 off 2000  0.89  1610/170    1816 184
563 2025-10-19 1600 box  off 20000 0.8379 16744/14   19982 18
"""


@pytest.fixture(scope="module")
def week() -> Document:
    path = samples_folder("diaries") / "lhc-olympics-first-week.md"
    if not path.is_file():
        pytest.skip("the first week is not among the samples")
    return read(path.read_text(encoding="utf-8"), "diary.md")


def test_every_result_has_its_day_checkpoint_set_option_and_counts(week: Document) -> None:
    found = []
    for result in week.results:
        place, parsed = result.place, result.parsed
        assert place.checkpoint is not None
        assert place.dataset is not None
        right = [k for k, _ in parsed.tally.classes.values()] if parsed.tally else []
        found.append(
            " ".join(
                map(
                    str,
                    (
                        result.line,
                        result.date,
                        place.checkpoint.removeprefix("checkpoint-"),
                        "box" if "box" in place.dataset.lower() else place.dataset,
                        place.options.get("numeric", "-"),
                        result.n,
                        parsed.metrics["accuracy"],
                        "/".join(map(str, right)) or "-",
                        *result.supports.values(),
                    ),
                )
            )
        )
    assert found == [" ".join(line.split()) for line in EXPECTED.strip().split("\n")]


def test_trainings_are_told_apart_where_checkpoint_numbers_go_back(week: Document) -> None:
    trainings: dict[str | None, list[int]] = {}
    for result in week.results:
        assert result.place.checkpoint is not None
        step = int(result.place.checkpoint.removeprefix("checkpoint-"))
        trainings.setdefault(result.run, []).append(step)
    assert list(trainings.values()) == [
        [500, 700, 900, 1100, 4500, 4900],
        [2300, 7100, 3000, 4000, 5000, 6000],
        [200, 400, 500, 2500, 2500, 2500],
        [300, 300, 1600, 1600, 1600],
    ]


def test_days_tags_and_turning_points_are_found(week: Document) -> None:
    assert {entry.date for entry in week.entries} == {None, *(f"2025-10-{day}" for day in range(14, 20))}
    assert [name for name, _, _ in week.git_tags] == ["v0.1", "v0.1.1", "v0.1.3", "v0.2.0", "v0.2.1", "v0.2.2"]
    kinds = {entry.title: entry.kind.value for entry in week.entries}
    assert kinds["A Crucial Mistake"] == "bug"
    assert kinds["Two Crucial Mistakes"] == "retraction"
    assert kinds["Fixing the Training and Validation Scripts"] == "fix"
    assert kinds["Next Steps"] == "plan"
    assert kinds["One Miss Step"] == "note"


def test_accuracies_in_sentences_are_claims(week: Document) -> None:
    claimed = {(claim.line, round(claim.value, 3)) for claim in week.claims}
    assert {(82, 0.76), (167, 0.804), (433, 0.964), (541, 0.909)} <= claimed
    assert all(claim.kind == "prose" for claim in week.claims)
