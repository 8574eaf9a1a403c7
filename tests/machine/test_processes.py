from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from labjournal.machine import process_alive, process_start_ticks, process_tree, processes_with

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(("sleep", "60"))
    yield process
    process.kill()
    process.wait()


def test_the_start_of_a_process_stays_and_tells_it_from_a_later_one(sleeper: subprocess.Popen[bytes]) -> None:
    ticks = process_start_ticks(sleeper.pid)
    assert ticks is not None
    assert process_start_ticks(sleeper.pid) == ticks
    assert process_alive(sleeper.pid, ticks)
    assert process_alive(sleeper.pid, None)
    assert not process_alive(sleeper.pid, ticks - 1)


@linux
def test_start_ticks_agree_with_the_creation_time_of_psutil(sleeper: subprocess.Popen[bytes]) -> None:
    ticks = process_start_ticks(sleeper.pid)
    assert ticks is not None
    started = psutil.boot_time() + ticks / os.sysconf("SC_CLK_TCK")
    assert abs(psutil.Process(sleeper.pid).create_time() - started) < 1.1  # boot_time has whole seconds


def test_a_process_that_is_gone_or_never_was_is_not_alive() -> None:
    process = subprocess.Popen(("true",))
    process.wait()
    assert not process_alive(process.pid, None)
    assert process_start_ticks(process.pid) is None
    for pid in (0, -1, 2**22 + 7):
        assert not process_alive(pid, None)


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen(("sleep", "60"))
    ticks = process_start_ticks(process.pid)
    process.send_signal(signal.SIGKILL)
    limit = time.monotonic() + 10
    while process_alive(process.pid, ticks) and time.monotonic() < limit:
        time.sleep(0.01)
    assert not process_alive(process.pid, ticks)
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    process.wait()


@linux
def test_brackets_and_spaces_in_a_process_name_do_not_confuse() -> None:
    program = "import ctypes; ctypes.CDLL(None).prctl(15, b'a) Z 1 (b', 0, 0, 0); print(flush=True); input()"
    process = subprocess.Popen((sys.executable, "-c", program), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        assert process_alive(process.pid, process_start_ticks(process.pid))
        assert [one.name for one in process_tree(os.getpid()) if one.pid == process.pid] == ["a) Z 1 (b"]
    finally:
        process.kill()
        process.communicate()


@linux
def test_the_tree_holds_descendants_in_other_sessions_and_a_mark_finds_the_adopted() -> None:
    script = "setsid sleep 61 & (sleep 62 & ) ; echo ready; wait"
    process = subprocess.Popen(
        ("bash", "-c", script), stdout=subprocess.PIPE, env={**os.environ, "LABJOURNAL_RUN_ID": "test-mark-1"}
    )
    marked = []
    try:
        assert process.stdout
        process.stdout.readline()
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            marked = processes_with("LABJOURNAL_RUN_ID", "test-mark-1")
            if [one.name for one in marked].count("sleep") == 2:
                break
            time.sleep(0.02)
        assert sorted(one.name for one in marked) == ["bash", "sleep", "sleep"]
        assert "sleep" in [one.name for one in process_tree(process.pid)]
        assert process_tree(2**22 + 7) == []
    finally:
        for one in marked:
            os.kill(one.pid, signal.SIGKILL)
        process.communicate()


@linux
def test_a_tree_of_threads_and_children_is_what_psutil_sees() -> None:
    process = subprocess.Popen(
        ("bash", "-c", "sleep 60 & sleep 60 & bash -c 'sleep 60 & echo ready; wait'"), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        process.stdout.readline()
        by_psutil = {child.pid for child in psutil.Process(process.pid).children(recursive=True)}
        assert {one.pid for one in process_tree(process.pid)} == by_psutil
    finally:
        for one in process_tree(process.pid):
            os.kill(one.pid, signal.SIGKILL)
        process.kill()
        process.communicate()
