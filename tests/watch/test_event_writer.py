"""Our event files are read by TensorBoard's own protobuf and by labjournal's reader."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.watch.event_writer import EventWriter, masked_crc32c, scalar_event

google_crc32c = pytest.importorskip("google_crc32c")


@given(st.binary(max_size=300))
def test_the_checksum_is_the_one_of_the_c_library(data: bytes) -> None:
    crc = google_crc32c.value(data)
    assert masked_crc32c(data) == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@given(
    st.integers(min_value=-(2**62), max_value=2**62),
    st.dictionaries(
        st.text(min_size=1, max_size=30).filter(lambda t: t.isprintable()), st.floats(width=32), max_size=5
    ),
)
def test_protobuf_reads_back_what_was_written(step: int, values: dict[str, float]) -> None:
    from tensorboard.compat.proto.event_pb2 import Event

    event = Event.FromString(scalar_event(12.5, step, values))
    assert (event.wall_time, event.step) == (12.5, step)
    read = {value.tag: value.simple_value for value in event.summary.value}
    assert read.keys() == values.keys()
    assert all(read[tag] == value or (math.isnan(read[tag]) and math.isnan(value)) for tag, value in values.items())


def test_a_value_beyond_float32_is_infinite() -> None:
    from tensorboard.compat.proto.event_pb2 import Event

    event = Event.FromString(scalar_event(0.0, 1, {"x": 1e300, "y": -1e300}))
    assert [value.simple_value for value in event.summary.value] == [math.inf, -math.inf]


def test_each_point_is_on_disk_at_once(tmp_path: Path) -> None:
    from labjournal.events import read_scalars

    writer = EventWriter(str(tmp_path))
    for step in range(3):
        writer.add(step, {"a": step * 0.5, "b": -1.0})
        scalars = read_scalars(tmp_path)
        assert scalars["a"].steps.tolist() == list(range(step + 1))
    assert scalars["a"].values.tolist() == [0.0, 0.5, 1.0]
