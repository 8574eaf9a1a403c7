"""The window over a log: bounded reads, collapsed progress bars, exact lines wherever it is moved."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal.tui.widgets.log_window import KEPT, LONGEST, LogWindow


def opened(path: Path, block: int = 64, kept: int = 1 << 20) -> LogWindow:
    window = LogWindow(path, block, kept)
    window.look()
    window.tail()
    return window


def test_a_progress_bar_is_one_line_with_its_last_state(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"start\r\n 10%|#\r 50%|##\r100%|####\nnext\n 5%\r 7%\r")
    window = opened(log, 4096)
    assert window.lines == ["start", "100%|####", "next", " 7%"]


def test_an_unfinished_line_is_shown_and_then_replaced_by_the_whole_one(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"one\ntw")
    window = opened(log, 4096)
    assert window.lines == ["one", "tw"]
    with log.open("ab") as file:
        file.write(b"o\nthree\n")
    window.look()
    window.after()
    assert window.lines == ["one", "two", "three"]
    assert window.at_end


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("ab \r\x1b[é日"), max_size=30), min_size=1, max_size=80), st.integers(100, 400))
def test_going_back_block_by_block_finds_every_line_once(lines: list[str], block: int) -> None:
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"labjournal-log-{os.getpid()}"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    try:
        window = opened(path, block)
        while not window.at_start:
            window.before()
        whole = opened(path, 1 << 20)
        assert window.lines == whole.lines
        window.head()
        while not window.at_end:
            window.after()
        assert window.lines == whole.lines
        window.close()
        whole.close()
    finally:
        path.unlink()


def test_a_gigabyte_opens_by_its_last_block(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    with log.open("wb") as file:
        file.truncate(1 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"\nlast but one\nlast\n")
    window = LogWindow(log)
    window.look()
    window.tail()
    assert window.lines[-2:] == ["last but one", "last"]
    window.before()
    assert sum(len(line) for line in window.lines) < KEPT
    window.close()


def test_a_long_unbroken_progress_bar_is_followed_without_rereading_it(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"".join(b"\r%5d/10000 it" % step for step in range(10_000)))
    window = opened(log, 4096)
    assert window.lines == [" 9999/10000 it"]
    with log.open("ab") as file:
        file.write(b"\r10000/10000 it\ndone\n")
    window.look()
    window.after()
    assert window.lines == ["10000/10000 it", "done"]


def test_a_line_longer_than_a_block_is_shown_in_pieces_and_passed(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"x" * 50_000 + b"\nend\n")
    window = LogWindow(log, 8192, 1 << 20)
    window.look()
    window.head()
    while not window.at_end:
        window.after()
    assert window.lines[-1] == "end"
    assert all(len(line) <= LONGEST + 2 for line in window.lines)


def test_the_window_spans_a_bounded_part_of_the_file(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"".join(b"line %06d\n" % n for n in range(10_000)))
    window = opened(log, 1000, 4000)
    while not window.at_start:
        window.before()
        assert len(window.lines) < 500
    assert window.lines[0] == "line 000000"
    while not window.at_end:
        window.after()
        assert len(window.lines) < 500
    assert window.lines[-1] == "line 009999"


def test_a_replaced_or_shortened_file_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"one\ntwo\n")
    window = opened(log, 4096)
    log.write_bytes(b"x\n")
    assert window.look()
    window.tail()
    assert window.lines == ["x"]
    other = tmp_path / "other.log"
    other.write_bytes(b"entirely\nnew\n")
    other.replace(log)
    assert window.look()


def test_new_lines_after_the_window_are_counted_not_kept(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"one\n")
    window = opened(log, 4096)
    with log.open("ab") as file:
        file.write(b"more\n" * 214)
    window.look()
    assert window.count_new() == 214
    assert window.lines == ["one"]
