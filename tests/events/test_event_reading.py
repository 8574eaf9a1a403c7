"""Whole files and folders, named and joined."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import event_records as made
import pytest

from labjournal.errors import EventFileError
from labjournal.events import EventFileWarning, read_events, read_scalars, surviving

NAME = "events.out.tfevents"


def put(folder: Path, name: str, *events: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(made.file_of([made.version(), *events]))
    return path


def test_tags_are_named_by_the_folder_below_the_one_given(tmp_path: Path) -> None:
    put(tmp_path, f"{NAME}.1", made.simple("loss", 1, 0.5))
    put(tmp_path / "eval" / "deep", f"{NAME}.2", made.simple("loss", 1, 0.25))
    put(tmp_path / ".guild", NAME, made.simple("loss", 1, 0.125))
    read = read_scalars(tmp_path)
    assert {tag: column.values.tolist() for tag, column in read.items()} == {
        "loss": [0.5],
        "eval/deep/loss": [0.25],
        ".guild/loss": [0.125],
    }


def test_files_of_one_folder_are_joined_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, f"{NAME}.20", made.simple("loss", 2, 0.25))
    put(tmp_path, f"{NAME}.10", made.simple("loss", 1, 0.5), made.simple("loss", 2, 0.375))
    assert read_scalars(tmp_path)["loss"].steps.tolist() == [1, 2, 2]


def test_a_session_start_in_a_later_file_purges_the_earlier_ones(tmp_path: Path) -> None:
    put(tmp_path, f"{NAME}.1", *[made.simple("loss", step, 1.0) for step in range(10)])
    put(tmp_path, f"{NAME}.2", made.start(6), made.simple("loss", 6, 2.0))
    put(tmp_path / "other", f"{NAME}.1", made.simple("loss", 9, 1.0))
    read = read_scalars(tmp_path)
    assert read["loss"].steps.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert read["loss"].values.tolist() == [1.0] * 6 + [2.0]
    assert read["other/loss"].steps.tolist() == [9]


def test_a_session_start_voids_its_own_step_too_as_in_tensorboard(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = [made.simple("loss", step, step) for step in (1, 2, 3, 4, 3)]
    path = put(tmp_path, NAME, *events, made.start(3), made.simple("loss", 3, 9.0))
    theirs = EventAccumulator(str(path), size_guidance={"scalars": 0}).Reload().Scalars("loss")
    column = read_scalars(path)["loss"]
    assert column.steps.tolist() == [event.step for event in theirs] == [1, 2, 3]
    assert column.values.tolist() == [event.value for event in theirs]


def test_a_file_without_a_version_keeps_every_point(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(made.file_of([made.simple("loss", step, step) for step in (5, 6, 3, 4, 5)]))
    assert read_scalars(path)["loss"].steps.tolist() == [5, 6, 3, 4, 5]


def test_a_damaged_file_is_read_with_a_warning_that_says_where(tmp_path: Path) -> None:
    path = put(tmp_path, NAME, *[made.simple("loss", step, 1.0) for step in range(5)])
    data = bytearray(path.read_bytes())
    data[70] ^= 1
    path.write_bytes(data)
    with pytest.warns(EventFileWarning, match="from byte"):
        assert len(read_scalars(path)["loss"]) == 4


def test_a_live_file_with_a_torn_tail_is_read_without_a_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = put(tmp_path, NAME, made.simple("loss", 1, 1.0), made.simple("loss", 2, 1.0))
    path.write_bytes(path.read_bytes()[:-1])
    assert read_scalars(path)["loss"].steps.tolist() == [1]
    assert not recwarn.list
    assert [problem.kind for _, problem in read_events(path).problems] == ["torn"]


def test_what_is_no_event_file_raises(tmp_path: Path) -> None:
    with pytest.raises(EventFileError, match="no such file"):
        read_scalars(tmp_path / "nowhere")
    (tmp_path / NAME).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n")
    with pytest.raises(EventFileError, match="git-lfs"):
        read_scalars(tmp_path / NAME)
    with pytest.raises(EventFileError, match="git-lfs"):
        read_scalars(tmp_path)


def test_one_foreign_file_in_a_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    put(tmp_path, f"{NAME}.1", made.simple("loss", 1, 0.5))
    foreign = tmp_path / f"{NAME}.2.txt"
    foreign.write_text("hello, I am a text file\n")
    with pytest.warns(EventFileWarning, match="text file"):
        assert list(read_scalars(tmp_path)) == ["loss"]
    assert [path for path, _ in read_events(tmp_path).problems] == [foreign]


def test_an_empty_file_and_an_empty_folder_hold_no_series(tmp_path: Path) -> None:
    assert read_scalars(tmp_path) == {}
    (tmp_path / NAME).touch()
    assert read_scalars(tmp_path) == {}
    assert read_scalars(tmp_path / NAME) == {}


def test_importing_the_package_loads_neither_numpy_nor_protobuf() -> None:
    code = "import sys, labjournal.events; print([m for m in sys.modules if m in ('numpy', 'tensorboard', 'google')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    from labjournal import events

    for name in events.__all__:
        assert getattr(events, name) is not None
    assert set(events.__all__) == set(dir(events))
    with pytest.raises(AttributeError):
        events.nothing  # noqa: B018


def test_two_series_of_one_name_are_never_mixed(tmp_path: Path) -> None:
    put(tmp_path, f"{NAME}.1", made.simple("eval/loss", 1, 0.5))
    put(tmp_path / "eval", f"{NAME}.1", made.simple("loss", 1, 0.25))
    with pytest.warns(EventFileWarning, match="also the name"):
        assert read_scalars(tmp_path)["eval/loss"].values.tolist() == [0.5]


def test_file_borders_are_told_for_the_lineage(tmp_path: Path) -> None:
    put(tmp_path, f"{NAME}.1", *[made.simple("loss", step, 1.0) for step in range(5)], made.simple("lr", 0, 0.1))
    put(tmp_path, f"{NAME}.2", *[made.simple("loss", step, 2.0) for step in range(3, 6)])
    read = read_events(tmp_path)
    assert read.breaks == {"loss": (5,), "lr": ()}
    column = read.scalars["loss"]
    assert column.take(surviving(column.steps, read.breaks["loss"])).values.tolist() == [1.0] * 3 + [2.0] * 3


def test_the_journal_s_own_folder_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / ".labjournal" / "runs" / "1", NAME, made.simple("loss", 1, 0.5))
    assert read_scalars(tmp_path) == {}
    assert list(read_scalars(tmp_path / ".labjournal")) == ["runs/1/loss"]
