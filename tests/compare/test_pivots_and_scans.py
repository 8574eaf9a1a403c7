"""Values as columns, scans on an axis, and like for like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from folded import Folded, jets, matrix
from labjournal.compare import Selection, Table, build_table
from labjournal.config import Config, ResultsConfig
from labjournal.errors import NotFoundError
from labjournal.export import cells

CONFIG = Config(results=ResultsConfig(signal="signal"))
DATA = {"name": "flat", "hash": "f1a7" * 16}
BETA = {3.000: 1.25e5, 3.025: 2.57e4, 3.050: 1.51e4, 3.075: 2.59e4, 3.100: 2.18e4, 3.125: 739.0, 3.150: 1.74e4,
        3.175: 1.99e4, 3.200: 0.0}  # fmt: skip
"""The stiffness scan of the profile study, dchi2 by beta."""


def build(journal: Folded, *rows: str, **selection: Any) -> Table:
    return build_table(journal.store, Selection(rows=rows, **selection), CONFIG)


def said(table: Table, words: str) -> list[str]:
    return [note for note in table.notes if words in note]


def scan(points: Mapping[float, tuple[float, ...]]) -> Folded:
    journal = Folded()
    for beta, values in points.items():
        for seed, value in enumerate(values):
            run = journal.run(f"b{seed}", {"beta": beta, "seed": seed, "max_iter": 200}, "c" * 40, kind="scan")
            journal.result(run, {"chi2": value}, DATA, n=3)
    return journal


def test_an_option_becomes_columns_and_each_cell_keeps_its_result() -> None:
    table = build(jets(), by="numeric", datasets=("1:1",), metrics=("accuracy",))
    assert [column.metric for column in table.columns] == ["accuracy[numeric=off]", "accuracy[numeric=on]"]
    assert [column.label for column in table.columns] == ["accuracy, numeric off", "accuracy, numeric on"]
    embed = next(row for row in table.rows if row.name == "v3-embed")
    assert [round(cell.value, 3) for cell in embed.cells.values()] == [0.536, 0.897]
    assert len({cell.result for cell in embed.cells.values()}) == 2
    assert embed.options == {}
    assert table.option_names == ()


def test_data_sets_become_columns() -> None:
    table = build(jets(), by="dataset", metrics=("accuracy",), options={"numeric": "on"})
    embed = next(row for row in table.rows if row.name == "v3-embed")
    assert {name: round(cell.value, 3) for name, cell in embed.cells.items()} == {
        "accuracy[dataset=1:1]": 0.897,
        "accuracy[dataset=1:10]": 0.884,
    }
    assert len(table.datasets) == 1
    assert any("dataset 1:10: below the majority share" in flag.words for flag in embed.flags)


def test_steps_become_columns_in_the_order_of_numbers() -> None:
    journal = Folded()
    run = journal.run("a")
    for step in (900, 1000, 50):
        journal.result(run, {"accuracy": 0.9}, "1:1", step, n=100)
    table = build(journal, by="step")
    assert [column.label for column in table.columns] == [
        "accuracy, step 50",
        "accuracy, step 900",
        "accuracy, step 1000",
    ]
    assert [row.label for row in table.rows] == ["a"]


def test_requirement_55_a_retracted_value_is_marked_at_its_cell_and_its_row() -> None:
    journal = Folded()
    run = journal.run("a")
    journal.result(run, {"accuracy": 0.9}, "1:1", 1, {"numeric": "on"}, n=100)
    bad = journal.result(run, {"accuracy": 0.8}, "1:1", 1, {"numeric": "off"}, n=100)
    journal.state("retract", {"on": [f"r:{bad}"], "why": "misread"})
    (row,) = build(journal, by="numeric").rows
    assert row.tainted == "misread"
    marked = {metric for metric, cell in row.cells.items() if any(flag.slug == "retracted" for flag in cell.flags)}
    assert marked == {"accuracy[numeric=off]"}


def test_a_setting_becomes_columns_and_its_seeds_are_pooled() -> None:
    journal = Folded()
    for width in (32, 64):
        for depth in (2, 4):
            for seed in (1, 2):
                run = journal.run(f"w{width}d{depth}", {"width": width, "depth": depth, "seed": seed}, "c" * 40)
                journal.result(run, {"accuracy": 0.8 + depth / 100 + seed / 1000}, DATA, n=1000)
    table = build(journal, by="width")
    assert [row.name for row in table.rows] == ["depth 4", "depth 2"]
    assert [column.label for column in table.columns] == ["accuracy, width 32", "accuracy, width 64"]
    assert {len(cell.pooled) for row in table.rows for cell in row.cells.values()} == {2}


def test_values_that_stand_in_no_common_row_stay_a_column() -> None:
    table = build(jets(), by="nfa", datasets=("1:10",))
    assert [row.group for row in table.rows] == ["v3", "v4"]
    assert said(table, "No two rows differ in nfa alone")


def test_an_unknown_setting_names_its_neighbours() -> None:
    with pytest.raises(NotFoundError, match="No row has a setting or option numerik") as caught:
        build(jets(), by="numerik")
    assert "numeric" in (caught.value.hint or "")


def test_requirement_24_a_minimum_at_the_edge_is_not_bracketed() -> None:
    table = build(scan({beta: (value,) for beta, value in BETA.items()}))
    assert said(
        table, "Scan over beta on flat, 9 points: lowest chi2 0 at beta 3.2; the next, at beta 3.125, is 739 away"
    )
    assert said(table, "no point was repeated: the scatter is not known")
    assert said(table, "Not bracketed: beta 3.2 is the last of its 9 values; 3.225 would tell.")


@pytest.mark.parametrize(
    ("values", "beyond"),
    [
        ((0.3, 0.1, 0.03, 0.01), "0.0033"),  # by the ratio, which never leaves the positive numbers
        ((1.0, 2.0, 3.0), "0.5"),  # the step would lead to 0
        ((10.0, 20.0, 30.0), "5"),
        ((20.0, 30.0, 40.0), "10"),
        ((-1.0, 0.0, 1.0), "-2"),
    ],
)
def test_the_value_that_would_tell_lies_on_the_grid(values: tuple[float, ...], beyond: str) -> None:
    journal = Folded()
    for value in values:
        journal.result(journal.run(f"x{value}", {"x": value}), {"chi2": value}, DATA, 1)
    assert any(f"; {beyond} would tell." in note for note in build(journal).notes if "Not bracketed" in note)


def test_two_values_are_no_scan_to_be_bracketed() -> None:
    journal = Folded()
    for lr in (0.1, 0.3):
        for epochs in (1, 2, 3):
            journal.result(journal.run("x", {"lr": lr, "epochs": epochs}), {"chi2": 10 + lr - epochs}, DATA, 1)
    table = build(journal)
    assert said(table, "Not bracketed: epochs 3")
    assert not said(table, "Not bracketed: lr")


def test_requirement_24_a_preference_below_the_scatter_of_repeats_is_none() -> None:
    scattered = build(scan({beta: (value, value + 2e4, value + 4e4) for beta, value in BETA.items()}))
    assert said(scattered, "below scatter (repeats scatter by 20,000): no preference")
    clear = build(scan({3.0: (9.0, 9.1), 3.1: (1.0, 1.1), 3.2: (8.0, 8.1)}))
    assert said(clear, "at beta 3.2, is 7 away, beyond the scatter of repeats (0.07071)")
    assert not said(clear, "Not bracketed")


def test_nested_grids_are_judged_each_and_together() -> None:
    journal = Folded()
    for name, places in (("coarse", (3.0, 3.1, 3.3)), ("fine", (3.10, 3.15, 3.20))):
        run = journal.run(name, {"max_iter": 200})
        for beta in places:
            journal.result(run, {"chi2": abs(beta - 3.17)}, DATA, options={"beta": str(beta)})
    table = build(journal)
    assert said(table, "Scan over beta of coarse on flat, 3 points: lowest chi2 0.07 at beta 3.1")
    assert said(table, "Scan over beta of fine on flat, 3 points: lowest chi2 0.02 at beta 3.15")
    assert said(table, "Scan over beta of all together on flat, 5 points")


def test_a_scan_in_two_settings_is_a_table_of_rows_and_columns() -> None:
    journal = Folded()
    for beta in (3.0, 3.1, 3.2):
        for w in (0.01, 0.02, 0.03):
            run = journal.run("p", {"beta": beta, "w": w}, "c" * 40)
            journal.result(run, {"chi2": (beta - 3.1) ** 2 + (w - 0.03) ** 2}, DATA)
    table = build(journal, by="w")
    assert sorted(row.name for row in table.rows) == ["beta 3", "beta 3.1", "beta 3.2"]
    assert [column.label for column in table.columns] == ["chi2, w 0.01", "chi2, w 0.02", "chi2, w 0.03"]
    assert said(table, "Not bracketed: w 0.03 is the last of its 3 values; 0.04 would tell.")
    assert not said(table, "Not bracketed: beta")


def test_runs_that_differ_in_other_things_too_are_no_scan() -> None:
    assert not said(build(jets()), "Scan over")


def test_like_for_like_code_and_precision_of_the_measuring_are_held_against_each_other() -> None:
    journal = Folded()
    for name, commit, dtype, hits in (("a", "1" * 40, "bf16", 900), ("b", "2" * 40, "fp32", 800)):
        run = journal.run(name, {"lr": 0.1}, "c" * 40)
        validation = journal.run(f"val-{name}", {"dtype": dtype}, commit, kind="validate")
        counts = matrix(("x", "y"), [[hits, 1000 - hits], [0, 0]])
        journal.result(run, {}, DATA, 1, measured_by=validation, counts=counts)
    (claim,) = build(journal).claims
    assert "Not like for like: measured by different code (111111, 222222)." in claim.text or (
        "measured by different code (222222, 111111)" in claim.text
    )
    assert "measured with dtype" in claim.text


def _two_kinds() -> Folded:
    """A scan of depth by three runs, and one more depth trained otherwise."""
    journal = Folded()
    for depth, aug, value in ((2, "none", 0.83), (3, "none", 0.8788), (4, "none", 0.81), (3, "mix", 0.93)):
        for seed in (0, 1):
            settings = {"depth": depth, "aug": aug, "seed": seed, "lr": 0.1}
            run = journal.run(f"d{depth}-{aug}-{seed}", settings, "c" * 40)
            journal.result(run, {"accuracy": value + 0.001 * seed}, DATA, n=1000)
    return journal


def test_a_scan_takes_no_mean_over_runs_that_differ_in_more_than_its_axis() -> None:
    (found,) = said(build(_two_kinds(), by="depth", metrics=("accuracy",)), "Scan over depth")
    assert "of aug none" in found
    assert "highest accuracy 0.879 at depth 3" in found


def test_a_row_of_several_runs_shows_all_their_values_of_a_setting() -> None:
    by_depth = build(_two_kinds(), by="depth", metrics=("accuracy",))
    assert sorted(cells.settings(by_depth)["depth"].values()) == ["2, 3, 4", "3"]
    pooled = build(_two_kinds(), by="seed-pooled", metrics=("accuracy",))
    assert set(cells.settings(pooled)["seed"].values()) == {"0, 1"}


def test_an_unknown_setting_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFoundError) as raised:
        build(_two_kinds(), by="augment", metrics=("accuracy",))
    assert {"aug", "depth"} <= set((raised.value.hint or "").removeprefix("There is ").rstrip(".").split(", "))
