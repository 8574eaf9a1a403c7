"""Records to columns of scalars, fast when they look alike and always right.

Most records of an event file differ from a neighbour only in wall time, step and value.  The records of a
buffer are grouped by a hash of their tag; the first of each group is parsed with protobuf and becomes a
`Template`; the others must equal it everywhere else, byte for byte, and match their checksum.  Whatever does
not (few records, several tags an event with text between, a damaged one) is parsed with protobuf one by one.
So the fast way decides nothing that protobuf has not decided for an equal record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labjournal.events import checksum, proto
from labjournal.events.checksum import UInt8s
from labjournal.events.columns import Int64s, Scalars, SessionStart
from labjournal.events.framing import FOOTER, HEADER, Frames
from labjournal.events.points import Points
from labjournal.events.problems import Problem
from labjournal.events.templates import Batch, Template
from labjournal.events.wire import surely_no_scalar

_ALIKE = 24
"""Groups of fewer records go through protobuf (3 us each), cheaper than the vectors (70 us a group)."""

_HEAD = 600
"""Bytes of a long record that are looked at to tell whether it can be passed over."""

_TRIES = 6
"""Templates tried for one hash, and sound records looked for at the head of a group."""


@dataclass(frozen=True)
class Decoded:
    """What the records of one buffer say; columns are already purged by the session starts among them."""

    columns: dict[str, Scalars]
    session_starts: tuple[SessionStart, ...]
    problems: tuple[Problem, ...]
    hparams: dict[str, proto.HParam]
    damaged: Int64s
    """Indices of the records whose payload does not match its checksum, ascending."""


class Decoder:
    """Decodes the records of one run of files: the plugin of a tag is told only at its first event.

    ``plugins`` maps tags to plugin names as known from earlier records.
    """

    def __init__(self, plugins: dict[str, str] | None = None) -> None:
        self.plugins = dict(plugins or {})
        self._templates: dict[int, list[Template]] = {}
        self._told: set[str] = set()

    def decode(self, buffer: UInt8s, frames: Frames, base: int) -> Decoded:
        """Decode ``frames`` of ``buffer``, whose first byte is byte ``base`` of the file."""
        starts, lengths = frames.starts, frames.lengths
        points = Points(self.plugins)
        problems: list[Problem] = []
        damaged: list[Int64s] = []
        sessions: list[SessionStart] = []
        hparams: dict[str, proto.HParam] = {}
        undecodable: list[int] = []

        def one_by_one(indices: Iterable[int]) -> None:
            bad = []
            for index in indices:
                at, size = int(starts[index]), int(lengths[index])
                offset = base + at - HEADER
                if not _is_sound(buffer, at, size):
                    bad.append(index)
                    continue
                if size > _HEAD and surely_no_scalar(buffer[at : at + _HEAD].tobytes(), size):
                    continue
                event = proto.decode(buffer[at : at + size].tobytes())
                if event is None:
                    undecodable.append(offset)
                else:
                    points.add_event(event, offset)
                    hparams.update(event.hparams)
                    if event.session_start:
                        sessions.append(SessionStart(event.step, event.wall_time, offset))
            if bad:
                damaged.append(np.array(bad, np.int64))

        plain = np.zeros(0, np.int64)
        if len(starts) >= _ALIKE:
            fits = (lengths >= 20) & (lengths < checksum.REACH)
            plain = np.flatnonzero(fits)
            one_by_one(np.flatnonzero(~fits).tolist())
        else:
            one_by_one(range(len(starts)))
        if len(plain):
            batch = Batch.of(buffer, starts[plain], lengths[plain])
            for group in batch.groups():
                rest = self._by_template(batch, group, points, base)
                one_by_one(plain[rest].tolist())

        sessions.sort(key=lambda start: start.offset)
        columns, unreadable = points.columns(sessions)
        if undecodable:
            message = f"{len(undecodable)} records with right checksums are no TensorBoard events"
            problems.append(Problem("undecodable", min(undecodable), message))
        for tag, offset in unreadable:
            if tag not in self._told:
                self._told.add(tag)
                message = f"tag {tag!r} has values of the scalars plugin that are no single number"
                problems.append(Problem("unreadable_value", offset, message))
        problems.sort(key=lambda problem: problem.offset)
        self.plugins = points.plugins
        bad_records = np.sort(np.concatenate(damaged)) if damaged else np.zeros(0, np.int64)
        return Decoded(columns, tuple(sessions), tuple(problems), hparams, bad_records)

    def _by_template(self, batch: Batch, group: NDArray[np.intp], points: Points, base: int) -> NDArray[np.intp]:
        """Read what equals a template; returns the members of ``group`` left over."""
        known = self._templates.setdefault(int(batch.keys[group[0]]), [])
        for _ in range(_TRIES):
            if len(group) < _ALIKE:
                break
            first = int(group[0])
            record, head = batch.record(first).tobytes(), batch.rest_at(first)
            template = next((t for t in known if t.matches(record, head)), None)
            if template is None:
                template = self._new_template(batch, group)
                if template is None:
                    break
                known.append(template)
            group = template.read(batch, group, points, base)
        return group

    def _new_template(self, batch: Batch, group: NDArray[np.intp]) -> Template | None:
        for member in group[:_TRIES].tolist():
            at, size = int(batch.starts[member]), int(batch.lengths[member])
            if not _is_sound(batch.buffer, at, size):
                continue  # a damaged record must not become the pattern for sound ones
            record = batch.record(member).tobytes()
            event = proto.decode(record)
            return None if event is None else Template.of(record, batch.rest_at(member), event)
        return None


def _is_sound(buffer: UInt8s, at: int, size: int) -> bool:
    """Whether a record's payload matches its checksum."""
    end = at + size
    return checksum.matches(buffer[at:end], int.from_bytes(buffer[end : end + FOOTER].tobytes(), "little"))
