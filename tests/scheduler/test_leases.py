"""Leases: held by processes, freed by the kernel, seen by everybody on the machine."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from labjournal.machine.devices import Gpu, GpuProcess, NoGpus
from labjournal.scheduler import cards, leases
from labjournal.scheduler.cards import Taken, Waits
from labjournal.scheduler.entries import Needs
from labjournal.scheduler.leases import Holder
from launching_place import wait_for

GIB = 2**30


def card(index: int, *processes: int, total: int | None = 16 * GIB) -> Gpu:
    on_it = tuple(GpuProcess(pid, None) for pid in processes)
    return Gpu(index, f"GPU-{index}", "Card", total, 0, 0, None, None, on_it)


def holder(name: str) -> Holder:
    return Holder(run=name.upper(), name=name, user="ada", journal="/work")


def take(place: Path, found: list[Gpu] | NoGpus, name: str, **needs: object) -> Taken | Waits:
    return cards.take(Needs(**{"gpus": 1, **needs}), holder(name), found, place)  # type: ignore[arg-type]


def taken(place: Path, found: list[Gpu], name: str, **needs: object) -> Taken:
    got = take(place, found, name, **needs)
    assert isinstance(got, Taken), got
    return got


def waits(place: Path, found: list[Gpu] | NoGpus, name: str, **needs: object) -> Waits:
    got = take(place, found, name, **needs)
    assert isinstance(got, Waits), got
    return got


def release(got: Taken) -> None:
    for fd in got.fds:
        os.close(fd)


def test_a_gpu_is_given_once_and_the_next_is_told_who_has_it(tmp_path: Path) -> None:
    first = taken(tmp_path, [card(0)], "one")
    refused = waits(tmp_path, [card(0)], "two")
    assert refused.reason == "waits for gpu 0, held by one"
    assert refused.blocks
    release(first)
    assert taken(tmp_path, [card(0)], "two").uuids == ("GPU-0",)


def test_all_or_nothing(tmp_path: Path) -> None:
    kept = taken(tmp_path, [card(0), card(1)], "one")
    assert kept.indices == (0,)
    refused = waits(tmp_path, [card(0), card(1)], "pair", gpus=2)
    assert refused.reason == "waits for 2 GPUs: gpu 0, held by one"
    assert taken(tmp_path, [card(0), card(1)], "two").indices == (1,)


def test_cards_with_one_holder_are_told_together(tmp_path: Path) -> None:
    four = [card(number) for number in range(4)]
    kept = [taken(tmp_path, four, name, gpus=2) for name in ("one", "two")]
    told = "gpu 0 or 1, held by one, or for gpu 2 or 3, held by two"
    assert waits(tmp_path, four, "next").reason == f"waits for {told}"
    told = "gpu 0 and 1, held by one, and gpu 2 and 3, held by two"
    assert waits(tmp_path, four, "most", gpus=3).reason == f"waits for 3 GPUs: {told}"
    for got in kept:
        release(got)


def test_parts_of_a_card_are_given_by_stated_memory(tmp_path: Path) -> None:
    a = taken(tmp_path, [card(0)], "a", gpu_memory_bytes=10 * GIB)
    b = taken(tmp_path, [card(0)], "b", gpu_memory_bytes=6 * GIB)
    refused = waits(tmp_path, [card(0)], "c", gpu_memory_bytes=1 * GIB)
    assert refused.reason == "waits for gpu 0, 0.0 GiB left beside a and b"
    assert waits(tmp_path, [card(0)], "whole").reason == "waits for gpu 0, held by a and b"
    release(a)
    assert taken(tmp_path, [card(0)], "c", gpu_memory_bytes=10 * GIB)
    release(b)


def test_a_shared_card_is_filled_before_another_is_opened(tmp_path: Path) -> None:
    both = [card(0), card(1)]
    kept = [taken(tmp_path, both, name, gpu_memory_bytes=4 * GIB) for name in "abcd"]
    assert {got.indices for got in kept} == {(0,)}
    assert taken(tmp_path, both, "whole").indices == (1,)


def test_more_memory_than_any_card_has_never_blocks_the_others(tmp_path: Path) -> None:
    refused = waits(tmp_path, [card(0)], "huge", gpu_memory_bytes=40 * GIB)
    assert refused == Waits("needs 40.0 GiB of a GPU, but the largest here has 16.0 GiB", False)


def test_a_card_whose_memory_is_not_known_is_given_whole(tmp_path: Path) -> None:
    blind = card(0, total=None)
    first = taken(tmp_path, [blind], "a", gpu_memory_bytes=GIB)
    assert not waits(tmp_path, [blind], "b", gpu_memory_bytes=GIB).reason.endswith("free")
    release(first)


def test_a_card_that_a_program_uses_is_not_given_out_and_the_program_is_named(tmp_path: Path) -> None:
    refused = waits(tmp_path, [card(0, os.getpid())], "run")
    assert f"gpu 0, used by pid {os.getpid()} (" in refused.reason
    assert "not through labjournal" in refused.reason
    assert not refused.blocks, "no run of ours frees it"
    assert taken(tmp_path, [card(0, os.getpid()), card(1)], "run").indices == (1,)


def test_a_run_that_took_a_gpu_without_asking_is_named(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "30"], env={**os.environ, "LABJOURNAL_RUN_ID": "0" * 20 + "ABCDEF"}) as sleeper:
        wait_for(lambda: b"ABCDEF" in Path(f"/proc/{sleeper.pid}/environ").read_bytes())
        refused = waits(tmp_path, [card(0, sleeper.pid)], "run")
        sleeper.kill()
    assert "of run abcdef, which holds no lease" in refused.reason


def test_the_processes_of_a_share_are_no_strangers(tmp_path: Path) -> None:
    mine = {**os.environ, "LABJOURNAL_RUN_ID": "A"}
    with subprocess.Popen(["sleep", "30"], env=mine) as sleeper:
        wait_for(lambda: b"RUN_ID=A" in Path(f"/proc/{sleeper.pid}/environ").read_bytes())
        kept = taken(tmp_path, [card(0)], "a", gpu_memory_bytes=8 * GIB)
        busy = card(0, sleeper.pid)
        assert taken(tmp_path, [busy], "b", gpu_memory_bytes=8 * GIB)
        sleeper.kill()
    release(kept)


def test_a_process_of_another_container_is_a_word_and_no_crash(tmp_path: Path) -> None:
    assert "pid 99999999 outside of this container" in waits(tmp_path, [card(0, 99999999)], "run").reason


def test_a_driver_without_process_list_gives_out_by_leases_alone(tmp_path: Path) -> None:
    assert taken(tmp_path, [replace(card(0), processes=None)], "run").indices == (0,)


def test_no_gpu_is_met_with_the_reason(tmp_path: Path) -> None:
    assert waits(tmp_path, NoGpus("no NVIDIA driver is installed"), "run").reason == (
        "needs a GPU, but no NVIDIA driver is installed"
    )
    assert waits(tmp_path, [card(0)], "run", gpus=3).reason == "needs 3 GPUs, but this machine has 1"


def test_cuda_visible_devices_of_whoever_queued_it_is_respected(tmp_path: Path) -> None:
    three = [card(0), card(1), card(2)]
    assert taken(tmp_path, three, "run", visible="2").indices == (2,)
    assert taken(tmp_path, three, "run", visible="GPU-1").indices == (1,)
    assert (
        waits(tmp_path, three, "run", gpus=2, visible="0").reason == "needs 2 GPUs, but CUDA_VISIBLE_DEVICES leaves 1"
    )


HOLD = """
import os, sys, time
from pathlib import Path
from labjournal.machine.devices import Gpu
from labjournal.scheduler import cards
from labjournal.scheduler.entries import Needs
from labjournal.scheduler.leases import Holder
found = [Gpu(0, "GPU-0", "Card", 16 << 30, 0, 0, None, None, ())]
got = cards.take(Needs(gpus=1), Holder("R", "victim", "ada", "/work"), found, Path(sys.argv[1]))
os.set_inheritable(got.fds[0], True)
if len(sys.argv) > 2:
    os.spawnvp(os.P_NOWAIT, "sleep", ["sleep", "60"])
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("heir", [False, True])
def test_the_kernel_frees_a_lease_when_the_last_that_holds_it_is_killed(tmp_path: Path, heir: bool) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path), *(["heir"] if heir else [])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert "victim" in waits(tmp_path, [card(0)], "next").reason
        process.kill()
        process.wait()
        if heir:
            assert "victim" in waits(tmp_path, [card(0)], "next").reason, "its child still has the GPU"
            os.killpg(process.pid, signal.SIGKILL)
        got = wait_for(lambda: isinstance(got := take(tmp_path, [card(0)], "next"), Taken) and got)
    assert got.uuids == ("GPU-0",)


def test_the_folder_is_everybodys_and_nobody_can_remove_anothers_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv(leases.FOLDER_VARIABLE, str(shared))
    os.umask(before := os.umask(0o077))
    assert leases.folder() == shared
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    os.umask(0o077)
    try:
        release(taken(shared, [card(0)], "run"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((shared / "gpu-GPU-0").stat().st_mode) == 0o666


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming two users needs root")
def test_two_users_see_each_others_leases(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)
    place = tmp_path / "leases"
    place.mkdir()
    place.chmod(0o1777)
    child = os.fork()
    if child == 0:
        os.setuid(12345)
        got = take(place, [card(0)], "theirs")
        (place / "held").touch()
        signal.sigtimedwait([signal.SIGTERM], 30)
        os._exit(0 if isinstance(got, Taken) else 1)
    try:
        wait_for((place / "held").exists)
        assert "theirs" in waits(place, [card(0)], "mine").reason
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert taken(place, [card(0)], "mine").uuids == ("GPU-0",)
