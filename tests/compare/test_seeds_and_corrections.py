"""What may be said when there are several comparisons and several seeds."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from scipy import stats as reference

from folded import Folded, matrix
from labjournal.compare import Selection, Table, build_table
from labjournal.compare.table import SEED_POOLED
from labjournal.config import Config

DATA = {"name": "1:1", "hash": "a41f" * 16}


def build(journal: Folded, **selection: object) -> Table:
    return build_table(journal.store, Selection(**selection), Config())  # type: ignore[arg-type]


def counted(hits: int, n: int = 1000) -> dict[str, Any]:
    return matrix(("a", "b"), [[hits, n - hits], [0, 0]])


def several(*hits: int) -> Folded:
    """Runs of other settings, the last the newest and so the first row."""
    journal = Folded()
    for i, right in enumerate(hits):
        run = journal.run(f"run{i}", {"lr": 0.1 * (i + 1), "seed": 1}, "c" * 40)
        journal.result(run, {}, DATA, 1, counts=counted(right))
    return journal


def seeded(**values: tuple[float, ...]) -> Folded:
    """Groups of runs that differ in the seed alone."""
    journal = Folded()
    for lr, (name, accuracies) in enumerate(values.items()):
        for seed, accuracy in enumerate(accuracies):
            run = journal.run(f"{name}-s{seed}", {"lr": lr, "seed": seed}, "c" * 40)
            journal.result(run, {}, DATA, 1, counts=counted(round(accuracy * 1000)))
    return journal


def test_requirement_22_p_is_corrected_and_the_word_follows_the_corrected_p() -> None:
    alone = build(several(929, 903)).claims
    assert [(claim.word, claim.p_corrected) for claim in alone] == [("differs", None)]
    table = build(several(929, 905, 904, 902, 903))
    first = next(claim for claim in table.claims if claim.title.startswith("run0"))
    assert first.p is not None
    assert first.p_corrected == pytest.approx(4 * first.p)
    assert first.word == "no difference shown"
    assert "p 0.036 (corrected 0.14): no difference shown" in first.text
    assert any("4 comparisons, unpaired; p corrected for 4 by Holm" in note for note in table.notes)


def test_a_difference_that_is_not_shown_names_the_events_that_would_show_it() -> None:
    (claim,) = build(several(907, 897)).claims
    assert claim.needed == 13_876
    assert "About 14,000 events each would tell a difference of this size." in claim.text
    (shown,) = build(several(960, 897)).claims
    assert shown.needed is None


def test_a_retracted_row_is_not_counted_among_the_comparisons() -> None:
    journal = several(929, 905, 903)
    journal.state("retract", {"on": [journal.store.runs()[1].id], "why": "wrong labels"})
    table = build(journal)
    assert [claim.p_corrected for claim in table.claims] == [None, None]
    assert [claim.word for claim in table.claims] == ["differs", "may not be used"]


def test_a_seed_that_only_the_generator_names_makes_replicates() -> None:
    journal = Folded()
    for seed in (1, 2, 3):
        run = journal.run(f"s{seed}", {"lr": 0.1}, "c" * 40)
        journal.state("settings", {"source": "seed", "values": {"random": seed, "numpy.random": seed}}, run)
        journal.result(run, {}, DATA, 1, counts=counted(900 + seed))
    table = build(journal)
    assert any("3 seeds of the same settings" in note for note in table.notes)
    assert not any("n = 1 seed" in note or "Scan over" in note for note in table.notes)
    assert not any("Confounded" in claim.text or "They differ in" in claim.text for claim in table.claims)


def test_a_setting_called_random_is_no_seed_when_the_script_was_given_it() -> None:
    journal = Folded()
    for value in (1, 2):
        journal.result(journal.run(f"r{value}", {"random": value}, "c" * 40), {}, DATA, 1, counts=counted(900))
    (claim,) = build(journal).claims
    assert "They differ in random." in claim.text


def test_a_retracted_baseline_is_said_once() -> None:
    journal = several(929, 905, 903)
    journal.state("retract", {"on": [journal.store.runs()[2].id], "why": "wrong labels"})
    table = build(journal, baseline="run0")
    assert sum("The baseline run0:1 is retracted" in note for note in table.notes) == 1
    assert {claim.word for claim in table.claims} == {"may not be used"}


def test_replicates_give_mean_interval_and_noise_floor() -> None:
    values = (0.90, 0.91, 0.95)
    note = next(note for note in build(seeded(base=values)).notes if "3 seeds" in note)
    half = reference.t.ppf(0.975, 2) * statistics.stdev(values) / 3**0.5
    assert f"accuracy on 1:1 0.920 ± {half:.3f} (95% of the mean)" in note
    assert "scatter of single seeds 0.02646" in note


def test_a_difference_below_the_scatter_of_seeds_is_not_called_one() -> None:
    table = build(seeded(base=(0.90, 0.91, 0.95), wide=(0.86,)))
    claim = next(claim for claim in table.claims if claim.title.startswith("base-s2"))
    assert claim.p is not None
    assert claim.p < 0.001
    assert claim.word == "no difference shown"
    assert "Below the scatter of seeds: two of the same settings lie up to 0.161 apart." in claim.text
    assert any("name no row as best" in note for note in table.notes)


def test_a_difference_beyond_the_scatter_of_seeds_stands() -> None:
    table = build(seeded(base=(0.900, 0.901, 0.902), wide=(0.7,)))
    assert {c.word for c in table.claims if "base-s" in c.title and "wide" in c.title} == {"differs"}


def test_rows_over_seeds_show_the_mean_and_are_compared_by_their_scatter() -> None:
    table = build(seeded(base=(0.90, 0.91, 0.92), wide=(0.80, 0.81, 0.82)), by="seed-pooled")
    assert [row.label for row in table.rows] == ["wide × 3 seeds:1", "base × 3 seeds:1"]
    cell = table.rows[1].cells["accuracy"]
    assert (round(cell.value, 9), len(cell.pooled), cell.numerator) == (0.91, 3, None)
    assert table.rows[1].flags[0].words == "n = 3 seeds: base-s2, base-s1, base-s0"
    (claim,) = table.claims
    expected = reference.ttest_ind((0.90, 0.91, 0.92), (0.80, 0.81, 0.82), equal_var=False)
    assert claim.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert claim.word == "differs"
    assert any("over seeds: 95% of the mean over seeds, Student's t" in note for note in table.notes)


def test_checkpoints_are_pooled_step_by_step_and_a_retracted_seed_is_left_out() -> None:
    journal = Folded()
    runs = [journal.run(f"base-s{seed}", {"lr": 1, "seed": seed}, "c" * 40) for seed in range(3)]
    for run in runs:
        for step in (1, 2):
            journal.result(run, {}, DATA, step, counts=counted(900 + 10 * step))
    journal.state("retract", {"on": [runs[0]], "why": "wrong labels"})
    table = build(journal, by="seed-pooled")
    assert [(row.label, row.measurements) for row in table.rows if row.runs] == [
        ("base × 2 seeds:1", 2),
        ("base × 2 seeds:2", 2),
    ]
    assert [row.label for row in table.rows if row.tainted] == ["base-s0:1", "base-s0:2"]


def test_the_same_seed_twice_is_no_second_seed() -> None:
    journal = Folded()
    for name in ("a", "b"):
        journal.result(journal.run(name, {"lr": 1, "seed": 7}, "c" * 40), {}, DATA, 1, counts=counted(900))
    assert any("n = 1 seed in each row" in note for note in build(journal).notes)


def test_the_interval_of_a_rate_over_seeds_ends_at_what_a_rate_can_be() -> None:
    journal = Folded()
    for seed, value in ((0, 0.999), (1, 0.93)):
        journal.result(
            journal.run(f"a{seed}", {"seed": seed, "lr": 0.1}), {"accuracy": value, "nll": value}, "1:1", n=1000
        )
    (row,) = build_table(journal.store, Selection(by=SEED_POOLED, metrics=("accuracy", "nll")), Config()).rows
    assert row.cells["accuracy"].high == 1.0
    assert (row.cells["nll"].high or 0) > 1.0
