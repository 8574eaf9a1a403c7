"""Following: ingest of a million scalars into the journal, an idle turn over 200 files, flush to index.

    python benchmarks/follow.py

CPU of this process; the peer is TensorBoard's EventAccumulator reading the same file in the same run.
"""

from __future__ import annotations

import os
import statistics
import struct
import sys
import tempfile
import time
from pathlib import Path

import google_crc32c
import numpy as np

from labjournal import facts, machine, paths
from labjournal.follower import Follower
from labjournal.model import SeriesKey
from labjournal.paths import JournalPaths, RunPaths

POINTS = 1_000_000
TAGS = 20
FILES = 200
TURNS = 400


def record(payload: bytes) -> bytes:
    length = struct.pack("<Q", len(payload))
    return length + _masked(length) + payload + _masked(payload)


def _masked(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def write_events(path: Path, points: int) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(record(Event(wall_time=1.75e9, file_version="brain.Event:2").SerializeToString()))
        for i in range(points):
            value = Summary.Value(tag=f"train/metric_{i % TAGS}", simple_value=i * 1e-3)
            event = Event(wall_time=1.75e9 + i * 1e-3, step=i // TAGS, summary=Summary(value=[value]))
            file.write(record(event.SerializeToString()))


def live_run(journal: JournalPaths, files: list[Path]) -> RunPaths:
    """A run whose process is this one."""
    run = journal.run(facts.new_ulid(1.75e9))
    for folder in (run.facts, run.events, run.attempts):
        folder.mkdir(parents=True)
    data = {"name": "live", "kind": "train", "command": ["x"], "cwd": str(journal.project)}
    run.run.write_bytes(facts.encode(facts.make("run", data, run.id)))
    here, pid = machine.identity(), os.getpid()
    ticks = machine.process_start_ticks(pid)
    process = {"n": 1, "pid": pid, "start_ticks": ticks, "supervisor_pid": pid, "supervisor_ticks": ticks}
    place = {"machine": here.machine, "boot": here.boot, "pid_namespace": here.pid_namespace, "host": here.host}
    run.attempt(1).write_bytes(facts.encode(facts.make("attempt", {**process, **place}, run.id)))
    run.heartbeat.touch()
    stated = [facts.make("event_file", {"path": str(path)}, run.id) for path in files]
    facts.append(facts.writer_path(run.facts, 1, "watch"), stated)
    return run


def ingest(folder: Path, events: Path) -> float:
    journal = paths.find_or_make(folder)
    run = live_run(journal, [events])
    follower = Follower.open(journal)
    begin = time.process_time()
    follower.catch_up()
    spent = time.process_time() - begin
    assert sum(info.n for info in follower.store.series_list(run.id)) == POINTS
    follower.close()
    return spent


def accumulate(events: Path) -> float:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    begin = time.process_time()
    accumulator = EventAccumulator(str(events), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    assert len(accumulator.Tags()["scalars"]) == TAGS
    return time.process_time() - begin


def idle(folder: Path) -> float:
    files = [folder / "logs" / f"{i:03}" / "events.out.tfevents.1" for i in range(FILES)]
    for path in files:
        write_events(path, 1)
    journal = paths.find_or_make(folder)
    live_run(journal, files)
    follower = Follower.open(journal)
    follower.catch_up()
    while_fresh = time.monotonic() + 2.5
    while time.monotonic() < while_fresh:  # what changed a moment ago is looked at more closely
        follower.turn()
        time.sleep(0.05)
    begin = time.process_time()
    for _ in range(TURNS):
        follower.turn()
        time.sleep(0.01)
    spent = time.process_time() - begin
    follower.close()
    return spent / TURNS


def flush_to_index(folder: Path, count: int = 60) -> float:
    """Median seconds from a flushed record to its point in the index, turning every 50 ms."""
    events = folder / "logs" / "events.out.tfevents.1"
    write_events(events, 1)
    journal = paths.find_or_make(folder)
    run = live_run(journal, [events])
    follower = Follower.open(journal)
    follower.catch_up()
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    waits = []
    with events.open("ab") as file:
        for step in range(count):
            value = Summary.Value(tag="loss", simple_value=float(step))
            event = Event(wall_time=time.time(), step=step, summary=Summary(value=[value]))
            file.write(record(event.SerializeToString()))
            file.flush()
            begin = time.perf_counter()
            time.sleep(0.05 * (step * 7 % 50) / 50)  # the flush comes at any moment between two turns
            while True:
                follower.turn()
                data = follower.store.series(SeriesKey(run.id, "", "loss"))
                if data is not None and len(data.steps) > step:
                    break
                time.sleep(0.05)
            waits.append(time.perf_counter() - begin)
    follower.close()
    return statistics.median(waits)


def judging() -> float:
    """The rules of curves over a million points of a noisy loss."""
    from labjournal.checks.curve import Curve
    from labjournal.checks.judging import judge_curves
    from labjournal.checks.run_view import RunView

    steps = np.arange(POINTS)
    loss = 0.1 + 2.0 * np.exp(-steps / 1e5) + 0.2 * np.random.default_rng(0).standard_normal(POINTS)
    curves = (("train/loss", loss), ("lr", np.full(POINTS, 1e-3)))
    run = RunView(tuple(Curve(name, steps, values, steps + 1.75e9) for name, values in curves), ended=True)
    begin = time.process_time()
    judge_curves(run)
    return time.process_time() - begin


def main() -> None:
    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        events = base / "corpus" / "events.out.tfevents.1"
        write_events(events, POINTS)
        runs = 3 if "--quick" in sys.argv else 5
        folders = [base / f"ingest-{i}" for i in range(runs)]
        for folder in folders:
            folder.mkdir()
        ours = statistics.median(ingest(folder, events) for folder in folders)
        theirs = accumulate(events)
        ratio = f"{theirs / ours:.0f}x EventAccumulator ({theirs:.1f} s)"
        print(f"ingest of {POINTS:,} scalars      {ours:6.2f} s CPU, {ratio}")
        for work in ("idle", "flush"):
            (base / work).mkdir()
        print(f"idle turn over {FILES} files       {idle(base / 'idle') * 1e3:6.2f} ms CPU")
        print(f"flush to index, turns of 50 ms {flush_to_index(base / 'flush') * 1e3:6.1f} ms at the median")
        judged = statistics.median(judging() for _ in range(runs))
        print(f"judging {POINTS:,} points     {judged * 1e3:6.1f} ms CPU")


if __name__ == "__main__":
    main()
