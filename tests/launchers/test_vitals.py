"""What a run takes of its machine, as its supervisor sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from labjournal import machine
from labjournal.events import read_scalars
from labjournal.launchers import vitals
from labjournal.launchers.vitals import EVERY_S, FIRST_S, Vitals
from labjournal.model import SeriesKey
from labjournal.store import Store
from launching_place import wait_for

BUSY = """
import subprocess, sys
held = bytearray(200_000_000)
child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
print("ready", flush=True)
child.wait()
"""


def sample(
    process: subprocess.Popen[bytes], folder: Path, visible: str | None, times: int = 1
) -> dict[str, list[float]]:
    watched = Vitals(process.pid, folder, str(folder.parent), visible, machine)
    for number in range(times):
        watched.look(watched.due + number)
    return {tag: data.values.tolist() for tag, data in read_scalars(folder).items()}


def test_the_whole_tree_is_counted_and_agrees_with_psutil(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        whole = psutil.Process(process.pid)
        wait_for(lambda: sum(one.cpu_times().user for one in whole.children()) > 0.3)
        told = sample(process, tmp_path / "events", "")
        resident = sum(one.memory_info().rss for one in [whole, *whole.children()]) / 1e9
        os.killpg(process.pid, 9)
    assert told["system/processes"] == [2]
    assert told["system/cpu_percent"][0] > 0
    assert told["system/resident_gb"][0] == pytest.approx(resident, rel=0.1)
    assert told["system/resident_gb"][0] > 0.2
    assert told["system/disk_free_gb"][0] == pytest.approx(psutil.disk_usage(str(tmp_path)).free / 1e9, rel=0.05)
    assert not [tag for tag in told if "gpu" in tag]


def test_only_the_gpus_a_run_sees_are_its_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "3")
    with subprocess.Popen(["sleep", "60"]) as process:
        told = sample(process, tmp_path / "a", "GPU-fake-0001")
        by_number = sample(process, tmp_path / "b", "2,0")
        nothing_said = sample(process, tmp_path / "c", None)
        process.kill()
    assert {tag for tag in told if "gpu" in tag} == {
        "system/gpu1/utilisation_percent",
        "system/gpu1/memory_gb",
        "system/gpu1/memory_percent",
        "system/gpu1/processes",
    }
    assert {tag.split("/")[1] for tag in by_number if "gpu" in tag} == {"gpu0", "gpu2"}
    assert not [tag for tag in nothing_said if "gpu" in tag], "no process of it is on one"


def test_heat_and_power_of_a_gpu_are_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = machine.Gpu(0, "GPU-1", "H1", 80 * 10**9, 20 * 10**9, 97, 61, 251.5, (machine.GpuProcess(7, None),))
    monkeypatch.setattr(machine, "open_gpus", lambda: [gpu])
    with subprocess.Popen(["sleep", "60"]) as process:
        told = sample(process, tmp_path / "events", "0")
        process.kill()
    assert {tag.removeprefix("system/gpu0/"): values for tag, values in told.items() if "gpu0" in tag} == {
        "utilisation_percent": [97.0],
        "memory_gb": [20.0],
        "memory_percent": [25.0],
        "temperature_c": [61.0],
        "power_w": [251.5],
        "processes": [1.0],
    }


def test_samples_are_rare_and_the_first_comes_after_some_seconds(tmp_path: Path) -> None:
    watched = Vitals(os.getpid(), tmp_path / "events", str(tmp_path), "", machine)
    begin = watched.due - FIRST_S
    for second in range(40):
        watched.look(begin + second)
    steps = read_scalars(tmp_path / "events")["system/cpu_percent"].steps.tolist()
    assert steps == [5, 20, 35] == [FIRST_S, FIRST_S + EVERY_S, FIRST_S + 2 * EVERY_S]


def test_a_process_that_is_gone_and_a_folder_that_cannot_be_written_harm_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    watched = Vitals(2**22 + 1, tmp_path / "file" / "events", "/nonexistent", "", machine)
    watched.look(watched.due)
    assert vitals._taken(2**22 + 1) is None


def test_seconds_are_not_the_step_of_a_run() -> None:
    import numpy as np

    store = Store.in_memory()
    with store.writing():
        for tag, last in (("loss", 7), ("system/cpu_percent", 900)):
            at = np.array([0, last])
            store.append_series(SeriesKey("R", "", tag), "f", 0, at, at.astype(float), at.astype(float))
    from labjournal.store import series

    assert series.last_step(store.connection, "R") == 7
