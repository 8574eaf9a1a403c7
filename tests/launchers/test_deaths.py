"""What killed a run: evidence read off its output, and off real processes that die in each way."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal import machine
from labjournal.launchers import deaths, tree
from labjournal.launchers.deaths import Kind
from launching_place import Place, exit_of

TORCH_OOM = """\
Traceback (most recent call last):
  File "/home/a/train.py", line 41, in <module>
    main()
  File "/home/a/train.py", line 30, in main
    loss.backward()
  File "/env/lib/python3.11/site-packages/torch/_tensor.py", line 581, in backward
    torch.autograd.backward(
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.15 GiB of \
which 19.88 MiB is free. Process 4242 has 70.00 GiB memory in use. Of the allocated memory 8.50 GiB is allocated by \
PyTorch, and 100.00 MiB is reserved by PyTorch but unallocated.
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for run_id in place.paths.run_ids():
        tree.signal_all(tree.of_run(run_id, (), machine), signal.SIGKILL, machine)


def _death(place: Place, code: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    (place.folder / "train.py").write_text(code)
    end = dict(exit_of(place.launch([sys.executable, "train.py"], **more)))
    return end, dict(end["death"] or {})


# -- read off a text -------------------------------------------------------------------------------------------------


def test_the_frames_of_a_traceback_and_the_innermost_that_is_no_librarys() -> None:
    trace = deaths.telling(TORCH_OOM)
    assert trace is not None
    assert trace.frames[0] == "/home/a/train.py:41 in <module>"
    assert len(trace.frames) == 3
    assert deaths.own_frame(trace) == "train.py:30 in main"
    assert deaths.kind_of(TORCH_OOM, trace) is Kind.GPU_MEMORY


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RuntimeError: CUDA error: out of memory", Kind.GPU_MEMORY),
        ("RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED", Kind.GPU_MEMORY),
        ("MemoryError", Kind.MEMORY),
        ("numpy._core._exceptions._ArrayMemoryError: Unable to allocate 7.45 TiB for an array", Kind.MEMORY),
        ("RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 4000 bytes", Kind.MEMORY),
        ("OSError: [Errno 12] Cannot allocate memory", Kind.MEMORY),
        ("RuntimeError: DataLoader worker (pid 77) is killed by signal: Killed.", Kind.MEMORY),
        ("RuntimeError: unable to open shared memory object </torch_1> in read-write mode", Kind.SHARED_MEMORY),
        ("OSError: [Errno 28] No space left on device", Kind.DISK),
        ("ValueError: Loss is nan, stopping training", Kind.NAN),
        ("RuntimeError: Function 'MulBackward0' returned nan values in its 0th output.", Kind.NAN),
        ("KeyError: 'nan'", Kind.ERROR),
        ("ValueError: could not convert string to float: 'information'", Kind.ERROR),
    ],
)
def test_kinds_of_failure_by_the_words_of_the_error(text: str, kind: Kind) -> None:
    tail = f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\n{text}\n'
    trace = deaths.telling(tail)
    assert trace is not None
    assert trace.error == text
    assert deaths.kind_of(tail, trace) is kind


def test_a_failure_that_was_survived_kills_nobody() -> None:
    tail = "CUDA out of memory, halving the batch\n" + TORCH_OOM.replace("torch.OutOfMemoryError: CUDA", "KeyError: no")
    tail = tail.replace(" out of memory. Tried", " such column: tried")
    assert deaths.kind_of(tail, deaths.telling(tail)) is Kind.ERROR


def test_what_a_launcher_of_ranks_says_hides_no_error_of_a_rank() -> None:
    tail = (
        "[rank1]: Traceback (most recent call last):\n"
        '[rank1]:   File "/p/train.py", line 7, in step\n'
        "[rank1]:     x[9]\n"
        "[rank1]: IndexError: list index out of range\n"
        "Traceback (most recent call last):\n"
        '  File "/env/bin/torchrun", line 8, in <module>\n'
        '  File "/env/lib/python3.11/site-packages/torch/distributed/run.py", line 9, in run\n'
        "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
    )
    trace = deaths.telling(tail)
    assert trace is not None
    assert (trace.error, deaths.own_frame(trace)) == ("IndexError: list index out of range", "train.py:7 in step")


@given(st.text(alphabet=st.sampled_from('Trace back(mostrl):\n File",12in x\t[]rank')))
def test_any_text_is_read_without_an_error(text: str) -> None:
    deaths.kind_of(text, deaths.telling(text + "\nTraceback (most recent call last):\n" + text))


