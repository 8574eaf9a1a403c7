"""One record through protobuf: the way that is always right, taken by everything that is not plain."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from labjournal.events.tensors import only_value

HPARAMS_TAG = "_hparams_/session_start_info"

HParam = float | str | bool


@dataclass(frozen=True)
class Value:
    """One summary value that is, or may turn out to be, a scalar."""

    tag: str
    number: float | None
    """None: a tensor that is no single number."""
    tensor: bool


@dataclass
class Event:
    """What one record says that matters here."""

    wall_time: float
    step: int
    values: list[Value] = field(default_factory=list)
    plugins: list[tuple[str, str]] = field(default_factory=list)
    """(tag, plugin) of every value with metadata, in order."""
    session_start: bool = False
    hparams: dict[str, HParam] = field(default_factory=dict)


def decode(record: bytes) -> Event | None:
    """The event in ``record``, or None when it is not one.

    Protobuf passes over fields it does not expect, so records of other kinds (tf.train.Example) parse as
    events without time and content.
    """
    message_class, decode_error = _event_class()
    try:
        message = message_class.FromString(record)
    except decode_error:
        return None
    event = Event(message.wall_time, message.step)
    kind = message.WhichOneof("what")
    if record and kind is None and not (message.wall_time or message.step or message.HasField("source_metadata")):
        return None
    if kind == "session_log":
        event.session_start = message.session_log.status == message.session_log.START
    elif kind == "summary":
        for value in message.summary.value:
            _take(event, value)
    return event


def _take(event: Event, value: Any) -> None:
    kind = value.WhichOneof("value")
    # Tensors of TensorFlow before 1.4 carry their name in node_name (as in TensorBoard's accumulator).
    tag = value.tag or (value.node_name if kind == "tensor" else "")
    plugin = None
    if value.HasField("metadata"):
        plugin = value.metadata.plugin_data.plugin_name
        event.plugins.append((tag, plugin))
    if kind == "simple_value":
        event.values.append(Value(tag, value.simple_value, tensor=False))
    elif kind == "tensor" and plugin in (None, "scalars"):
        event.values.append(Value(tag, only_value(value.tensor), tensor=True))
    if plugin == "hparams" and tag == HPARAMS_TAG:
        event.hparams.update(_hparams(value.metadata.plugin_data.content))


def _hparams(content: bytes) -> dict[str, HParam]:
    # 5 ms to import, and few files have it.
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    _, decode_error = _event_class()
    try:
        info = HParamsPluginData.FromString(content).session_start_info
    except decode_error:
        return {}
    found: dict[str, HParam] = {}
    for name, value in sorted(info.hparams.items()):
        kind = value.WhichOneof("kind")
        if kind in ("number_value", "string_value", "bool_value"):
            found[name] = getattr(value, kind)
    return found


@functools.cache
def _event_class() -> tuple[Any, type[Exception]]:
    # 43 ms to import: only when there is a record to read.
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorboard.compat.proto.event_pb2 import Event as EventMessage

    return EventMessage, DecodeError
