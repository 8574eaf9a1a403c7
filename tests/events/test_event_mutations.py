"""Ten thousand flipped, cut, zeroed and shuffled files: no exception, and no wrong value in silence."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import event_records as made
import pytest

from labjournal.events import EventTail, TailRead

MUTATIONS_EACH = 2_500


def alike(form: str) -> bytes:
    """One file of many records that differ only in time, step and value."""
    build = made.simple if form == "simple" else made.tensor
    events = [build("train/loss", step, 1 / (step + 1), wall_time=1.7e9 + step) for step in range(30)]
    return made.file_of([made.version(), *events])


def mixed() -> bytes:
    """Few of each: several values an event, both encodings, a session start, a long record."""
    events = [made.version()]
    for step in range(8):
        event = made.simple("loss", step, step / 7)
        event.summary.value.add(tag="lr", simple_value=0.1)
        events += [event, made.tensor("accuracy", step, step / 3, plugin="scalars" if step == 0 else None)]
    histogram = made.simple("weights", 8, 0.0)
    histogram.summary.value[0].histo.bucket.extend([1.5] * 90)
    events += [histogram, made.start(5), *[made.simple("loss", step, -step) for step in range(5, 9)]]
    return made.file_of(events)


def interleaved() -> bytes:
    """Two tags taking turns, with steps of several lengths."""
    events = [made.simple(("a", "layer/b")[k % 2], 100 * k, k / 9, wall_time=1.7e9 + k / 3) for k in range(56)]
    return made.file_of([made.version(), *events])


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = rng.randrange(len(changed)) if changed else 0
        size = rng.choice([1, 2, 4, 8, 50, 300])
        match rng.randrange(7):
            case 0 | 1 if changed:
                changed[at] ^= 1 << rng.randrange(8)
            case 2 if changed:
                changed[at] = rng.randrange(256)
            case 3:
                del changed[at:]
            case 4:
                del changed[at : at + size]
            case 5:
                changed[at : at + size] = bytes(len(changed[at : at + size]))
            case _:
                changed[at:at] = rng.choice([rng.randbytes(size), bytes(changed[at : at + size])])
    return bytes(changed)


def read_whole(path: Path, data: bytes) -> TailRead:
    path.write_bytes(data)
    with EventTail(path) as tail:
        return tail.read(final=True)


def written(data: bytes) -> set[tuple[str, int, float, float]]:
    """All scalars of a sound file, purged or not."""
    found = set()
    for payload in made.payloads(data):
        event = made.Event.FromString(payload)
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.add((value.tag, event.step, event.wall_time, value.simple_value))
            elif value.HasField("tensor"):
                (number,) = struct.unpack("<f", value.tensor.tensor_content)
                found.add((value.tag, event.step, event.wall_time, number))
    return found


def is_whole(data: bytes) -> bool:
    """Whether bytes are sound records end to end, so that nothing shows that some were lost or repeated."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 8], "little")
        if data[at : at + 16 + length] != made.framed(data[at + 12 : at + 12 + length]):
            return False
        at += 16 + length
    return True


@pytest.mark.parametrize("base", [alike("simple"), alike("tensor"), mixed(), interleaved()], ids=len)
def test_damaged_files_give_no_wrong_value_and_say_what_is_lost(base: bytes, tmp_path: Path) -> None:
    rng = random.Random(len(base))
    path = tmp_path / "events.out.tfevents.1"
    true, silent = written(base), 0
    assert made.same(made.as_points(read_whole(path, base).columns), made.obvious(base))
    for number in range(MUTATIONS_EACH):
        data = mutated(base, rng)
        read = read_whole(path, data)
        for tag, points in made.as_points(read.columns).items():
            for point in points:
                # A damaged session start purges nothing, so a point it would have purged is right as well.
                assert (tag, *point) in true, (number, tag, point)
        if is_whole(data):
            assert made.same(made.as_points(read.columns), made.obvious(data)), number
        else:
            silent += not read.problems
    assert silent == 0


def test_a_damaged_record_costs_no_sound_one(tmp_path: Path) -> None:
    """One changed byte loses one record; the others are all there, wherever the byte is."""
    base = alike("simple")
    path = tmp_path / "events.out.tfevents.1"
    for at in range(0, len(base), 2):
        data = bytearray(base)
        data[at] ^= 0x41
        read = read_whole(path, bytes(data))
        assert read.records == 30
        (problem,) = read.problems
        assert problem.kind == "corrupt"
        assert problem.offset <= at < problem.offset + problem.length
