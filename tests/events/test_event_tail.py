"""Following one file through growth, damage, replacement and loss."""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import event_records as made
import pytest

from labjournal.events import EventTail, TailRead
from labjournal.events.decode import Decoder


def kinds(read: TailRead) -> list[str]:
    return [problem.kind for problem in read.problems]


def points(read: TailRead) -> made.Points:
    return made.as_points(read.columns)


def losses(*steps: int) -> bytes:
    return made.file_of(made.simple("loss", step, step / 2) for step in steps)


def steps_of(read: TailRead, tag: str = "loss") -> list[int]:
    return read.columns[tag].steps.tolist() if tag in read.columns else []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.out.tfevents.1"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_an_idle_look_gives_nothing_and_the_same_state(path: Path) -> None:
    path.write_bytes(losses(1, 2))
    with EventTail(path) as tail:
        first = tail.read()
        again = tail.read()
    assert steps_of(first) == [1, 2]
    assert again.idle
    assert not again.columns
    assert again.state == first.state


@pytest.mark.parametrize("reopen", [False, True])
def test_a_torn_record_waits_in_silence_and_comes_back_whole(path: Path, reopen: bool) -> None:
    data = losses(1, 2, 3)
    path.write_bytes(b"")
    seen: list[int] = []
    with EventTail(path, reopen=reopen) as tail:
        for byte in data:
            append(path, bytes([byte]))
            read = tail.read()
            assert not read.problems
            seen += steps_of(read)
    assert seen == [1, 2, 3]


def test_a_final_look_says_that_the_last_record_is_torn(path: Path) -> None:
    data = losses(1, 2)
    path.write_bytes(data[:-3])
    with EventTail(path) as tail:
        assert kinds(tail.read()) == []
        last = tail.read(final=True)
    (problem,) = last.problems
    assert (problem.kind, problem.offset) == ("torn", len(losses(1)))


def test_a_corrupt_record_in_the_middle_is_told_by_its_offset_and_skipped(path: Path) -> None:
    data = bytearray(losses(1, 2, 3))
    middle = len(losses(1))
    data[middle + 25] ^= 1
    path.write_bytes(data)
    with EventTail(path) as tail:
        read = tail.read()
        assert tail.read().idle
    assert steps_of(read) == [1, 3]
    (problem,) = read.problems
    assert (problem.kind, problem.offset, problem.length) == ("corrupt", middle, len(losses(2)))
    assert str(middle) in problem.message


def test_a_damaged_length_is_passed_by_looking_for_the_next_good_record(path: Path) -> None:
    data = bytearray(losses(1, 2, 3))
    data[len(losses(1))] ^= 1
    path.write_bytes(data)
    with EventTail(path) as tail:
        read = tail.read()
    assert steps_of(read) == [1, 3]
    assert kinds(read) == ["corrupt"]


def test_records_swallowed_by_a_cut_one_are_found(path: Path) -> None:
    whole = losses(1, 2, 3, 4)
    size = len(losses(1))
    path.write_bytes(whole[: size + 20] + whole[size + 30 :])
    with EventTail(path) as tail:
        read = tail.read()
    assert steps_of(read) == [1, 3, 4]
    assert [(p.kind, p.offset) for p in read.problems] == [("corrupt", size)]


def test_a_long_record_is_found_again_after_damage(path: Path) -> None:
    long = made.simple("loss", 5, 2.5)
    long.summary.value.add(tag="graph").histo.bucket.extend([1.0] * 20_000)
    path.write_bytes(losses(1) + b"\xff" * 30 + made.record(long))
    with EventTail(path) as tail:
        read = tail.read()
    assert steps_of(read) == [1, 5]
    assert kinds(read) == ["corrupt"]


def test_a_record_torn_for_good_is_skipped_in_the_final_look(path: Path) -> None:
    long = made.simple("image", 1, 0.0)
    long.summary.value[0].image.encoded_image_string = bytes(3000)
    path.write_bytes(made.record(long)[:500] + losses(2, 3))
    with EventTail(path) as tail:
        assert tail.read().idle
        last = tail.read(final=True)
    assert steps_of(last) == [2, 3]
    assert [(p.kind, p.offset, p.length) for p in last.problems] == [("corrupt", 0, 500)]


