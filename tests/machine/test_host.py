from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labjournal.machine import Clocks, clock_gap, identity, read_clocks


def test_the_identity_is_the_same_in_every_process() -> None:
    program = "from labjournal.machine import identity; print(*identity())"
    other = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert other.stdout.split() == list(identity())
    assert all(identity())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_boot_and_namespace_are_those_of_the_kernel() -> None:
    assert identity().boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert identity().pid_namespace == os.readlink("/proc/self/ns/pid")


def test_sleep_and_a_set_clock_are_told_apart() -> None:
    earlier = Clocks(wall=1000.0, running=50.0, since_boot=50.0)
    assert clock_gap(earlier, Clocks(1010.0, 60.0, 60.0)) == (0.0, 0.0)
    assert clock_gap(earlier, Clocks(4610.0, 60.0, 3660.0)) == (3600.0, 0.0)
    assert clock_gap(earlier, Clocks(410.0, 60.0, 60.0)) == (0.0, -600.0)


def test_an_awake_machine_has_no_gap() -> None:
    gap = clock_gap(read_clocks(), read_clocks())
    assert gap.suspended_s < 0.1
    assert abs(gap.wall_jump_s) < 1


def test_the_launch_path_loads_no_heavy_package() -> None:
    program = (
        "import sys, labjournal.machine as m; m.identity(); m.filesystem_kind('.'); m.process_alive(1, None);"
        "print([x for x in ('psutil', 'pynvml', 'numpy', 'git', 'torch') if x in sys.modules])"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
