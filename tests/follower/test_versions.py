"""Versions of checkpoints: each run has those that its own process wrote."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from journal_files import CREATED, add_facts, make_run
from labjournal import facts, paths
from labjournal.errors import NotFoundError
from labjournal.follower import Follower
from labjournal.follower.versions import VersionsReader
from labjournal.paths import RunPaths
from labjournal.runner import validation
from labjournal.runner.written_over import Replaced


def test_two_runs_that_live_and_write_one_file_both_have_its_version(tmp_path: Path) -> None:
    """Which of them wrote it last nobody can tell; to keep it from the second would be to say it was the first."""
    journal = paths.find_or_make(tmp_path)
    file = tmp_path / "model.safetensors"
    file.write_bytes((2).to_bytes(8, "little") + b"{}")
    os.utime(file, (time.time() - 60,) * 2)
    runs = [make_run(journal, name, ended=False) for name in ("one", "two")]
    for run in runs:
        add_facts(run, ("checkpoint_written", {"path": str(file), "size": 10, "mtime": file.stat().st_mtime}))
    follower = Follower.open(journal)
    follower.catch_up(with_curves=False)
    reader = VersionsReader()
    told = [reader.read(follower.store.run(run.id), follower.store.run_facts(run.id)) for run in runs]
    again = [reader.read(follower.store.run(run.id), follower.store.run_facts(run.id)) for run in runs]
    follower.close()
    assert [[fact.run for fact in facts] for facts in told] == [[run.id] for run in runs]
    assert again == [[], []]


def save(run: RunPaths, file: Path, content: bytes, at: float) -> None:
    """The run writes the file as its process would, and tells of it."""
    file.write_bytes((2).to_bytes(8, "little") + b"{}" + content)
    os.utime(file, (at, at))
    add_facts(run, ("checkpoint_written", {"path": str(file), "size": file.stat().st_size, "mtime": at}), at=at)


def test_a_file_that_another_run_wrote_over_is_no_checkpoint_of_the_first_any_more(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    follower = Follower.open(journal)
    files = [tmp_path / f"out/step_{n}.safetensors" for n in (1, 2)]
    files[0].parent.mkdir()
    first = make_run(journal, "first", at=CREATED)
    for file in files:
        save(first, file, b"of the first", CREATED + 20)
    follower.catch_up()
    second = make_run(journal, "second", at=CREATED + 100)
    save(second, files[0], b"of the second", CREATED + 120)
    follower.catch_up()
    store = follower.store
    by = store.overwritten(first.id)
    assert {path: (one.run, one.name) for path, one in by.items()} == {"out/step_1.safetensors": (second.id, "second")}
    assert store.overwritten(second.id) == {}
    with pytest.raises(NotFoundError, match=r"overwritten by second .*not the file that first saved"):
        validation.find_subjects(store, ["first:all"], True, str(tmp_path))
    told: list[Replaced] = []
    left = validation.find_subjects(store, ["first:all"], True, str(tmp_path), told.append)
    assert [subject.path for subject in left] == ["out/step_2.safetensors"]
    assert [one.checkpoint.path for one in told] == ["out/step_1.safetensors"]
    files[1].write_bytes(files[1].read_bytes() + b"by hand")
    with pytest.raises(NotFoundError, match="by no run on record"):
        validation.find_subjects(store, ["first:2"], True, str(tmp_path))
    assert [subject.path for subject in validation.find_subjects(store, ["second"], True, str(tmp_path))] == [
        "out/step_1.safetensors"
    ]
    follower.close()


def test_a_result_of_a_file_that_changed_between_launch_and_reading_counts_for_nothing(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    first = make_run(journal, "first")
    meant = {
        "run": first.id, "checkpoint": "out/a.pt", "path": "out/a.pt", "version": "v1", "size": 10,
        "written_at": facts.now_iso(CREATED + 7.25),
    }  # fmt: skip
    follower = Follower.open(journal)
    for size, mtime, counts in ((10, CREATED + 7.25, True), (10, CREATED + 9, False), (11, CREATED + 7.25, False)):
        run = make_run(journal, "validate", "validate", log="accuracy: 0.9\n", validates=meant)
        opened = {"path": str(tmp_path / "out/a.pt"), "size": size, "mtime": mtime, "use": "data"}
        add_facts(run, ("file_opened", opened))
        follower.catch_up()
        found = follower.store.results(measured_by=run.id, include_dismissed=True)
        assert [result.dismissed is None for result in found] == [counts]
        assert [result.subject.run for result in found] == [first.id]
    follower.close()
