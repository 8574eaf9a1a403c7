"""Event files built with protobuf, and read back in the slow, obvious way: the second implementation."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping
from typing import Any

import google_crc32c
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from labjournal.events import Scalars

FLOAT, DOUBLE, INT32, INT64, BFLOAT16, HALF = 1, 2, 3, 9, 14, 19

Triple = tuple[int, float, float]
Points = dict[str, list[Triple]]


def masked(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def framed(payload: bytes) -> bytes:
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", masked(length)) + payload + struct.pack("<I", masked(payload))


def record(event: Any) -> bytes:
    return framed(event.SerializeToString())


def version() -> Any:
    return Event(wall_time=1.0, file_version="brain.Event:2")


def start(step: int) -> Any:
    event = Event(wall_time=2.0, step=step)
    event.session_log.status = 1
    return event


def simple(tag: str, step: int, value: float, wall_time: float = 1.5e9) -> Any:
    return Event(wall_time=wall_time, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))


def tensor_value(tag: str, tensor: Any, plugin: str | None = "scalars") -> Any:
    value = Summary.Value(tag=tag, tensor=tensor)
    if plugin is not None:
        value.metadata.plugin_data.plugin_name = plugin
    return value


def float_tensor(value: float) -> Any:
    return TensorProto(dtype=FLOAT, tensor_content=struct.pack("<f", value))


def tensor(tag: str, step: int, value: float, plugin: str | None = "scalars", wall_time: float = 1.5e9) -> Any:
    values = [tensor_value(tag, float_tensor(value), plugin)]
    return Event(wall_time=wall_time, step=step, summary=Summary(value=values))


def file_of(events: Iterable[Any]) -> bytes:
    return b"".join(map(record, events))


def payloads(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at + 16 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        if at + 16 + length > len(data):
            break
        found.append(data[at + 12 : at + 12 + length])
        at += 16 + length
    return found


def obvious(data: bytes) -> Points:
    """What sound bytes hold: scalars of float32 and float64, purged by session starts."""
    points: Points = {}
    plugins: dict[str, str] = {}
    for payload in payloads(data):
        event = Event.FromString(payload)
        if event.session_log.status == 1:
            for tag in points:
                points[tag] = [point for point in points[tag] if point[0] < event.step]
        for value in event.summary.value:
            if value.HasField("metadata"):
                plugins.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
        for value in event.summary.value:
            number = None
            if value.HasField("simple_value"):
                number = value.simple_value
            elif value.HasField("tensor") and plugins.get(value.tag) == "scalars":
                content = value.tensor.tensor_content
                if value.tensor.dtype == FLOAT:
                    number = struct.unpack("<f", content)[0] if content else value.tensor.float_val[0]
                elif value.tensor.dtype == DOUBLE:
                    number = struct.unpack("<d", content)[0] if content else value.tensor.double_val[0]
            if number is not None:
                points.setdefault(value.tag, []).append((event.step, event.wall_time, number))
    return {tag: triples for tag, triples in points.items() if triples}


def as_points(scalars: Mapping[str, Scalars]) -> Points:
    for column in scalars.values():
        assert (column.steps.dtype, column.wall_times.dtype, column.values.dtype) == (np.int64, np.float64, np.float64)
        assert len(column.steps) == len(column.wall_times) == len(column.values)
    return {
        tag: list(zip(column.steps.tolist(), column.wall_times.tolist(), column.values.tolist(), strict=True))
        for tag, column in scalars.items()
    }


def same(a: Points, b: Points) -> bool:
    """Equal, with NaN equal to itself."""
    return _plain(a) == _plain(b)


def _plain(points: Points) -> dict[str, list[tuple[object, ...]]]:
    return {
        tag: [tuple("nan" if isinstance(x, float) and math.isnan(x) else x for x in triple) for triple in triples]
        for tag, triples in points.items()
    }
