"""What the usual writers write is read as TensorBoard reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labjournal.events import read_events, read_scalars


def test_torch_s_writer_in_all_its_forms(tmp_path: Path) -> None:
    SummaryWriter = pytest.importorskip("torch.utils.tensorboard").SummaryWriter
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(40):
            writer.add_scalar("loss", 1 / (step + 1), step)
            writer.add_scalar("new_style", step / 3, step, new_style=True)
            writer.add_scalar("double", step / 3, step, new_style=True, double_precision=True)
        writer.add_scalars("group", {"a": 1.0, "b": 2.0}, 0)
        writer.add_histogram("weights", np.array([1.0, 2.0, 3.0]), 0)
        writer.add_text("notes", "a text", 0)
        writer.add_hparams({"lr": 0.1, "name": "adam", "nesterov": True}, {"hparam/loss": 0.5}, run_name="trial")
    read = read_events(tmp_path)
    assert read.problems == ()
    assert read.scalars["loss"].steps.tolist() == list(range(40))
    assert read.scalars["double"].values.tolist() == [step / 3 for step in range(40)]
    assert read.scalars["new_style"].values.tolist() == pytest.approx([step / 3 for step in range(40)], rel=1e-7)
    assert read.scalars["group_a/group"].values.tolist() == [1.0]
    assert read.scalars["trial/hparam/loss"].values.tolist() == [0.5]
    assert read.hparams == {"trial": {"lr": 0.1, "name": "adam", "nesterov": True}}
    assert not {"weights", "notes", "notes/text_summary"} & read.scalars.keys()


def test_torch_s_purge_step_purges_the_files_before(tmp_path: Path) -> None:
    SummaryWriter = pytest.importorskip("torch.utils.tensorboard").SummaryWriter
    for suffix, first, value in ((".1", 0, 1.0), (".2", 5, 2.0)):
        purge = {"purge_step": first} if first else {}
        with SummaryWriter(str(tmp_path), filename_suffix=suffix, **purge) as writer:
            for step in range(first, first + 10):
                writer.add_scalar("loss", value, step)
    files = sorted(tmp_path.iterdir(), key=lambda path: path.suffix)
    for number, file in enumerate(files):  # same second: make the order of the names the order of writing
        file.rename(tmp_path / f"events.out.tfevents.{number}")
    column = read_scalars(tmp_path)["loss"]
    assert column.steps.tolist() == list(range(15))
    assert column.values.tolist() == [1.0] * 5 + [2.0] * 10


def test_tensorboardx_s_writer(tmp_path: Path) -> None:
    SummaryWriter = pytest.importorskip("tensorboardX").SummaryWriter
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(40):
            writer.add_scalar("loss", step / 4, step, walltime=1000.0 + step)
    column = read_scalars(tmp_path)["loss"]
    assert column.steps.tolist() == list(range(40))
    assert column.values.tolist() == [step / 4 for step in range(40)]
    assert column.wall_times.tolist() == [1000.0 + step for step in range(40)]


def test_tensorboard_s_own_writer(tmp_path: Path) -> None:
    import event_records as made
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(tmp_path))
    for step in range(3):
        writer.add_event(made.tensor("loss", step, step / 2, plugin="scalars" if step == 0 else None))
    writer.close()
    assert read_scalars(tmp_path)["loss"].values.tolist() == [0.0, 0.5, 1.0]