def test_bad_bytes_at_the_end_wait_then_stall_then_are_skipped(path: Path) -> None:
    path.write_bytes(losses(1) + bytes(100))
    with EventTail(path) as tail:
        assert kinds(tail.read()) == []
        append(path, bytes(50))
        assert kinds(tail.read()) == ["stalled"]
        append(path, bytes(50))
        assert kinds(tail.read()) == []
        append(path, losses(2))
        read = tail.read()
    assert steps_of(read) == [2]
    assert [(p.kind, p.offset, p.length) for p in read.problems] == [("corrupt", len(losses(1)), 200)]


def test_zeros_seen_for_a_while_where_a_record_then_appears_lose_nothing(path: Path) -> None:
    path.write_bytes(losses(1) + bytes(len(losses(2))))
    with EventTail(path) as tail:
        assert steps_of(tail.read()) == [1]
        with path.open("r+b") as file:
            file.seek(len(losses(1)))
            file.write(losses(2))
        read = tail.read()
    assert steps_of(read) == [2]
    assert not read.problems


def test_a_file_put_in_its_place_is_read_from_the_start(path: Path, tmp_path: Path) -> None:
    path.write_bytes(losses(1, 2))
    with EventTail(path) as tail:
        tail.read()
        other = tmp_path / "other"
        other.write_bytes(losses(7, 8, 9))
        other.replace(path)
        read = tail.read()
        assert tail.read().idle
    assert read.replaced
    assert steps_of(read) == [7, 8, 9]


@pytest.mark.parametrize("reopen", [False, True])
def test_a_file_moved_away_is_noticed_within_some_looks(path: Path, tmp_path: Path, reopen: bool) -> None:
    path.write_bytes(losses(1, 2))
    with EventTail(path, reopen=reopen) as tail:
        tail.read()
        path.rename(tmp_path / "kept")
        path.write_bytes(losses(5))
        reads = [tail.read() for _ in range(20)]
    assert [steps_of(read) for read in reads if read.replaced] == [[5]]


def test_a_shortened_and_a_rewritten_file_are_read_from_the_start(path: Path) -> None:
    path.write_bytes(losses(1, 2, 3))
    with EventTail(path) as tail:
        tail.read()
        path.write_bytes(losses(4))
        shortened = tail.read()
        path.write_bytes(losses(5, 6, 7, 8))
        rewritten = tail.read()
    assert (shortened.replaced, steps_of(shortened)) == (True, [4])
    assert (rewritten.replaced, steps_of(rewritten)) == (True, [5, 6, 7, 8])


def test_a_vanished_file_is_said_once_and_read_when_it_comes_back(path: Path) -> None:
    path.write_bytes(losses(1))
    with EventTail(path) as tail:
        tail.read()
        path.unlink()
        assert kinds(tail.read()) == ["missing"]
        assert kinds(tail.read()) == []
        path.write_bytes(losses(1, 2))
        read = tail.read()
    assert read.replaced or steps_of(read) == [2]


def test_a_file_that_does_not_exist_yet_may_be_followed(path: Path) -> None:
    with EventTail(path) as tail:
        assert kinds(tail.read()) == ["missing"]
        path.write_bytes(losses(1))
        assert steps_of(tail.read()) == [1]


def test_the_state_is_json_and_carries_a_tag_s_plugin(path: Path) -> None:
    path.write_bytes(made.file_of([made.tensor("loss", 0, 1.0)]))
    with EventTail(path) as tail:
        tail.read()
        state = json.loads(json.dumps(tail.state))
    append(path, made.file_of([made.tensor("loss", 1, 0.5, plugin=None)]))
    with EventTail.resume(path, state) as tail:
        assert points(tail.read()) == {"loss": [(1, 1.5e9, 0.5)]}
    assert {"offset", "device", "inode", "hash"} <= state.keys()


