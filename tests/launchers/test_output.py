"""What a run printed, as it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.launchers import output


def test_a_progress_bar_is_its_last_state() -> None:
    assert output.collapse("  0%|    |\r 50%|##  |\r100%|####|\r") == "100%|####|"


def test_a_shorter_piece_leaves_standing_what_a_terminal_would() -> None:
    assert output.collapse("hello world\rHELLO") == "HELLO world"


@given(st.lists(st.text(st.characters(blacklist_characters="\n\r", blacklist_categories=["Cs"]))), st.integers(0, 12))
def test_the_tail_is_the_end_of_all_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], number: int
) -> None:
    log = tmp_path_factory.mktemp("log") / "out.log"
    log.write_bytes("".join(f"{line}\n" for line in lines).encode())
    assert list(output.lines(log)) == lines
    assert output.tail(log, number) == lines[len(lines) - min(number, len(lines)) :]


def test_an_unfinished_last_line_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"one\ntwo\nthree")
    assert output.tail(log, 2) == ["two", "three"]
    assert list(output.lines(log)) == ["one", "two", "three"]


def test_bytes_that_are_no_text_are_shown_as_replacement_signs(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"\xff\xfe\n")
    assert output.tail(log, 1) == ["\ufffd\ufffd"]


def test_no_log_is_no_output(tmp_path: Path) -> None:
    assert output.tail(tmp_path / "none", 5) == []
    assert list(output.lines(tmp_path / "none")) == []


def test_ten_megabytes_of_progress_without_a_newline_are_one_line(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_bytes(b"\r".join(b"%6d/100000 [######]" % number for number in range(500_000)) + b"\ndone\n")
    assert list(output.lines(log)) == ["499999/100000 [######]", "done"]


def test_the_tail_of_a_large_log_reads_only_its_end(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    with log.open("wb") as file:
        file.truncate(1 << 32)  # 4 GB of nothing
        file.seek(0, 2)
        file.write(b"\nlast\n")
    assert output.tail(log, 1) == ["last"]
