"""Reading event files against TensorBoard's EventAccumulator, in the same run.

    python benchmarks/events.py [--quick]

Makes its files in a temporary folder from a fixed seed.  Prints CPU time as a ratio (median of 5, the two
taken in turns), peak memory above the import, the cost of looking at 200 idle files, and the time from flush
to value.  Times depend on the machine, ratios hardly.
"""

from __future__ import annotations

import argparse
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import google_crc32c
import numpy as np

from labjournal.events import EventTail, read_scalars

TAGS = (
    "train/loss",
    "train/lr",
    "train/grad_norm",
    "train/epoch",
    "perf/samples_per_second",
    "eval/loss",
    "eval/accuracy",
    "eval/f1_macro",
    "sys/gpu0_mem_gib",
    "loss",
)
T0 = 1.7e9
IDLE_FILES = 200
PEAK = """
import pathlib, re, sys
import labjournal.events as events
from labjournal.events import proto

def peak():
    # Not getrusage: a child begins with the peak of the process that started it.
    return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])

events.read_scalars, proto._event_class()
above = peak()
scalars = events.read_scalars(sys.argv[1])
print(peak() - above)
"""


def framed(payload: bytes) -> bytes:
    """The payload as a record."""

    def masked(data: bytes) -> bytes:
        crc = google_crc32c.value(data)
        return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)

    length = struct.pack("<Q", len(payload))
    return length + masked(length) + payload + masked(payload)


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def part(field: int, body: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return varint(field << 3 | 2) + varint(len(body)) + body


def event(wall_time: float, step: int, summary: bytes) -> bytes:
    head = b"\x09" + struct.pack("<d", wall_time) + (b"\x10" + varint(step) if step else b"")
    return framed(head + part(5, part(1, summary)))


def scalar(tag: str, value: bytes, *, tensor: bool) -> bytes:
    """A Summary.Value with four value bytes, as torch writes it or as TensorFlow 2 does."""
    name = part(1, tag.encode())
    if not tensor:
        return name + b"\x15" + value
    metadata = part(9, part(1, part(1, b"scalars")) + b"\x20\x01")
    return name + part(8, b"\x08\x01\x12\x00\x22\x04" + value) + metadata


def write_scalars(path: Path, steps: int, *, tensor: bool) -> int:
    rng = np.random.default_rng(1)
    with path.open("wb") as file:
        file.write(framed(b"\x09" + struct.pack("<d", T0) + part(3, b"brain.Event:2")))
        for step in range(steps):
            values = rng.random(len(TAGS), "f4").tobytes()
            for k, tag in enumerate(TAGS):
                wall_time = T0 + (step * len(TAGS) + k) * 0.0011
                file.write(event(wall_time, step, scalar(tag, values[4 * k : 4 * k + 4], tensor=tensor)))
    return steps * len(TAGS)


def write_mixed(path: Path, steps: int) -> int:
    """Scalars with a histogram of 12 kB every second step and an image of about 1 MB every hundredth."""
    rng = np.random.default_rng(2)
    with path.open("wb") as file:
        file.write(framed(b"\x09" + struct.pack("<d", T0) + part(3, b"brain.Event:2")))
        for step in range(steps):
            for k, tag in enumerate(TAGS):
                file.write(event(T0 + step, step, scalar(tag, struct.pack("<f", k / (step + 1)), tensor=False)))
            if step % 2 == 0:
                limits, counts = np.sort(rng.random(760)).tobytes(), rng.integers(0, 999, 760).astype("f8").tobytes()
                body = b"".join(bytes([i << 3 | 1]) + struct.pack("<d", i) for i in range(1, 6))
                histogram = part(5, body + part(6, limits) + part(7, counts))
                file.write(event(T0 + step, step, part(1, b"weights/layer0") + histogram))
            if step % 100 == 0:
                pixels = b"\x89PNG\r\n\x1a\n" + rng.bytes(int(rng.integers(500_000, 1_500_000)))
                image = part(4, b"\x08\x80\x04\x10\x80\x04\x18\x03" + part(4, pixels))
                file.write(event(T0 + step, step, part(1, b"samples/grid") + image))
    return steps * len(TAGS)


def accumulate(path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0}).Reload()


def cpu(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


def compare(name: str, path: Path, points: int, rounds: int) -> None:
    read_scalars(path)
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(cpu(lambda: accumulate(path)))
        ours.append(cpu(lambda: read_scalars(path)))
    own, other = statistics.median(ours), statistics.median(theirs)
    size = path.stat().st_size / 1e6
    print(f"{name:24} {points:9,} points {size:6.0f} MB  {own:6.3f} s", end="  ")
    print(f"EventAccumulator {other:6.2f} s  {other / own:5.0f}x", flush=True)


def peak_memory(name: str, path: Path) -> None:
    if not Path("/proc/self/status").exists():
        return
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    print(f"{name:24} peak memory above the import {int(done.stdout) / 1024:.0f} MiB")


def idle(folder: Path, source: bytes) -> None:
    tails = []
    for number in range(IDLE_FILES):
        path = folder / f"events.out.tfevents.{number}"
        path.write_bytes(source)
        tails.append(EventTail(path))
        tails[-1].read()
    turns = [cpu(lambda: [tail.read() for tail in tails]) for _ in range(200)]
    print(f"{IDLE_FILES} idle files, one turn     {statistics.mean(turns) * 1e3:.2f} ms CPU (mean of 200)")
    for tail in tails:
        tail.close()


def latency(path: Path, looks: int) -> None:
    """From the flush of one scalar to its value here, with a look every 50 ms, and with one right away."""
    path.write_bytes(framed(b"\x09" + struct.pack("<d", T0) + part(3, b"brain.Event:2")))
    written: list[float] = []
    stop = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.wait(0.0737):
                written.append(time.perf_counter())
                file.write(event(T0, len(written), scalar("loss", b"\0\0\0\0", tensor=False)))

    delays: list[float] = []
    costs = []
    with EventTail(path) as tail:
        tail.read()
        writer = threading.Thread(target=write)
        writer.start()
        while len(delays) < looks:
            time.sleep(0.05)
            begin = time.perf_counter()
            column = tail.read().columns.get("loss")
            now = time.perf_counter()
            if column is not None:
                costs.append(now - begin)
                delays += [now - written[step - 1] for step in column.steps.tolist()]
        stop.set()
        writer.join()
    print(f"flush to value           median {statistics.median(delays) * 1e3:.0f} ms polling at 50 ms,", end=" ")
    print(f"of which reading {statistics.median(costs) * 1e6:.0f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, one round")
    quick = parser.parse_args().quick
    rounds, scale = (1, 10) if quick else (5, 1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, tensor in (("simple values", False), ("tensors", True)):
            path = folder / f"events.out.tfevents.{kind[:6].strip()}"
            points = write_scalars(path, 100_000 // scale, tensor=tensor)
            compare(kind, path, points, rounds)
            peak_memory(kind, path)
            path.unlink()
        mixed = folder / "events.out.tfevents.mixed"
        points = write_mixed(mixed, 20_000 // scale)
        compare("histograms and images", mixed, points, rounds)
        peak_memory("histograms and images", mixed)
        mixed.unlink()
        small = folder / "small"
        write_scalars(small, 10, tensor=False)
        idle(folder, small.read_bytes())
        latency(folder / "events.out.tfevents.live", 10 if quick else 60)


if __name__ == "__main__":
    main()
