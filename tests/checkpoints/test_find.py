from __future__ import annotations

import json
import os
import shutil
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from labjournal.checkpoints import Counter, Found, full_hash, inspect, quick_hash, scan


def safetensors(path: Path, values: int = 4, cut: int = 0) -> Path:
    header = json.dumps({"w": {"dtype": "F32", "shape": [values], "data_offsets": [0, 4 * values]}}).encode()
    content = struct.pack("<Q", len(header)) + header + b"\1" * 4 * values
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content[: len(content) - cut])
    return path


def torch_like(path: Path, fill: bytes = b"1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("archive/data/0", fill * 1000)
    return path


def old(path: Path, age_s: float = 60) -> Path:
    at = time.time() - age_s
    os.utime(path, (at, at))
    return path


def paths(found: list[Found]) -> list[str]:
    return sorted(one.path for one in found)


def test_checkpoints_are_found_with_step_and_counter(tmp_path: Path) -> None:
    torch_like(tmp_path / "run" / "epoch=3-step=500.ckpt")
    safetensors(tmp_path / "model_0300.safetensors")
    np.savez(tmp_path / "weights_ep2.npz", w=np.zeros(3))
    found = {one.path: (one.step, one.counter, one.kind) for one in scan(tmp_path)}
    assert found == {
        "run/epoch=3-step=500.ckpt": (500, Counter.STEP, "file"),
        "model_0300.safetensors": (300, Counter.UNKNOWN, "file"),
        "weights_ep2.npz": (2, Counter.EPOCH, "file"),
    }


def test_what_is_known_is_not_found_again_until_it_changes(tmp_path: Path) -> None:
    path = torch_like(tmp_path / "best.pt")
    first = scan(tmp_path)
    known = {one.path: one for one in first}
    assert scan(tmp_path, known) == []
    torch_like(path, fill=b"2")
    (second,) = scan(tmp_path, known)
    assert second.version != first[0].version
    os.utime(path, (5, 5))
    (third,) = scan(tmp_path, {second.path: second})
    assert third.version == second.version
    assert third.mtime_ns != second.mtime_ns


def test_half_written_files_do_not_count(tmp_path: Path) -> None:
    whole = torch_like(tmp_path / "whole.pt").read_bytes()
    for name, content in {
        "cut.pt": whole[:-10],
        "half.pt": whole[: len(whole) // 2],
        "empty.pt": b"",
        "zeros.pt": bytes(5000),
        "tiny.safetensors": b"\1",
    }.items():
        old(tmp_path / name) if (tmp_path / name).write_bytes(content) else (tmp_path / name).touch()
    safetensors(tmp_path / "cut.safetensors", cut=1)
    (tmp_path / "tmp-checkpoint-50").mkdir()
    torch_like(tmp_path / "tmp-checkpoint-50" / "model.pt")
    assert paths(scan(tmp_path)) == ["whole.pt"]


def test_every_cut_of_a_file_with_a_proof_of_its_end_is_refused(tmp_path: Path) -> None:
    for make, name in ((torch_like, "m.pt"), (safetensors, "m.safetensors")):
        path = make(tmp_path / name)
        content = path.read_bytes()
        for length in range(0, len(content), 7):
            path.write_bytes(content[:length])
            assert scan(tmp_path, settle_s=0) == []
        path.write_bytes(content)
        assert len(scan(tmp_path)) == 1
        path.unlink()


def test_a_file_without_a_mark_of_its_end_must_stand_still_first(tmp_path: Path) -> None:
    path = tmp_path / "legacy.pt"
    path.write_bytes(b"\x80\x02}q\x00.")
    assert scan(tmp_path) == []
    old(path)
    assert paths(scan(tmp_path)) == ["legacy.pt"]


def test_pointers_and_texts_with_the_suffix_of_weights_are_foreign(tmp_path: Path) -> None:
    old_pointer = tmp_path / "model.safetensors"
    old_pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    (tmp_path / "model.pt").write_text("<html>404</html>")
    (tmp_path / "weights.h5").write_text("no")
    assert scan(tmp_path, settle_s=0) == []


def test_a_hugging_face_folder_is_one_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "checkpoint-20"
    safetensors(folder / "model.safetensors")
    torch_like(folder / "optimizer.pt")
    torch_like(folder / "rng_state.pth")
    (folder / "trainer_state.json").write_text("{}")
    (one,) = scan(tmp_path)
    assert (one.path, one.kind, one.step, one.counter) == ("out/checkpoint-20", "folder", 20, Counter.STEP)
    assert one.size == (folder / "model.safetensors").stat().st_size
    safetensors(folder / "model.safetensors", values=5)
    assert scan(tmp_path, {one.path: one})[0].version != one.version


def test_a_folder_with_a_missing_or_cut_shard_does_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint-7"
    safetensors(folder / "model-00001-of-00002.safetensors")
    assert scan(tmp_path) == []
    second = safetensors(folder / "model-00002-of-00002.safetensors", cut=3)
    assert scan(tmp_path) == []
    safetensors(second)
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"w": "model-00003-of-00003.safetensors"}}')
    assert scan(tmp_path) == []
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"w": "model-00002-of-00002.safetensors"}}')
    assert paths(scan(tmp_path)) == ["checkpoint-7"]