# -- real deaths -----------------------------------------------------------------------------------------------------


def test_an_error_of_a_worker_process_is_placed_where_it_was_raised(place: Place) -> None:
    end, death = _death(
        place,
        "import multiprocessing\n"
        "def work(n):\n"
        "    raise KeyError(f'no {n}')\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "        pool.map(work, [1])\n",
    )
    assert end["cause"] == "exit code 1: KeyError: 'no 1' (train.py:3 in work)"
    assert (death["kind"], death["frame"]) == ("error", "train.py:3 in work")


def test_memory_that_the_system_refuses_is_told_with_who_holds_it(place: Place) -> None:
    code = (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))\n"
        "def load():\n    return bytearray(1 << 32)\nload()\n"
    )
    end, death = _death(place, code)
    assert "MemoryError" in end["cause"]
    assert "train.py:4 in load" in end["cause"]
    assert death["kind"] == "out of memory"
    assert death["held_by"]
    assert all({"pid", "name", "bytes"} <= one.keys() for one in death["held_by"])


def test_a_crash_is_told_by_its_signal(place: Place) -> None:
    end, death = _death(place, "import ctypes\nctypes.string_at(0)\n")
    assert (end["signal"], death["kind"]) == (signal.SIGSEGV, "crash")
    assert "segmentation fault" in end["cause"]


def test_a_time_limit_and_a_stop_are_kinds_of_their_own(place: Place) -> None:
    _, death = _death(place, "import time\ntime.sleep(60)\n", time_limit_s=0.3)
    assert death["kind"] == "time limit"
    run = place.launch(["sleep", "60"])
    place.launcher.stop(run, "enough")
    assert exit_of(run)["death"]["kind"] == "stopped"
    assert exit_of(place.launch(["no-such-program"]))["death"]["kind"] == "not started"
    assert exit_of(place.launch(["true"]))["death"] is None


def test_a_full_disk_is_named_with_what_is_left(place: Place) -> None:
    mount = place.folder / "small"
    mount.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256k", "labjournal-test", str(mount)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        code = "with open('weights.bin', 'wb') as file:\n    file.write(bytes(1 << 20))\n"
        (mount / "train.py").write_text(code)
        end = exit_of(place.launch([sys.executable, "train.py"], cwd=str(mount)))
    finally:
        subprocess.run(["umount", str(mount)], check=False)
    assert "No space left" in end["cause"]
    assert end["death"]["kind"] == "disk full"
    assert str(mount) in end["death"]["full"]


def test_a_log_of_strange_bytes_does_not_keep_the_end_from_being_told(place: Place) -> None:
    code = "import os\nos.write(1, b'Traceback (most recent call last):\\n  File \\xff\\x00\\n' * 50)\nos._exit(5)\n"
    end, death = _death(place, code)
    assert (end["exit_code"], death["kind"]) == (5, "error")


def test_the_limit_of_memory_is_that_of_this_process() -> None:
    limit = machine.memory_limit()
    assert limit is None or limit > 0
    held = {one.pid: one.bytes for one in machine.largest_processes(10_000)}
    assert held[os.getpid()] > 1 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 >= held[os.getpid()] // 2


CRASH = """\
step 12 loss 0.3
Fatal Python error: Segmentation fault

Current thread 0x00007f0e (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/home/ada/train.py", line 7 in step
  File "/home/ada/train.py", line 12 in <module>

Thread 0x00007f0d (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 320 in wait

Extension modules: numpy._core (total: 1)
"""


def test_a_crash_in_native_code_is_placed_by_the_fault_handler() -> None:
    found = deaths.crash(CRASH)
    assert found is not None
    assert found.frames[-1].endswith("ctypes/__init__.py:519 in string_at")
    assert deaths.own_frame(found) == "train.py:7 in step"
    assert deaths.crash("Fatal Python error: Aborted\n") is None
    assert deaths.crash("all is well") is None


def test_the_frame_of_ones_own_code_is_shown_however_far_out_it_is() -> None:
    frames = ["/home/ada/train.py:3 in <module>", *(f"/usr/lib/python3.11/pool.py:{at} in f" for at in range(9))]
    shown = deaths.shown_frames(frames, 4)
    assert (shown[0], len(shown), shown[-1]) == (frames[0], 4, frames[-1])
    assert deaths.shown_frames(frames[1:], 4) == frames[-4:]
