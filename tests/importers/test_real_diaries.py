"""Diaries of other people, in other styles and languages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from labjournal.importers import read
from samples import samples_folder


def expectations() -> list[dict[str, Any]]:
    path = samples_folder("diaries") / "expectations.json"
    return list(json.loads(path.read_text(encoding="utf-8")))


def text_of(part: str) -> tuple[str, Path]:
    path = next(samples_folder("diaries").glob(f"*{part}*"))
    return path.read_text(encoding="utf-8"), path


def test_every_diary_has_as_many_dated_entries_as_it_should() -> None:
    for expected in expectations():
        path = samples_folder("diaries") / expected["file"]
        document = read(path.read_text(encoding="utf-8"), path.name)
        dated = [entry for entry in document.entries if entry.date is not None]
        assert len(dated) == expected["dated_entries"], path.name


def test_a_diary_without_years_keeps_them_unknown_and_says_so() -> None:
    text, path = text_of("ScratchGan")
    document = read(text, path.name)
    assert document.entries[0].date == "XXXX-03-23"
    assert any("without a year" in why for _, _, why in document.not_understood)
    assert not document.results, "accuracy of about 83% is prose"


@pytest.mark.parametrize("hint", [{"year": 2020}, {"last": date(2020, 5, 1)}])
def test_the_year_comes_from_the_caller_or_the_last_commit(hint: dict[str, Any]) -> None:
    text, path = text_of("ScratchGan")
    document = read(text, path.name, **hint)
    assert (document.entries[0].date, document.entries[-1].date) == ("2020-03-23", "2020-04-27")


def test_last_updated_is_no_entry_and_bullets_with_values_are_results() -> None:
    text, path = text_of("underwater")
    document = read(text, path.name)
    dated = [(entry.date, entry.title) for entry in document.entries if entry.date]
    assert dated[0] == ("2026-07-08", "PointNet++ exp A Completed")
    smoke = next(result for result in document.results if result.line == 118)
    assert smoke.parsed.metrics == {"accuracy": 0.8735, "miou": 0.4392, "submarine_iou": 0.0051}
    assert smoke.place.checkpoint == "checkpoints/label2_smoke_best.pth"
    slashed = {(result.line, result.place.checkpoint): dict(result.parsed.metrics) for result in document.results}
    assert slashed[325, "epoch-50"] == {"precision": 0.7009, "recall": 0.0145, "f1": 0.0284}


def test_entries_out_of_order_keep_their_own_dates() -> None:
    text, path = text_of("emotion")
    document = read(text, path.name)
    dates = {entry.title.split(" ")[0]: entry.date for entry in document.entries if entry.title.startswith("#")}
    assert dates["#13"] == "2026-05-07"
    assert dates["#12"] == "2026-05-08"