def test_shards_outside_of_such_a_folder_are_one_checkpoint_beside_others(tmp_path: Path) -> None:
    safetensors(tmp_path / "final" / "model-00001-of-00002.safetensors")
    safetensors(tmp_path / "final" / "model-00002-of-00002.safetensors")
    torch_like(tmp_path / "final" / "extra_head.pt")
    assert paths(scan(tmp_path)) == ["final", "final/extra_head.pt"]


def test_a_folder_with_only_an_optimizer_is_no_checkpoint(tmp_path: Path) -> None:
    torch_like(tmp_path / "checkpoint-5" / "optimizer.pt")
    assert scan(tmp_path) == []


def test_links_to_folders_missing_folders_and_vanishing_files_do_no_harm(tmp_path: Path) -> None:
    torch_like(tmp_path / "a" / "best.pt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "dangling.pt").symlink_to("/nonexistent.pt")
    (tmp_path / "a" / "link.pt").symlink_to("best.pt")
    assert paths(scan(tmp_path)) == ["a/best.pt", "a/link.pt"]
    assert scan(tmp_path / "nowhere") == []


def test_the_quick_hash_sees_size_first_middle_and_last(tmp_path: Path) -> None:
    path = tmp_path / "big.pt"
    content = bytearray(1_000_000)
    path.write_bytes(content)
    base = quick_hash(path)
    assert quick_hash(path) == base
    for place in (0, 500_000, 999_999):
        changed = bytearray(content)
        changed[place] = 1
        path.write_bytes(changed)
        assert quick_hash(path) != base
    path.write_bytes(content + b"\0")
    assert quick_hash(path) != base


def test_the_full_hash_sees_every_byte_and_follows_a_folder(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "checkpoint-1" / "model.safetensors")
    first = full_hash(path), full_hash(path.parent)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert full_hash(path) != first[0]
    assert full_hash(path.parent) != first[1]


@pytest.mark.parametrize("version", [0, 2])
def test_hdf5_is_judged_by_the_end_it_states(tmp_path: Path, version: int) -> None:
    place, width = (40, 13) if version == 0 else (28, 9)
    content = bytearray(2048)
    content[:9] = b"\x89HDF\r\n\x1a\n" + bytes([version])
    content[width] = 8
    content[place : place + 8] = struct.pack("<Q", 2048)
    path = tmp_path / "model.h5"
    path.write_bytes(content[:2000])
    assert scan(tmp_path) == []
    path.write_bytes(content)
    assert paths(scan(tmp_path)) == ["model.h5"]


def test_a_writer_that_saves_all_the_time_never_shows_a_half_file(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    known: dict[str, Found] = {}
    for number in range(30):
        torch.save({"w": torch.full((1000,), float(number))}, tmp_path / "last.pt")
        for one in scan(tmp_path, known):
            known[one.path] = one
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    assert known["last.pt"].version == quick_hash(tmp_path / "last.pt")


def test_one_path_can_be_inspected_by_itself(tmp_path: Path) -> None:
    path = torch_like(tmp_path / "step_300.pt")
    found = inspect(path)
    assert found is not None
    assert (found.path, found.step, found.version) == (path.as_posix(), 300, quick_hash(path))
    assert found.mtime == pytest.approx(path.stat().st_mtime)
    safetensors(tmp_path / "checkpoint-4" / "model.safetensors")
    assert getattr(inspect(tmp_path / "checkpoint-4"), "step", None) == 4
    for name in ("gone.pt", "checkpoint-9"):
        assert inspect(tmp_path / name) is None
    assert inspect(torch_like(tmp_path / "optimizer.pt")) is None
    path.write_bytes(path.read_bytes()[:-5])
    assert inspect(path) is None
