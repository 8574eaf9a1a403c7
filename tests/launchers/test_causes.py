"""Causes in words."""

from __future__ import annotations

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.launchers import causes
from labjournal.launchers.causes import MemoryKills, Request, decide

QUIET = MemoryKills(0, 0)


def _exit(code: int, tail: str = "", after: MemoryKills = QUIET) -> causes.Outcome:
    return decide(code << 8, None, None, tail, QUIET, after)


def _signal(number: int, tail: str = "", after: MemoryKills = QUIET) -> causes.Outcome:
    return decide(number, None, None, tail, QUIET, after)


def test_the_last_error_of_a_traceback_is_the_cause() -> None:
    tail = (
        "Traceback (most recent call last):\n  File x\nKeyError: 'a'\n\nDuring handling:\n"
        "Traceback (most recent call last):\n  File y\ntorch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB\nbye\n"
    )
    assert _exit(1, tail).cause == "exit code 1: torch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB"


def test_an_error_of_a_rank_is_read_too() -> None:
    assert _exit(1, "[rank3]: RuntimeError: NCCL timeout\n").cause == "exit code 1: RuntimeError: NCCL timeout"


def test_a_log_line_that_only_looks_like_an_error_is_none() -> None:
    assert _exit(2, "Error rate: 0.3\nINFO ValueError handling: on\n").cause == (
        "exit code 2; its last line: INFO ValueError handling: on"
    )


def test_a_full_disk_is_told_wherever_it_was_named() -> None:
    tail = "cp: writing: No space left on device\nRuntimeError: checkpoint failed\n"
    assert _exit(1, tail).cause == "exit code 1: no space left on the disk; RuntimeError: checkpoint failed"


@pytest.mark.parametrize(("code", "words"), [(127, "not found"), (126, "cannot be executed"), (139, "SIGSEGV")])
def test_codes_of_shells_are_read(code: int, words: str) -> None:
    assert words in (_exit(code).cause or "")


def test_a_kill_for_want_of_memory_is_told_from_the_kernels_counters() -> None:
    assert "out of memory in its control group" in (_signal(9, after=MemoryKills(1, 1)).cause or "")
    assert "want of memory" in (_signal(9, after=MemoryKills(None, 1)).cause or "")
    assert "want of memory" in (_exit(137, after=MemoryKills(None, 1)).cause or "")
    assert "memory guard" in (_signal(9).cause or "")


def test_a_crash_has_failed_and_a_termination_was_killed() -> None:
    assert _signal(signal.SIGABRT).status == "FAILED"
    assert _signal(signal.SIGTERM).status == "KILLED"


def test_a_stop_counts_even_when_the_command_ended_itself_with_0() -> None:
    outcome = decide(0, Request("KILLED", "stopped by ada"), signal.SIGINT, "", QUIET, QUIET)
    assert outcome[:4] == ("KILLED", "stopped by ada; ended by itself with exit code 0 after INT", 0, None)


def test_a_command_that_ended_before_a_signal_was_sent_keeps_its_own_end() -> None:
    assert decide(0, Request("KILLED", "stopped by ada"), None, "", QUIET, QUIET).status == "DONE"


@given(st.text())
def test_no_text_of_a_log_moves_a_cursor(tail: str) -> None:
    cause = _exit(1, f"{tail}\nValueError: {tail}\n").cause or ""
    assert "\n" not in cause
    assert not any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 for sign in cause)


def test_without_a_traceback_the_last_line_is_told_and_a_complaint_as_the_reason() -> None:
    assert _exit(2, "usage: t\nt.py: error: unrecognized arguments: --lrr\n").cause == (
        "exit code 2: t.py: error: unrecognized arguments: --lrr"
    )
    assert _exit(1, "epoch 1\nno data in /data/train\n").cause == "exit code 1: no data in /data/train"
    assert _exit(7, " 10%\r 90%\repoch 3 \x1b[1mdone\x1b[0m\n\n").cause == "exit code 7; its last line: epoch 3 done"
    assert _exit(7, "\n \n").cause == "exit code 7"


def test_a_crash_says_where_python_was_and_what_cpp_said() -> None:
    said = 'Fatal Python error: Aborted\n\nThread 0x1 (most recent call first):\n  File "/a/t.py", line 4 in f\n'
    assert str(_signal(signal.SIGSEGV, said).cause).endswith("(SIGSEGV): in t.py:4 in f")
    thrown = "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no device\n"
    assert str(_signal(signal.SIGABRT, thrown + said).cause).endswith("(SIGABRT): no device (t.py:4 in f)")
    assert str(_signal(signal.SIGABRT, thrown).cause).endswith("(SIGABRT): no device")
