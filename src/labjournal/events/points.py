"""Points of one buffer, found in any order, put into file order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labjournal.events.columns import Int64s, Scalars, SessionStart
from labjournal.events.proto import Event

SCALARS_PLUGIN = "scalars"


@dataclass(frozen=True)
class _Chunk:
    offsets: Int64s
    points: Scalars
    tensor: bool


class _Rows:
    """Points that came one by one, of one tag and form."""

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.steps: list[int] = []
        self.wall_times: list[float] = []
        self.values: list[float] = []


class Points:
    """Collects the points of one buffer with where they stand in the file.

    The offset of a point is that of its record plus its number among the record's values: a value takes more
    than a byte, so offsets order points as the file does.

    A tensor is a scalar only under the scalars plugin, and writers may name the plugin at the first event of
    a tag alone (TensorFlow's FileWriter does).  The first name given to a tag holds, from its record on:
    so the outcome does not depend on how the file is cut into buffers.
    """

    def __init__(self, plugins: dict[str, str]) -> None:
        self._known = plugins
        self._named: dict[str, tuple[int, str]] = {}
        self._chunks: dict[str, list[_Chunk]] = {}
        self._rows: dict[tuple[str, bool], _Rows] = {}
        self._unreadable: list[tuple[str, int]] = []

    @property
    def plugins(self) -> dict[str, str]:
        """Plugin of each tag, earlier knowledge included."""
        return {**{tag: name for tag, (_, name) in self._named.items()}, **self._known}

    def name_plugin(self, tag: str, plugin: str, offset: int) -> None:
        """A record at ``offset`` says that ``tag`` belongs to ``plugin``."""
        if tag not in self._named or offset < self._named[tag][0]:
            self._named[tag] = (offset, plugin)

    def add(self, tag: str, offsets: Int64s, points: Scalars, *, tensor: bool) -> None:
        """Points at ``offsets``, ascending."""
        if len(offsets):
            self._chunks.setdefault(tag, []).append(_Chunk(offsets, points, tensor))

    def add_event(self, event: Event, offset: int) -> None:
        """The values of one event."""
        for tag, plugin in event.plugins:
            self.name_plugin(tag, plugin, offset)
        for place, value in enumerate(event.values):
            if value.number is None:
                self._unreadable.append((value.tag, offset))
                continue
            rows = self._rows.setdefault((value.tag, value.tensor), _Rows())
            rows.offsets.append(offset + place)
            rows.steps.append(event.step)
            rows.wall_times.append(event.wall_time)
            rows.values.append(value.number)

    def columns(self, starts: Sequence[SessionStart]) -> tuple[dict[str, Scalars], list[tuple[str, int]]]:
        """Columns in file order, purged by ``starts``; and (tag, offset) of scalars that are no number."""
        for (tag, tensor), rows in self._rows.items():
            points = Scalars(np.array(rows.steps, np.int64), np.array(rows.wall_times), np.array(rows.values))
            order = np.argsort(np.array(rows.offsets), kind="stable")
            self.add(tag, np.array(rows.offsets, np.int64)[order], points.take(order), tensor=tensor)
        self._rows.clear()
        columns = {}
        for tag, chunks in self._chunks.items():
            column = self._column(tag, chunks, starts)
            if len(column):
                columns[tag] = column
        unreadable = [(tag, at) for tag, at in self._unreadable if self._scalars_from(tag) <= at]
        return columns, sorted(unreadable, key=lambda item: item[1])

    def _column(self, tag: str, chunks: list[_Chunk], starts: Sequence[SessionStart]) -> Scalars:
        since = self._scalars_from(tag) if any(chunk.tensor for chunk in chunks) else 0
        offsets = np.concatenate([c.offsets[c.offsets >= since] if c.tensor else c.offsets for c in chunks])
        parts = [c.points.take(c.offsets >= since) if c.tensor and since > 0 else c.points for c in chunks]
        column = parts[0]
        if len(parts) > 1:
            column = Scalars(
                np.concatenate([part.steps for part in parts]),
                np.concatenate([part.wall_times for part in parts]),
                np.concatenate([part.values for part in parts]),
            )
            order = np.argsort(offsets, kind="stable")
            offsets, column = offsets[order], column.take(order)
        for start in starts:
            keep = (offsets > start.offset) | (column.steps < start.step)
            offsets, column = offsets[keep], column.take(keep)
        return column

    def _scalars_from(self, tag: str) -> float:
        """File offset from which tensors of ``tag`` are scalars; infinity when they are not."""
        if tag in self._known:
            return 0 if self._known[tag] == SCALARS_PLUGIN else np.inf
        offset, plugin = self._named.get(tag, (0, ""))
        return offset if plugin == SCALARS_PLUGIN else np.inf
