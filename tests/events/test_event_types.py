"""Numbers of every type a writer may put into a tensor, against TensorBoard's own reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import event_records as made
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.util.tensor_util import make_ndarray

from labjournal.events import read_scalars

TYPES: dict[str, tuple[int, type[np.generic], str]] = {
    "float": (made.FLOAT, np.float32, "float_val"),
    "double": (made.DOUBLE, np.float64, "double_val"),
    "half": (made.HALF, np.float16, "half_val"),
    "int64": (made.INT64, np.int64, "int64_val"),
    "int32": (made.INT32, np.int32, "int_val"),
    "uint8": (4, np.uint8, "int_val"),
    "bool": (10, np.bool_, "bool_val"),
}


def held(kind: str, step: int, form: str) -> Any:
    dtype, scalar, field = TYPES[kind]
    value = np.asarray(step % 2 if kind == "bool" else step * 0.37, dtype=scalar)
    tensor = TensorProto(dtype=dtype)
    if form == "val":
        getattr(tensor, field).append(value.view(np.uint16).item() if kind == "half" else value.item())
        return tensor
    if form == "one":
        tensor.tensor_shape.dim.add(size=1)
    tensor.tensor_content = value.tobytes()
    return tensor


@pytest.mark.parametrize("named", ["at first", "always"])
@pytest.mark.parametrize("form", ["val", "content", "one"])
@pytest.mark.parametrize("kind", list(TYPES))
def test_each_type_is_read_as_tensorboard_reads_it(kind: str, form: str, named: str, tmp_path: Path) -> None:
    events = [made.version()]
    for step in range(60):
        plugin = "scalars" if step == 0 or named == "always" else None
        value = made.tensor_value("x", held(kind, step, form), plugin)
        events.append(Event(wall_time=1.5e9 + step, step=step, summary=Summary(value=[value])))
    path = tmp_path / "events.out.tfevents.1500000000.host"
    path.write_bytes(made.file_of(events))
    theirs = EventAccumulator(str(path), size_guidance={"tensors": 0})
    theirs.Reload()
    wanted = [(one.step, one.wall_time, make_ndarray(one.tensor_proto).item()) for one in theirs.Tensors("x")]
    assert len(wanted) == 60
    assert made.as_points(read_scalars(path)) == {"x": wanted}
