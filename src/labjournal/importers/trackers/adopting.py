"""A tracker's run taken into the journal: a run folder with its curves as an event file, and its words in the diary.

The id of the run follows from the tracker's own, so that importing again adds only what came since.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from labjournal import events, facts
from labjournal.errors import JournalUnavailableError
from labjournal.facts import Fact
from labjournal.importers.trackers.tracked import TrackedRun
from labjournal.launchers import records
from labjournal.model import Status
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import adoption
from labjournal.watch.event_writer import field, record, varint
from labjournal.watch.masking import masked

_FILE = "events.out.tfevents.{second}.imported.0.0"
_DOUBLE = 2
"""DT_DOUBLE of tensorflow/core/framework/types.proto: trackers keep doubles, ``simple_value`` would round them."""


class Adopted(NamedTuple):
    """What an import added of one run."""

    run: str
    name: str
    is_new: bool
    points: int


def adopt(tracked: TrackedRun, paths: JournalPaths) -> Adopted:
    """Take a run in, or what came since it was taken in. Raises JournalUnavailableError when nothing can be written."""
    run = paths.run(_run_id(tracked))
    is_new = not run.run.exists()
    try:
        added = _write_points(tracked, run)
        _write_end(tracked, run)
        if is_new:
            _write_words(tracked, run, paths)
    except OSError as error:
        raise JournalUnavailableError(
            f"The import stopped: {error.strerror or error}.", "Import again when there is room: nothing is doubled."
        ) from error
    return Adopted(run.id, tracked.name, is_new, added)


def _run_id(tracked: TrackedRun) -> str:
    """A ULID whose time is the run's first moment and whose rest follows from the tracker and its id."""
    rest = facts.derived_id("tracked-run", tracked.tracker, tracked.key)[10:]
    return facts.new_ulid(tracked.first_moment())[:10] + rest


def _write_points(tracked: TrackedRun, run: RunPaths) -> int:
    """Append the points that the event file lacks; how many. Points of a tag never change their order."""
    path = run.events / _FILE.format(second=int(tracked.first_moment()))
    is_new = not path.exists()
    held = {} if is_new else {tag: len(data.values) for tag, data in events.read_scalars(path).items()}
    missing = [
        record(_event(wall, step, tag, value))
        for tag, points in sorted(tracked.curves.items())
        for step, wall, value in points[held.get(tag, 0) :]
    ]
    if not missing:
        return 0
    run.events.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if is_new:
            file.write(record(b"\x09" + struct.pack("<d", tracked.first_moment()) + field(0x1A, b"brain.Event:2")))
        file.writelines(missing)
    last = max(points[-1][1] for points in tracked.curves.values())
    os.utime(path, (last, last))  # whether it goes on is told by its points, not by when it was imported
    return len(missing)


def _write_end(tracked: TrackedRun, run: RunPaths) -> None:
    """How it ended, in the place of no word and of our own that nothing came any more."""
    said = records.read(run.exit)
    if tracked.status is None or (said is not None and said.data.get("status") != Status.LOST.value):
        return
    run.folder.mkdir(parents=True, exist_ok=True)
    ended = facts.now_iso(tracked.ended if tracked.ended is not None else tracked.first_moment())
    end = {"attempt": 1, "status": tracked.status, "cause": f"as {tracked.tracker} says", "ended_at": ended}
    records.write(run.exit, facts.make("exit", end, run.id, ended), sync=True)


def _event(wall: float, step: int, tag: str, value: float) -> bytes:
    """One Event with a Summary of one scalar tensor of doubles."""
    tensor = b"\x08" + varint(_DOUBLE) + b"\x12\x00" + field(0x32, struct.pack("<d", value))
    metadata = field(0x0A, field(0x0A, b"scalars"))
    told = field(0x0A, tag.encode("utf-8", "replace")) + field(0x42, tensor) + field(0x4A, metadata)
    return b"\x09" + struct.pack("<d", wall) + b"\x10" + varint(step) + field(0x2A, field(0x0A, told))


def _write_words(tracked: TrackedRun, run: RunPaths, paths: JournalPaths) -> None:
    """All else that is known. ``run.json`` comes last: a folder without it is no run, and is begun anew."""
    began = facts.now_iso(tracked.first_moment())
    run.folder.mkdir(parents=True, exist_ok=True)
    because = f"imported from {tracked.tracker}: not its command, its code or its output"
    adopted = facts.make("adopted", {"path": tracked.place, "because": because}, run.id, began)
    facts.append(run.facts / "1-import.jsonl", [adopted], sync=True)
    told = list(_entries(tracked, run.id, began))
    if told:
        facts.append(paths.my_facts, told, sync=True, lock=True)
    data = adoption.describe(tracked.name, missing=f"imported from {tracked.tracker}")
    data["settings"] = masked(tracked.settings)
    data["snapshot"]["head"] = tracked.commit
    records.write(run.run, facts.make("run", data, run.id, began), sync=True)


def _entries(tracked: TrackedRun, run: str, moment: str) -> Iterator[Fact]:
    """What the tracker says in words, as one note on the run."""
    lines = [*_words(tracked)]
    if lines:
        imported = {"file": Path(tracked.place).name}
        data = {"kind": "note", "text": "\n\n".join(lines), "on": [run], "attachments": [], "imported": imported}
        yield facts.make("entry", data, None, moment, facts.derived_id("tracked-note", tracked.tracker, tracked.key))


def _words(tracked: TrackedRun) -> Iterable[str]:
    if tracked.notes:
        yield tracked.notes
    if tracked.project:
        yield f"Project: {tracked.project}"
    if tracked.labels:
        shown = masked(dict(tracked.labels))
        yield "Tags: " + ", ".join(f"{name}: {text}" if text else name for name, text in shown.items())
    if tracked.summary:
        yield "Summary: " + ", ".join(f"{name} {value!r}" for name, value in sorted(tracked.summary.items()))