def test_a_file_replaced_while_nobody_looked_is_noticed(path: Path, tmp_path: Path) -> None:
    path.write_bytes(losses(1, 2))
    with EventTail(path) as tail:
        state = tail.read().state
    with path.open("r+b") as file:  # same inode, same length, other bytes
        file.write(losses(3, 4))
    with EventTail.resume(path, state) as tail:
        read = tail.read()
    assert read.replaced
    assert steps_of(read) == [3, 4]


def test_a_session_start_says_from_which_step_earlier_points_are_void(path: Path) -> None:
    path.write_bytes(made.file_of([made.version()]) + losses(1, 2, 3))
    with EventTail(path) as tail:
        tail.read()
        append(path, losses(4) + made.file_of([made.start(3)]) + losses(3))
        read = tail.read()
    assert read.purge_from == 3
    assert steps_of(read) == [3]
    assert [start.step for start in read.session_starts] == [3]


def test_reading_is_bounded_and_goes_on_where_it_ended(path: Path) -> None:
    path.write_bytes(losses(*range(2000)))
    seen: list[int] = []
    with EventTail(path) as tail:
        read = tail.read(10_000)
        assert 0 < len(read.columns["loss"]) < 600
        while read.more:
            seen += steps_of(read)
            read = tail.read(10_000)
    assert seen + steps_of(read) == list(range(2000))


def test_bounded_reading_gets_past_damage_larger_than_its_bound(path: Path) -> None:
    long = made.simple("image", 1, 0.0)
    long.summary.value[0].image.encoded_image_string = bytes(50_000)
    broken = bytearray(made.record(long) * 3)
    for at in (5_000, 55_000, 105_000):
        broken[at] ^= 1
    path.write_bytes(losses(1) + broken + losses(2) + bytes(60_000))
    seen, found, more = [], [], True
    with EventTail(path) as tail:
        for _ in range(20):
            read = tail.read(100)
            seen += steps_of(read)
            found += [(p.kind, p.length) for p in read.problems]
            more = read.more
    assert seen == [1, 2]
    assert found == [("corrupt", len(broken))]
    assert not more


def test_a_git_lfs_pointer_is_named(path: Path) -> None:
    oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n")
    with EventTail(path) as tail:
        (problem,) = tail.read().problems
        assert tail.read().idle
    assert problem.kind == "foreign"
    assert "git-lfs" in problem.message
    assert "12345" in problem.message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"step,loss\n" * 10, "text"),
        ("größe\n".encode() * 200, "text"),
        (b"\x1f\x8b\x08" + bytes(range(100)), "gzip"),
        (b"PK\x03\x04" + bytes(100), "zip"),
        (bytes(5000), "zero"),
        (bytes(range(256)) * 20, "no record"),
    ],
)
def test_a_foreign_file_is_named_as_what_it_is(path: Path, content: bytes, word: str) -> None:
    path.write_bytes(content)
    with EventTail(path) as tail:
        (problem,) = tail.read().problems
        assert tail.read().idle
    assert problem.kind == "foreign"
    assert word in problem.message


def test_records_that_are_no_events_are_reported(path: Path) -> None:
    example = b"\x0a\x10\x0a\x0e\x0a\x05label\x12\x05\x1a\x03\x0a\x01\x05"  # a tf.train.Example
    path.write_bytes(made.framed(example) + made.framed(b"\xff\xff\xff") + losses(1))
    with EventTail(path) as tail:
        read = tail.read()
    assert steps_of(read) == [1]
    assert [(p.kind, p.offset) for p in read.problems] == [("undecodable", 0)]


def test_a_scalar_that_is_no_number_is_reported_once(path: Path) -> None:
    two = made.TensorProto(dtype=made.FLOAT, tensor_content=bytes(8))
    two.tensor_shape.dim.add(size=2)
    event = made.Event(summary=made.Summary(value=[made.tensor_value("pair", two)]))
    path.write_bytes(made.file_of([event, event]))
    with EventTail(path) as tail:
        (problem,) = tail.read().problems
        append(path, made.record(event))
        assert not tail.read().problems
    assert problem.kind == "unreadable_value"
    assert "pair" in problem.message


