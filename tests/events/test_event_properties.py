"""Whatever mix of scalars protobuf writes, it is read as protobuf reads it, whole or piece by piece."""

from __future__ import annotations

import random
import struct
import tempfile
from pathlib import Path
from typing import Any

import event_records as made
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from labjournal.events import EventTail, read_scalars
from labjournal.events.columns import Gathered

FORMS = ("simple", "tensor", "tensor_val", "double", "double_val", "shaped", "bare", "text", "nothing")
TAGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["loss", "train/loss", "layer_1/attention/q_proj/weight/norm", "layer_2/attention/q_proj/weight/norm", "x" * 200]
)
STEPS = st.integers(-(2**62), 2**62) | st.integers(0, 300) | st.sampled_from([2**7, 2**14, 2**28, 2**49 - 1, 2**49])


def summary_value(tag: str, form: str, number: float) -> Any:
    if form == "simple":
        return Summary.Value(tag=tag, simple_value=number)
    if form == "text":
        return made.tensor_value(tag, TensorProto(dtype=7, string_val=[b"words"]), "text")
    if form == "nothing":
        return Summary.Value(tag=tag)
    content = {
        "tensor": TensorProto(dtype=made.FLOAT, tensor_content=struct.pack("<f", number)),
        "bare": TensorProto(dtype=made.FLOAT, tensor_content=struct.pack("<f", number)),
        "tensor_val": TensorProto(dtype=made.FLOAT, float_val=[number]),
        "double": TensorProto(dtype=made.DOUBLE, tensor_content=struct.pack("<d", number / 3)),
        "double_val": TensorProto(dtype=made.DOUBLE, double_val=[number / 3]),
        "shaped": TensorProto(dtype=made.FLOAT, tensor_content=struct.pack("<f", number)),
    }[form]
    if form == "shaped":
        content.tensor_shape.dim.add(size=1)
    return made.tensor_value(tag, content, None if form == "bare" else "scalars")


@st.composite
def event_lists(draw: st.DrawFn) -> list[Any]:
    """Stretches of events that look alike, long enough for the fast way or not, mixed or one after another."""
    events: list[Any] = []
    for _ in range(draw(st.integers(1, 4))):
        values = draw(st.lists(st.tuples(TAGS, st.sampled_from(FORMS)), min_size=1, max_size=3))
        count, step = draw(st.sampled_from([1, 3, 30, 60])), draw(STEPS)
        stride = draw(st.sampled_from([0, 1, 1000, -1]))
        rng = random.Random(draw(st.integers(0, 99)))
        for k in range(count):
            number = rng.choice([rng.random(), float(k), float("nan"), float("inf"), -0.0])
            number = struct.unpack("<f", struct.pack("<f", number))[0]
            event = Event(wall_time=rng.choice([1.7e9 + k, 0.0, rng.random()]), step=step + k * stride)
            event.summary.value.extend(summary_value(tag, form, number) for tag, form in values)
            events.append(event)
        if draw(st.integers(0, 5)) == 0:
            events.append(made.start(draw(STEPS)))
    if draw(st.booleans()):
        random.Random(draw(st.integers(0, 99))).shuffle(events)
    return ([made.version()] if draw(st.booleans()) else []) + events


@given(event_lists())
@settings(max_examples=150, deadline=None)
def test_a_file_is_read_as_protobuf_reads_it(events: list[Any]) -> None:
    data = made.file_of(events)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.out.tfevents.1")
        path.write_bytes(data)
        assert made.same(made.as_points(read_scalars(path)), made.obvious(data))


@given(event_lists(), st.lists(st.floats(0, 1), max_size=6), st.sampled_from([None, 1, 700]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_growing_files_read_in_pieces_give_the_whole(
    events: list[Any], cuts: list[float], max_bytes: int | None, resumed: bool
) -> None:
    data = made.file_of(events)
    gathered = Gathered()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.out.tfevents.1")
        path.write_bytes(b"")
        tail, written = EventTail(path), 0
        for end in [*sorted(int(cut * len(data)) for cut in cuts), len(data)]:
            with path.open("ab") as file:
                file.write(data[written:end])
            written = max(written, end)
            more = True
            while more:
                read = tail.read(max_bytes)
                assert read.problems == ()
                gathered.add(read.columns, read.session_starts)
                more = read.more
            if resumed:
                tail.close()
                tail = EventTail.resume(path, tail.state)
        tail.close()
        assert tail.offset == len(data)
    assert made.same(made.as_points(gathered.columns()), made.obvious(data))
