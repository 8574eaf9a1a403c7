"""Run folders as a launcher would leave them, for tests of what reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from labjournal import facts, machine
from labjournal.paths import JournalPaths, RunPaths

CREATED = 1.75e9


def make_run(
    journal: JournalPaths,
    name: str = "run",
    kind: str = "train",
    log: str = "",
    ended: bool = True,
    at: float = CREATED,
    **more: Any,
) -> RunPaths:
    """A run that has ended well, or one whose process has not been started yet."""
    run = journal.run(facts.new_ulid(at))
    for folder in (run.facts, run.events, run.attempts):
        folder.mkdir(parents=True)
    data = {"name": name, "kind": kind, "command": ["python", "x.py"], "cwd": str(journal.project), **more}
    write_fact(run.run, "run", run.id, at, data)
    if ended:
        end_run(run, log, at)
    return run


def end_run(run: RunPaths, log: str, at: float = CREATED) -> None:
    """The run was started, printed its log and ended well."""
    here = machine.identity()
    start = {"n": 1, "pid": 2**22 - 3, "start_ticks": 1, "supervisor_pid": 2**22 - 4, "supervisor_ticks": 1}
    place = {"machine": here.machine, "boot": here.boot, "pid_namespace": here.pid_namespace, "host": here.host}
    write_fact(run.attempt(1), "attempt", run.id, at + 1, {**start, **place})
    run.log.write_text(log, encoding="utf-8")
    end = {"attempt": 1, "status": "DONE", "exit_code": 0, "cause": "ended by itself"}
    write_fact(run.exit, "exit", run.id, at + 60, {**end, "ended_at": facts.now_iso(at + 60)})


def write_fact(path: Path, kind: str, run: str | None, at: float, data: dict[str, Any]) -> None:
    fact = facts.make(kind, data, run, facts.now_iso(at), facts.derived_id(kind, run, at, path.name))
    path.write_bytes(facts.encode(fact))


def add_facts(run: RunPaths, *stated: tuple[str, dict[str, Any]], at: float = CREATED + 5) -> None:
    path = facts.writer_path(run.facts, 1, "watch")
    facts.append(path, [facts.make(kind, data, run.id, facts.now_iso(at + i)) for i, (kind, data) in enumerate(stated)])


class EventWriter:
    """Appends scalars to an event file by TensorBoard's own record writer, each flushed at once."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("ab")
        self._records = RecordWriter(self._file)

    def add(self, tag: str, step: int, value: float, wall: float = CREATED + 10) -> None:
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        self.write(Event(wall_time=wall, step=step, summary=summary))

    def write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())
        self._file.flush()

    def close(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()