def test_a_folder_and_a_pipe_are_named(tmp_path: Path) -> None:
    pipe = tmp_path / "events.out.tfevents.pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with EventTail(path) as tail:
            assert kinds(tail.read()) == ["foreign"]


@pytest.fixture
def forbidden(path: Path) -> None:
    path.write_bytes(losses(1))
    path.chmod(0)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """As a user who may not read everything, for tests run by root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.usefixtures("forbidden", "unprivileged")
def test_a_forbidden_file_is_said_once(path: Path) -> None:
    with EventTail(path) as tail:
        assert kinds(tail.read()) == ["denied"]
        assert kinds(tail.read()) == []


def test_a_file_written_and_read_at_the_same_time_gives_every_point_once(path: Path) -> None:
    path.write_bytes(b"")
    data = losses(*range(3000))

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for at in range(0, len(data), 997):
                file.write(data[at : at + 997])

    writer = threading.Thread(target=write)
    seen: list[int] = []
    with EventTail(path) as tail:
        writer.start()
        while writer.is_alive():
            seen += steps_of(tail.read())
        writer.join()
        last = tail.read()
        seen += steps_of(last)
    assert seen == list(range(3000))
    assert not last.problems


def test_a_block_border_inside_a_long_record_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labjournal.events.turn._BLOCK", 5000)
    long = made.simple("image", 1, 0.0)
    long.summary.value[0].image.encoded_image_string = bytes(20_000)
    data = losses(*range(300)) + made.record(long) + losses(*range(300, 600))
    broken = bytearray(data)
    broken[len(losses(*range(300))) + 6000] ^= 1
    for content, found in ((data, []), (bytes(broken), ["corrupt"])):
        path.write_bytes(content)
        with EventTail(path) as tail:
            read = tail.read(final=True)
        assert steps_of(read) == list(range(600))
        assert kinds(read) == found


def test_the_decoder_reads_a_value_the_size_of_a_half(path: Path) -> None:
    tensors = {
        "half": (made.TensorProto(dtype=made.HALF, half_val=[0x3E00]), 1.5),
        "half_content": (made.TensorProto(dtype=made.HALF, tensor_content=struct.pack("<e", 1.5)), 1.5),
        "bfloat": (made.TensorProto(dtype=made.BFLOAT16, half_val=[0x3FC0]), 1.5),
        "bfloat_content": (made.TensorProto(dtype=made.BFLOAT16, tensor_content=b"\xc0\x3f"), 1.5),
        "int32": (made.TensorProto(dtype=made.INT32, int_val=[-7]), -7.0),
        "int64": (made.TensorProto(dtype=made.INT64, int64_val=[-(2**40)]), -(2.0**40)),
        "int64_content": (made.TensorProto(dtype=made.INT64, tensor_content=struct.pack("<q", -5)), -5.0),
        "uint8": (made.TensorProto(dtype=4, tensor_content=b"\xff"), 255.0),
        "bool": (made.TensorProto(dtype=10, bool_val=[True]), 1.0),
        "uint64": (made.TensorProto(dtype=23, uint64_val=[2**63]), 2.0**63),
        "double": (made.TensorProto(dtype=made.DOUBLE, double_val=[1 / 3]), 1 / 3),
    }
    for count in (1, 40):  # one by one, and by template
        events = [
            made.Event(wall_time=1.0, step=k, summary=made.Summary(value=[made.tensor_value(tag, tensor)]))
            for tag, (tensor, _) in tensors.items()
            for k in range(count)
        ]
        path.write_bytes(made.file_of(events))
        with EventTail(path, decoder=Decoder()) as tail:
            read = tail.read()
        assert points(read) == {tag: [(k, 1.0, value) for k in range(count)] for tag, (_, value) in tensors.items()}
