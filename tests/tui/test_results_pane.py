"""What a run was measured on stays readable beside its numbers, however narrow the pane."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from labjournal.tui.glyphs import UNICODE
from labjournal.tui.reading_run import Measured
from labjournal.tui.run_panes import results
from labjournal.tui.text import plain_text


def measured(data: str, **options: str) -> Measured:
    dataset = data + "".join(f" {name} {value}" for name, value in options.items())
    value = ("accuracy", "0.968", "[.948 .981]", None)
    return Measured("900", dataset, 1000, *value, data=data, options=tuple(options.items()))


def shown(width: int, *lines: Measured, expect: str = "") -> list[str]:
    run = SimpleNamespace(expect=(expect,) if expect else ())
    view = SimpleNamespace(measured=lines, verdicts=(), run=run)
    seen: Any = SimpleNamespace(view=view, glyphs=UNICODE)
    return [plain_text(line).rstrip() for line in results.lines(seen, width)]


def test_each_option_has_a_column_so_that_rows_are_told_apart_beside_charts() -> None:
    of_two = [measured(data, numeric=numeric) for data in ("1:1", "1:10") for numeric in ("on", "off")]
    assert shown(39, *of_two) == [
        " at   data numeric  accuracy 95%",
        " 900  1:1  on       0.968 [.948 .981]",
        " 900  1:1  off      0.968 [.948 .981]",
        " 900  1:10 on       0.968 [.948 .981]",
        " 900  1:10 off      0.968 [.948 .981]",
    ]


def test_the_name_of_an_option_gives_way_before_its_values() -> None:
    assert shown(39, measured("1:10", augmentation="on"), measured("1:1")) == [
        " at   data augment…  accuracy 95%",
        " 900  1:10 on        0.968 [.948 .981]",
        " 900  1:1            0.968 [.948 .981]",
    ]


def test_without_room_for_all_options_they_stand_behind_the_data_set() -> None:
    (_, row) = shown(39, measured("validation", a="1", b="2", c="3"))
    assert row.startswith(" 900  valida")
    assert row.endswith("c 3   0.968 [.948 .981]")
    head, row = shown(80, measured("validation", a="1", b="2", c="3"))
    assert head.split() == ["at", "data", "set", "a", "b", "c", "n", "accuracy", "95%"]
    assert row.split()[:5] == ["900", "validation", "1", "2", "3"]


def test_an_expectation_without_a_verdict_is_open_in_a_word_that_fits() -> None:
    assert shown(39, expect="accuracy > 0.9 + 0.02") == [
        " expected accuracy > 0.9 + 0.02  open",
        " not measured yet   v validates",
    ]
