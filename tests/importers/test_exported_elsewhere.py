"""A diary that one journal exported, taken in by another: each result stays where its heading says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labjournal.export import measured
from labjournal.importers import exported
from labjournal.importers.places import NOWHERE, Place
from labjournal.model import Dataset, Result, Role, Source, Subject

COUNTS = '{"labels": ["%s", "%s"], "matrix": [[480, 20], [30, 470]], "unknown": [0, 0]}'


def _call(folder: Path, *words: str) -> str:
    environment = {**os.environ, "COLUMNS": "100"}
    command = [sys.executable, "-m", "labjournal", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_runs_sets_and_options_are_taken_as_the_headings_say_whatever_the_numbers_suggest(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    _call(here, "run", "-n", "base_1", "--follow", "--", "true")
    stated = ("log", "--run", "base_1", "--checkpoint", "2400")
    for dataset, names, option in (
        ("1:10", ("bg", "sig"), "on"),
        ("1:10", ("bg", "sig"), "off"),
        ("1:1", ("bg", "sig"), "on"),
        ("holiday photos", ("cat", "dog"), "on"),
    ):
        _call(here, *stated, "--dataset", dataset, "--option", f"numeric={option}", "--counts", COUNTS % names)
    _call(here, "export")
    (diary,) = (here / "entries").glob("*.md")
    (there / "theirs.md").write_bytes(diary.read_bytes())
    read = json.loads(_call(there, "import", "theirs.md", "--dry-run", "--json"))["results"]
    assert sorted((one["run"], one["checkpoint"], one["dataset"], one["options"]["numeric"]) for one in read) == [
        ("base_1", "checkpoint-2400", "1:1", "on"),
        ("base_1", "checkpoint-2400", "1:10", "off"),
        ("base_1", "checkpoint-2400", "1:10", "on"),
        ("base_1", "checkpoint-2400", "holiday photos", "on"),
    ]
    assert {one["n"] for one in read} == {1000}


def test_what_was_imported_from_a_diary_by_hand_exports_the_same_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (here / "log.md").write_text("## 2026-05-22\n\nValidation set:\n\n```\naccuracy: 0.7333\n```\n", encoding="utf-8")
    _call(here, "import", "log.md")
    shown = _call(here, "show", "log")
    assert "retry" not in shown
    assert "interrupted" not in shown
    _call(here, "export")
    (there / "entries").mkdir()
    for page in (here / "entries").glob("*.md"):
        (there / "entries" / page.name).write_bytes(page.read_bytes())
    _call(there, "import", "entries")
    _call(there, "export", "--check")  # raises where a file is not up to date


def test_counts_unknown_answers_and_what_was_retracted_survive_and_the_audit_accuses_nothing(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    counts = {"labels": ["bg", "a | b"], "matrix": [[1435, 55], [47, 446]], "unknown": [10, 7]}
    for name in ("good", "bad"):
        _call(here, "run", "-n", name, "--follow", "--", "true")
        _call(here, "log", "--run", name, "--checkpoint", "7", "--dataset", "1:1", "--counts", json.dumps(counts))
    _call(here, "retract", "bad", "--why", "wrong labels")
    _call(here, "export")
    (diary,) = (here / "entries").glob("*.md")
    (there / "theirs.md").write_bytes(diary.read_bytes())
    read = json.loads(_call(there, "import", "theirs.md", "--dry-run", "--json"))["results"]
    assert [{key: one["counts"][key] for key in counts} for one in read] == [counts] * 2
    assert {one["run"]: one["role"] for one in read} == {"good": "validation", "bad": "validation"}
    assert json.loads(_call(there, "audit", "theirs.md", "--json")) == []
    _call(there, "import", "theirs.md")
    rows = json.loads(_call(there, "compare", "--json"))["rows"]
    assert {row["name"]: row["tainted"] for row in rows} == {"good": False, "bad": True}


@pytest.mark.parametrize(
    ("level", "title", "place"),
    [
        (2, "21:44 results of v3\\_embed", Place(run="v3_embed")),
        (2, "21:44 v3 launched", NOWHERE),
        (3, "Checkpoint 2400", Place(checkpoint="checkpoint-2400")),
        (3, "Checkpoint best.pt", Place(checkpoint="best.pt")),
        (3, "The run as it ended", NOWHERE),
        (4, "1:10 #77c0, box 2, numeric on †", Place(dataset="1:10", options={"box": "2", "numeric": "on"})),
        (4, "Data not identified", NOWHERE),
        (4, "a, b and c", Place(dataset="a", options={"b": "and c"})),
    ],
)
def test_headings_of_an_export(level: int, title: str, place: Place) -> None:
    assert exported.place_of(level, title) == place


WORDS = st.text(alphabet="ab ,\\*#_|<&;1:.-", min_size=1, max_size=12).filter(lambda text: text == text.strip())


@example("&#1", {"a": "&lt;"})
@given(WORDS, st.dictionaries(st.text(alphabet="ab_.-", min_size=1, max_size=5), WORDS, max_size=3))
def test_names_and_values_with_commas_come_back_from_a_heading(name: str, options: dict[str, str]) -> None:
    result = Result(
        id="r", t=datetime(2026, 1, 1, tzinfo=UTC), subject=Subject("run"), measured_by="", options=options, metrics={},
        dataset=Dataset(name, "77c0" * 16), role=Role.VALIDATION, sources=(Source("stated"),),
    )  # fmt: skip
    assert exported.place_of(4, measured.heading(result)) == Place(dataset=name, options=options)
