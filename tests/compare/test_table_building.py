"""From stated results to the one table; rows of the requirements are named in words."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folded import Folded, jets, matrix
from labjournal.compare import Row, Selection, Table, build_table, named
from labjournal.config import Config, OwnMetricConfig, ResultsConfig, TableConfig
from labjournal.errors import InputError, NotFoundError
from labjournal.export import text
from labjournal.export.style import Style
from labjournal.facts import dumps
from labjournal.model import Role
from labjournal.store.pivot import pivot

CONFIG = Config(results=ResultsConfig(signal="signal"))
CLASSES = ("background", "signal")


def build(journal: Folded, *rows: str, **selection: object) -> Table:
    return build_table(journal.store, Selection(rows=rows, **selection), CONFIG)  # type: ignore[arg-type]


def labels(table: Table) -> list[str]:
    return [row.label for row in table.rows]


def slugs(row: Row) -> list[str]:
    return [flag.slug for flag in row.flags]


def said(table: Table, words: str) -> list[str]:
    return [note for note in table.notes if words in note]


@pytest.fixture(scope="module")
def one() -> Table:
    return build(jets())


def test_requirement_2_a_row_is_run_checkpoint_data_set_and_options(one: Table) -> None:
    keys = [(row.label, row.dataset.label, row.options["numeric"]) for row in one.rows]
    assert len(set(keys)) == len(keys) == 6


def test_requirement_16_each_cell_links_to_its_result(one: Table) -> None:
    journal = jets()
    for row, column in itertools.product(build(journal).rows, one.columns):
        cell = row.cells[column.metric]
        assert journal.store.result(cell.result).subject.run == row.run


def test_requirement_11_a_rate_has_counts_and_interval(one: Table) -> None:
    cell = next(row for row in one.rows if row.label == "v3-embed:2400" and row.options["numeric"] == "on").cells[
        "accuracy"
    ]
    assert (cell.numerator, cell.denominator, cell.value) == (897, 1000, 0.897)
    assert (round(cell.low or 0, 4), round(cell.high or 0, 4)) == (0.8766, 0.9143)


def test_requirement_12_the_majority_share_is_shown_and_what_lies_below_it_is_flagged(one: Table) -> None:
    below = [row.label for row in one.rows if "below_majority" in slugs(row)]
    assert below == ["v3-embed:2400"]
    assert said(one, "Majority share on 1:10 #77c0: 0.906")


def test_requirement_18_every_differing_setting_is_listed_and_more_than_one_is_confounded(one: Table) -> None:
    assert set(one.differing_settings) == {"nfa", "lr.nfa", "code"}
    assert one.equal_settings == 2
    across = next(claim for claim in one.claims if claim.title.startswith("v3-embed:2400 − v4-own-group:2200"))
    assert "Confounded: 4 things differ (code, lr.nfa, nfa, steps 2400 and 2200)" in across.text


def test_requirement_20_a_difference_has_interval_p_and_a_word_by_rule(one: Table) -> None:
    on_off = next(claim for claim in one.claims if claim.option == "numeric" and claim.title.startswith("v3-embed"))
    assert (on_off.word, round(on_off.difference or 0, 3)) == ("differs", 0.361)
    assert on_off.p is not None
    assert on_off.p < 0.001
    journal = Folded()
    run = journal.run("a")
    for option, hits in (("on", 907), ("off", 897)):
        journal.result(run, {}, "1:1", 1, {"numeric": option}, counts=matrix(CLASSES, [[hits, 1000 - hits], [0, 0]]))
    (claim,) = build(journal).claims
    assert claim.word == "no difference shown"
    assert (
        claim.text
        == "+0.010 [−.016 +.036], p 0.45: no difference shown. About 14,000 events each would tell a difference of "
        "this size. That 1:1 was the same data is known by name only."
    )


def test_requirement_21_a_named_baseline_is_kept_through_the_whole_comparison() -> None:
    table = build(jets(), baseline="v4-own-group")
    assert {claim.title.split(" − ")[1].split(",")[0] for claim in table.claims if claim.option is None} == {
        "v4-own-group:2200"
    }
    with pytest.raises(NotFoundError, match="baseline"):
        build(jets(), "v3-embed", baseline="v4-own-group")


def test_requirement_22_the_comparisons_made_are_counted(one: Table) -> None:
    assert said(one, f"{len(one.claims)} comparisons, unpaired")


def test_requirement_55_a_retracted_row_is_marked_and_carries_no_claim(one: Table) -> None:
    tainted = [row for row in one.rows if row.tainted]
    assert [row.label for row in tainted] == ["v3-silu:2200"] * 2
    assert all(slugs(row)[0] == "retracted" for row in tainted)
    about = [claim for claim in one.claims if "v3-silu" in claim.title]
    assert about
    assert all(claim.word == "may not be used" for claim in about)
    assert not said(one, "v3-silu:2200, numeric on is ahead")


def test_requirement_35_one_seed_is_said_where_it_is_so(one: Table) -> None:
    assert said(one, "n = 1 seed in each row")
    journal = Folded()
    for seed in (1, 2, 3):
        run = journal.run(f"seed{seed}", {"lr": 0.1, "seed": seed}, "c" * 40)
        journal.result(run, {"accuracy": 0.9}, "1:1", 1, n=1000)
    table = build(journal)
    assert said(table, "3 seeds of the same settings")
    assert not any("Confounded" in claim.text or "They differ" in claim.text for claim in table.claims)


def test_requirement_7_and_10_metrics_that_follow_from_counts_are_there_for_every_result() -> None:
    table = build(jets(), metrics=("sic", "balanced_accuracy", "precision[signal]"))
    assert [column.metric for column in table.columns] == ["sic", "balanced_accuracy", "precision[signal]"]
    assert all(set(row.cells) == {"sic", "balanced_accuracy", "precision[signal]"} for row in table.rows)
    silu = next(row for row in table.rows if row.label == "v3-silu:2200").cells["sic"]
    assert [round(value, 2) for value in (silu.value, silu.low or 0, silu.high or 0)] == [3.63, 3.04, 4.33]


def test_requirement_9_an_undefined_value_is_empty() -> None:
    journal = Folded()
    journal.result(journal.run("a"), {}, "1:1", 1, counts=matrix(CLASSES, [[500, 0], [400, 100]]))
    (row,) = build(journal, metrics=("accuracy",)).rows
    assert "sic" not in row.cells
    assert [column.metric for column in build(journal).columns] == ["accuracy"]


def test_requirement_14_each_metric_is_defined_under_the_table(one: Table) -> None:
    assert said(one, "SIC = eps_S / sqrt(eps_B); empty where no background passes; higher is better.")


@pytest.mark.parametrize(
    ("trained", "measured", "told"),
    [
        ({"numeric": "off"}, {"numeric": "on"}, "trained with numeric off"),
        ({"numeric": False}, {"numeric": "true"}, "trained with numeric off"),
        ({"batch_size": 32}, {"batch_size": "256"}, None),
        ({"numeric": "on"}, {"numeric": "off"}, None),  # a control
        ({"numeric": True}, {"numeric": "on"}, None),
        ({"lr": 0.1}, {"numeric": "on"}, None),
    ],
)
def test_a_row_says_when_its_model_was_trained_otherwise(
    trained: dict[str, object], measured: dict[str, str], told: str | None
) -> None:
    journal = Folded()
    run = journal.run("a", trained)
    journal.result(run, {"accuracy": 0.9}, "1:1", 1, measured, n=1000)
    (row,) = build(journal).rows
    assert next((flag.words for flag in row.flags if flag.slug == "trained_otherwise"), None) == told


def test_requirement_5_unknown_answers_are_counted_by_class_and_collapse_is_flagged() -> None:
    journal = Folded()
    journal.result(journal.run("a"), {}, "1:1", 1, counts=matrix(CLASSES, [[490, 4], [470, 6]], [10, 20]))
    (row,) = build(journal).rows
    words = {flag.slug: flag.words for flag in row.flags}
    assert words["unknown_answers"] == "answers that are no class: 10 of 504 background, 20 of 496 signal"
    assert words["one_sided"] == "collapse: 0.960 of the answers are background"


def test_answering_the_majority_of_a_lopsided_set_is_no_collapse() -> None:
    journal = Folded()
    journal.result(journal.run("a"), {}, "1:10", 1, counts=matrix(CLASSES, [[7200, 50], [150, 600]]))
    assert "one_sided" not in slugs(build(journal).rows[0])


def test_requirement_6_numbers_that_contradict_each_other_are_flagged() -> None:
    journal = Folded()
    counts = matrix(CLASSES, [[494, 30], [63, 413]])
    journal.result(journal.run("a"), {"accuracy": 0.97}, "1:1", 1, counts=counts, digits={"accuracy": 2})
    (row,) = build(journal).rows
    assert row.cells["accuracy"].value == 0.907
    assert any(flag.slug == "recomputed" and "0.97" in flag.words for flag in row.flags)


def test_few_positives_are_said_and_no_row_is_called_best_by_them() -> None:
    journal = Folded()
    for name, hits in (("a", 11), ("b", 1)):
        journal.result(journal.run(name), {}, "bb1", 1, counts=matrix(CLASSES, [[7000, 989], [11 - hits, hits]]))
    table = build(journal, metrics=("tpr",))
    assert all("few_positives" in slugs(row) for row in table.rows)
    assert said(table, "name no row as best")


def test_requirement_19_same_name_with_other_content_is_never_compared() -> None:
    journal = Folded()
    for name, content in (("a", "a" * 64), ("b", "b" * 64)):
        journal.result(journal.run(name), {"accuracy": 0.9}, {"name": "1:1", "hash": content}, 1, n=1000)
    table = build(journal)
    assert len(table.datasets) == 2
    assert table.claims == ()
    assert said(table, "Same name, other data: 1:1 stands for 2 sets (#aaaa n 1,000, #bbbb n 1,000)")


def test_same_name_with_another_n_is_other_data_too() -> None:
    journal = Folded()
    for name, n in (("a", 1000), ("b", 999), ("c", 1000)):
        journal.result(journal.run(name), {"accuracy": 0.9}, "1:1", 1, n=n)
    table = build(journal)
    assert [len(table.of_dataset(dataset)) for dataset in table.datasets] == [2, 1]
    assert len(table.claims) == 1


def test_data_without_identity_equals_nothing() -> None:
    journal = Folded()
    for name in ("a", "b"):
        journal.result(journal.run(name), {"accuracy": 0.9}, None, 1, n=1000)
    table = build(journal)
    assert len(table.rows) == 2
    assert table.claims == ()
    assert said(table, "Data not identified")


def test_requirement_36_different_objectives_are_never_held_against_each_other() -> None:
    journal = Folded()
    for name in ("one", "two"):
        journal.result(journal.run(name), {"accuracy": 0.9}, "1:1", 1, n=1000, objective=name)
    table = build(journal)
    assert table.claims == ()
    assert said(table, "Different objectives, never compared: one (one:1), two (two:1).")


def test_the_latest_measurement_that_nothing_speaks_against_is_shown_and_the_others_counted() -> None:
    journal = Folded()
    run = journal.run("a")
    for value in (0.90, 0.91, 0.92):
        validation = journal.run("val", kind="validate")
        journal.result(run, {"accuracy": value}, "1:1", 1, measured_by=validation, n=1000)
    journal.state("retract", {"on": [validation], "why": "wrong labels"})
    (row,) = build(journal).rows
    assert row.cells["accuracy"].value == 0.91
    assert row.tainted is None
    assert row.measurements == 3
    assert any(flag.words == "measured 3 times, 1 shown (0.9 to 0.92)" for flag in row.flags)


def test_unassigned_and_training_results_are_counted_and_not_shown() -> None:
    journal = Folded()
    run = journal.run("a")
    journal.result(run, {"accuracy": 0.9}, "1:1", 1, n=1000)
    journal.result(run, {"accuracy": 0.99}, "1:1", 2, role=Role.UNASSIGNED.value)
    journal.result(run, {"accuracy": 0.99}, "train", 1, role=Role.TRAIN.value)
    table = build(journal)
    assert len(table.rows) == 1
    assert said(table, "1 result not in the table until it is said what it was measured on: labjournal log --assign r:")
    assert said(table, "1 result on training data not shown")


def test_one_metric_under_several_spellings_is_one_column_unless_a_result_has_two() -> None:
    journal = Folded()
    journal.result(journal.run("a"), {"val_acc": 0.9}, "1:1", 1, n=1000)
    journal.result(journal.run("b"), {"accuracy": 0.8}, "1:1", 1, n=1000)
    table = build(journal)
    assert [column.metric for column in table.columns] == ["accuracy"]
    assert len(table.claims) == 1
    journal.result(journal.run("c"), {"val_acc": 0.9, "test_acc": 0.7}, "1:1", 1)
    assert {"val_acc", "test_acc", "accuracy"} <= {column.metric for column in build(journal).columns}


def test_a_stated_rate_with_its_n_gets_the_count_that_its_digits_leave() -> None:
    journal = Folded()
    run = journal.run("a")
    journal.result(run, {"accuracy": 0.908}, "x", 1, n=1000, digits={"accuracy": 3})
    journal.result(run, {"accuracy": 0.91}, "y", 1, n=1000, digits={"accuracy": 2})
    exact, rounded = (row.cells["accuracy"] for row in build(journal).rows)
    assert (exact.numerator, exact.denominator) == (908, 1000)
    assert (rounded.numerator, rounded.value, rounded.digits) == (None, 0.91, 2)
    assert rounded.low is not None


def test_rows_are_asked_for_by_reference_step_file_and_pattern() -> None:
    journal = Folded()
    for name in ("v3-a", "v3-b", "v4"):
        run = journal.run(name)
        for step in (100, 200):
            journal.result(run, {"accuracy": 0.9}, "1:1", step, n=1000)
        journal.state(
            "result",
            {
                "subject": {"run": run, "checkpoint": "out/best.pt"},
                "dataset": {"name": "1:1"},
                "metrics": {"accuracy": 0.9},
            },
            run,
        )
    assert labels(build(journal, "v4:100", "v3-a:best.pt")) == ["v4:100", "v3-a:best.pt"]
    assert labels(build(journal, "v3-*:200")) == ["v3-a:200", "v3-b:200"]
    with pytest.raises(NotFoundError, match="v5"):
        build(journal, "v5-*")
    assert said(build(journal, "v4:300", "v3-a"), "No results: v4:300.")


@pytest.mark.parametrize(
    ("at", "steps"), [("all", [100, 200, 300]), ("last", [300]), ("best", [200]), ("100", [100]), ("7", [])]
)
def test_at_chooses_one_checkpoint_of_each_run_and_says_so(at: str, steps: Sequence[int]) -> None:
    journal = Folded()
    run = journal.run("a")
    for step, value in ((100, 0.8), (200, 0.9), (300, 0.7)):
        journal.result(run, {"accuracy": value}, "1:1", step, n=1000)
    table = build(journal, at=at)
    assert [row.step for row in table.rows] == steps
    assert bool(said(table, "flatter")) == (at == "best")


def test_at_that_is_no_step_is_refused() -> None:
    with pytest.raises(InputError, match="--at"):
        build(jets(), at="newest")


def test_by_shows_a_setting_and_orders_the_rows_by_it() -> None:
    assert [row.group for row in build(jets(), by="nfa", datasets=("1:10",)).rows] == ["v3", "v4"]


def test_options_data_sets_and_metrics_narrow_the_table() -> None:
    table = build(jets(), options={"numeric": "off"}, datasets=("#a41f",), metrics=("acc",))
    assert labels(table) == ["v3-embed:2400", "v3-silu:2200"]
    assert [column.metric for column in table.columns] == ["accuracy"]
    with pytest.raises(NotFoundError, match="There are results on 1:1, 1:10"):
        build(jets(), datasets=("1:100",))
    with pytest.raises(NotFoundError, match="auc"):
        build(jets(), metrics=("auc",))


def test_only_changed_leaves_out_what_is_equal_and_says_what() -> None:
    journal = Folded()
    for name, value in (("a", 0.8), ("b", 0.9)):
        journal.result(journal.run(name), {"accuracy": value, "fid": 3.0}, "1:1", 1, n=1000)
    table = build(journal, only_changed=True)
    assert [column.metric for column in table.columns] == ["accuracy"]
    assert said(table, "Equal in all rows, left out: fid.")


def test_without_arguments_the_newest_runs_come_first_and_the_rest_is_counted() -> None:
    journal = Folded()
    for i in range(9):
        journal.result(journal.run(f"run{i}"), {"accuracy": 0.9}, "1:1", 1, n=1000)
    table = build(journal, limit=4)
    assert labels(table) == ["run8:1", "run7:1", "run6:1", "run5:1"]
    assert said(table, "5 results of older runs not shown")


def test_a_table_of_the_newest_rows_is_the_start_of_the_whole_table() -> None:
    journal = Folded()
    for i in range(9):
        run = journal.run(f"run{i}")
        for step in (1, 2):
            journal.result(run, {"accuracy": 0.9}, "1:1", step, n=1000)
        journal.result(run, {"accuracy": 0.9}, "1:1", 3, role=Role.UNASSIGNED.value)
    few, whole = build(journal, limit=5), build(journal, limit=None)
    assert labels(few) == labels(whole)[:5]
    assert said(few, "1 row and 12 results of older runs not shown")
    assert said(few, "9 results not in the table") == said(whole, "9 results not in the table")


def test_one_metric_of_all_checkpoints_stands_by_data_set() -> None:
    journal = Folded()
    run = journal.run("a")
    for dataset, step, value in (("1:1", 1, 0.9), ("1:10", 1, 0.8), ("1:1", 2, 0.7)):
        journal.result(run, {"accuracy": value}, dataset, step)
    found = pivot(journal.store.connection, "accuracy")
    assert found.datasets == ("1:1", "1:10")
    assert found.rows == [(run, 1, "{}", 2, 0.9, 0.8), (run, 2, "{}", 1, 0.7, None)]


def test_a_pivot_shows_the_latest_measurement_and_never_mixes_options() -> None:
    journal = Folded()
    run = journal.run("a")
    for i, value in enumerate((0.9, 0.95, 0.8)):
        journal.result(run, {"accuracy": value}, "1:1", 1, measured_by=journal.run(f"v{i}", kind="validate"))
    journal.result(run, {"accuracy": 0.5}, "1:10", 1)
    journal.result(run, {"accuracy": 0.99}, "1:1", 1, options={"numeric": "off"})
    by = journal.run("v3", kind="validate")
    retracted = journal.result(run, {"accuracy": 0.85}, "1:1", 1, measured_by=by)
    journal.state("retract", {"on": [f"r:{retracted}"], "why": "misread"})
    assert pivot(journal.store.connection, "accuracy").rows == [
        (run, 1, '{"numeric":"off"}', 1, 0.99, None),
        (run, 1, "{}", 4, 0.8, 0.5),
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(("", "1:1", "1:10", "1:1")), st.sampled_from((None, 1, 2)), st.booleans()
        ),
        max_size=12,
    ),
    st.integers(0, 11),
)
def test_a_pivot_is_what_a_walk_through_all_results_gives(measured: list[Any], retracted: int) -> None:
    journal = Folded()
    runs = [journal.run(f"run{i}") for i in range(3)]
    ids = []
    for i, (run, dataset, step, numeric) in enumerate(measured):
        by = journal.run(f"check{i}", kind="validate")
        on = dataset or None
        options = {"numeric": str(numeric)}
        ids.append(
            journal.result(runs[run], {"accuracy": float(i), "nan": float("nan")}, on, step, options, measured_by=by)
        )
    if retracted < len(ids):
        journal.state("retract", {"on": [f"r:{ids[retracted]}"], "why": "misread"})
    usable = [r for r in journal.store.results() if not r.taint and r.dataset.name]
    datasets = sorted({str(r.dataset.name) for r in usable})
    walked: dict[tuple[str, float, str], dict[str, float]] = {}
    counts: Counter[tuple[str, float, str]] = Counter()
    for result in sorted(usable, key=lambda r: (r.t, r.id)):
        step = -1 if result.subject.step is None else result.subject.step
        place = (result.subject.run, step, dumps(dict(result.options)))
        walked.setdefault(place, {})[str(result.dataset.name)] = result.metrics["accuracy"]
        counts[place] += 1
    found = pivot(journal.store.connection, "accuracy")
    assert found.datasets == tuple(datasets)
    assert [(run, -1 if step is None else step, *rest) for run, step, *rest in found.rows] == [
        (*place, counts[place], *map(values.get, datasets)) for place, values in sorted(walked.items())
    ]
    assert all(value is None for row in pivot(journal.store.connection, "nan").rows for value in row[4:])


def test_requirement_33_a_run_that_saw_its_validation_data_says_so_at_each_claim() -> None:
    journal = Folded()
    leaky, clean = journal.run("leaky", {"lr": 1}), journal.run("clean", {"lr": 2})
    for run, accuracy in ((leaky, 0.95), (clean, 0.9)):
        journal.result(run, {"accuracy": accuracy}, {"name": "1:1", "hash": "a" * 64}, 1, n=1000)
    seen = {
        "rule": "train_val_overlap",
        "level": "warning",
        "subject": "Set",
        "message": "90 of 100 shared",
    }
    journal.state("finding", seen, leaky)
    table = build(journal)
    (row,) = (row for row in table.rows if row.name == "leaky")
    assert [flag.words for flag in row.flags] == ["trained on its validation data: 90 of 100 shared"]
    assert all("leaky was trained on some of its validation data." in claim.text for claim in table.claims)
    journal.state("ack", {"finding": journal.store.findings(leaky)[0].id, "why": "augmented"})
    assert [row.flags for row in build(journal).rows] == [(), ()]


def test_a_table_kept_in_the_configuration_is_a_selection() -> None:
    config = Config(
        tables={"main": TableConfig(rows=("v3-embed",), metrics=("accuracy",), at="last", baseline="v3-embed")}
    )
    selection = named(config, "main")
    assert selection == Selection(rows=("v3-embed",), metrics=("accuracy",), at="last", baseline="v3-embed")
    assert named(config, "other") is None


def test_two_runs_of_one_name_are_told_apart() -> None:
    journal = Folded()
    for _ in range(2):
        journal.result(journal.run("same"), {"accuracy": 0.9}, "1:1", 1, n=1000)
    assert len(set(labels(build(journal)))) == 2


def test_a_result_by_hand_without_a_run_stands_in_the_table() -> None:
    journal = Folded()
    journal.state("result", {"metrics": {"accuracy": 0.9}, "dataset": {"name": "1:1"}, "n": 100})
    assert labels(build(journal)) == ["by hand"]


def test_nan_is_a_value_and_never_the_best() -> None:
    journal = Folded()
    run = journal.run("a")
    for step, value in ((1, 0.5), (2, "NaN")):
        journal.result(run, {"loss": value}, "1:1", step)  # type: ignore[dict-item]
    (row,) = build(journal, at="best").rows
    assert row.step == 1
    assert len(build(journal).rows) == 2


def test_a_single_row_or_none_is_a_table_too() -> None:
    assert build(Folded()).rows == ()
    assert build(Folded()).columns == ()


def test_of_several_quantities_those_whose_scatter_nobody_knows_are_named_once_and_carry_no_claims() -> None:
    journal = Folded()
    for name, epochs, right in (("short", 50, 70), ("long", 500, 90)):
        journal.result(journal.run(name), {"epochs": epochs, "T": 33.6}, "1:1", 1)
        journal.result(
            journal.run(f"{name}-counted"), None, "1:1", 1, counts=matrix(CLASSES, [[90, 10], [100 - right, right]])
        )
    table = build(journal, metrics=("epochs", "T", "accuracy"))
    assert {claim.metric for claim in table.claims} == {"accuracy"}
    assert said(table, "No interval is known for epochs, T: how much of a difference is noise cannot be told.")
    (claim,) = build(journal, "short", "long", metrics=("epochs",)).claims
    assert "+450, cannot tell whether this is more than noise: n unknown" in claim.text


def test_points_of_a_scan_do_not_hide_its_summary_and_are_judged_with_their_repeats() -> None:
    journal = Folded()
    scan = journal.run("scan")
    for seed in ("0", "1"):
        for beta, chi2 in ((3.0, 70.0), (3.1, 1.0), (3.2, 64.0)):
            options = {"beta": str(beta), "seed": seed}
            journal.result(scan, {"point_chi2": chi2 + float(seed)}, "planted", options=options)
    journal.result(scan, {"chi2_min": 1.0, "scatter": 0.7}, "planted")
    (row,) = build(journal, metrics=("chi2_min", "scatter")).rows
    placed = [(row.options["beta"], row.options["seed"]) for row in build(journal, metrics=("point_chi2",)).rows]
    assert placed == sorted(placed)
    assert row.cells["scatter"].value == 0.7
    own = {"point_chi2": OwnMetricConfig(direction="lower")}
    config = CONFIG._replace(results=CONFIG.results._replace(metric=own))
    selection = Selection(rows=("scan",), metrics=("point_chi2",))
    (told,) = said(build_table(journal.store, selection, config), "Scan over beta")
    assert "3 points: lowest point chi2 1.5 at beta 3.1" in told
    assert "beyond the scatter of repeats (0.7071)" in told


def test_a_data_set_on_which_a_metric_was_not_measured_is_no_block_of_dashes() -> None:
    journal = jets()
    run = journal.run("v5", {"lr": 1})
    journal.result(run, None, {"name": "1:1", "hash": "a41f" * 16}, 10, counts=matrix(("bg", "sig"), [[5, 5], [1, 9]]))
    journal.result(run, {"loss": 0.5}, {"name": "1:10", "hash": "77c0" * 16}, 10)
    table = build(journal, "v5", metrics=("loss",))
    assert [row.dataset.name for row in table.rows] == ["1:10"]
    everything = text.render(build(journal, "v5"), Style())
    one, ten = everything.split("data set 1:10")
    assert "loss" not in one.split("\n")[1]
    assert "accuracy" not in ten.split("\n")[1]


def test_averages_of_f1_are_shown_where_nobody_measured_an_accuracy() -> None:
    journal = Folded()
    values = {"micro_f1": 0.42, "macro_f1": 0.15, "macro_recall": 0.2, "loss": 0.3}
    journal.result(journal.run("labels", {"lr": 0.1}), values, {"name": "val"}, n=500)
    assert {column.metric for column in build_table(journal.store, Selection(), Config()).columns} == {
        "loss", "macro_f1", "micro_f1",
    }  # fmt: skip
    journal.result(journal.run("one", {"lr": 0.1}), {**values, "accuracy": 0.5}, {"name": "val"}, n=500)
    assert not {"macro_f1", "micro_f1"} & {
        column.metric for column in build_table(journal.store, Selection(), Config()).columns
    }
