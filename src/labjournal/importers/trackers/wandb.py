"""W&B runs as they lie on disk, offline or synced: ``run-ID.wandb``.

The file is a log in blocks of 32 KiB after a header of 7 bytes (":W&B", 0xBEE1, version); each record has a checksum
(4 bytes, CRC-32 of type and data), a length (2) and a type (whole, first, middle, last), and records together hold one
protobuf message. Source: the LevelDB log format, and wandb/proto/wandb_internal.proto; W&B's own package reads these
files no more.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labjournal.importers.trackers.tracked import TrackedRun, flat, numbers_in

_HEADER, _BLOCK, _FRAME = 7, 32768, 7
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_HISTORY, _SUMMARY, _CONFIG, _RUN, _EXIT = 2, 3, 5, 17, 18
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
Fields = list[tuple[int, int | bytes]]


def read(path: Path) -> list[TrackedRun] | None:
    """The run of a file, or of every such file below W&B's folder; None when there is none. Raises OSError."""
    if path.is_file():
        run = _run(path) if path.suffix == ".wandb" else None
        return None if run is None else [run]
    files = sorted([*path.glob("*.wandb"), *path.glob("*run-*/*.wandb"), *path.glob("wandb/*run-*/*.wandb")])
    real = {file.resolve(): file for file in reversed(files)}  # latest-run is a link
    found = [run for file in reversed(real.values()) if (run := _run(file)) is not None]
    return found or None


def messages(raw: bytes) -> Iterator[bytes]:
    """The protobuf messages of a file. A torn tail ends it; what fails its checksum is left out."""
    if not raw.startswith(b":W&B"):
        return
    parts: list[bytes] = []
    at = _HEADER
    while at + _FRAME <= len(raw):
        left = _BLOCK - at % _BLOCK
        if left < _FRAME:
            at += left
            continue
        checksum, length, kind = struct.unpack_from("<IHB", raw, at)
        data = raw[at + _FRAME : at + _FRAME + length]
        at += _FRAME + length
        if len(data) < length:
            return
        if zlib.crc32(data, zlib.crc32(bytes((kind,)))) != checksum:
            parts = []
            continue
        if kind in (_WHOLE, _FIRST):
            parts = [data]
        elif parts:  # else its beginning was lost
            parts.append(data)
        if kind in (_WHOLE, _LAST) and parts:
            yield b"".join(parts)
            parts = []


def _run(path: Path) -> TrackedRun | None:
    run = TrackedRun(tracker="wandb", key=path.stem.removeprefix("run-"), place=str(path), name=path.stem)
    summary: dict[str, float] = {}
    known = False
    for message in messages(path.read_bytes()):
        for number, content in _fields(message):
            if not isinstance(content, bytes):
                continue
            known = True
            if number == _RUN:
                _describe(run, content)
            elif number == _HISTORY:
                _points(run, content)
            elif number == _CONFIG:
                run.settings.update(_settings(content))
            elif number == _SUMMARY:
                summary.update(numbers_in(dict(_items(content))))
            elif number == _EXIT:
                _end(run, content)
    ends = {tag for tag, points in run.curves.items() if points}
    run.summary = {name: value for name, value in summary.items() if name not in ends and not name.startswith("_")}
    return run if known else None


def _describe(run: TrackedRun, content: bytes) -> None:
    for number, value in _fields(content):
        if not isinstance(value, bytes):
            continue
        if number == 1:
            run.key = _text(value)
        elif number == 3:
            run.project = _text(value)
        elif number == 4:
            run.settings.update(_settings(value))
        elif number == 8:
            run.name = _text(value) or run.name
        elif number == 9:
            run.notes = _text(value)
        elif number == 10:
            run.labels[_text(value)] = ""
        elif number == 17:
            run.began = _timestamp(value)
        elif number == 21:
            commit = dict(_fields(value)).get(2)
            run.commit = _text(commit) if isinstance(commit, bytes) else None


def _points(run: TrackedRun, content: bytes) -> None:
    """One call of ``log``: its step and time stand among its values."""
    logged = dict(_items(content))
    step = logged.get("_step")
    if step is None:
        told = next((value for number, value in _fields(content) if number == 2 and isinstance(value, bytes)), b"")
        step = dict(_fields(told)).get(1, 0)
    wall = float(logged.get("_timestamp", run.began or 0.0))
    for tag, value in numbers_in(logged):
        if not tag.startswith("_"):
            run.add(tag, int(step), wall, value)
    run.ended = wall if run.ended is None else max(run.ended, wall)


def _end(run: TrackedRun, content: bytes) -> None:
    said = dict(_fields(content))
    run.status = "FAILED" if said.get(1, 0) else "DONE"
    runtime = said.get(2)
    if isinstance(runtime, int) and runtime and run.began is not None:
        run.ended = max(run.began + runtime, run.ended or 0.0)


def _settings(content: bytes) -> dict[str, Any]:
    return flat({name: value for name, value in _items(content) if not name.startswith("_")})


def _items(content: bytes) -> Iterator[tuple[str, Any]]:
    """Key and value of the items of a history, a summary's update or a configuration; names of all levels."""
    for number, item in _fields(content):
        if number != 1 or not isinstance(item, bytes):
            continue
        names: list[str] = []
        value = ""
        for part, said in _fields(item):
            if part in (1, 2) and isinstance(said, bytes) and said:
                names.append(_text(said))
            elif part == 16 and isinstance(said, bytes):
                value = _text(said)
        try:
            yield "/".join(names), json.loads(value)
        except ValueError:
            continue


def _timestamp(content: bytes) -> float | None:
    said = dict(_fields(content))
    seconds, nanos = said.get(1), said.get(2, 0)
    return seconds + nanos / 1e9 if isinstance(seconds, int) and isinstance(nanos, int) else None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _fields(message: bytes) -> Fields:
    """Numbers and contents of a protobuf message; nothing of one that is none."""
    found: Fields = []
    at = 0
    try:
        while at < len(message):
            key, at = _varint(message, at)
            number, kind = key >> 3, key & 7
            if kind == _VARINT:
                value, at = _varint(message, at)
                found.append((number, value))
            elif kind == _BYTES:
                length, at = _varint(message, at)
                found.append((number, message[at : at + length]))
                at += length
            elif kind in (_FIXED64, _FIXED32):
                at += 8 if kind == _FIXED64 else 4
            else:
                return []
    except IndexError:
        return []
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
