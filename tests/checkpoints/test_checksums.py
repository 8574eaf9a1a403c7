"""Checksums of single tensors against those of the bytes that torch holds."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from labjournal.checkpoints import checksums, tensor_names

torch: Any = pytest.importorskip("torch")


def everything(_: str) -> bool:
    return True


def crc_of(tensor: Any) -> int:
    return zlib.crc32(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64])
def test_checksums_are_those_of_the_bytes(tmp_path: Path, dtype: Any) -> None:
    state = {"a.weight": torch.arange(12).reshape(3, 4).to(dtype), "a.bias": torch.ones(5, dtype=dtype)}
    torch.save({"model": state, "epoch": 3}, tmp_path / "m.pt")
    found = checksums(tmp_path / "m.pt", everything)
    assert found == {name: crc_of(tensor) for name, tensor in state.items()}
    assert set(found) == set(tensor_names(tmp_path / "m.pt") or {})


def test_only_the_wanted_are_given(tmp_path: Path) -> None:
    torch.save({"a": torch.rand(3), "b": torch.rand(3)}, tmp_path / "m.pt")
    assert set(checksums(tmp_path / "m.pt", lambda name: name == "b")) == {"b"}


def test_views_and_transposed_tensors_have_none_of_their_own(tmp_path: Path) -> None:
    whole = torch.rand(4, 6)
    torch.save({"part": whole[1:], "turned": whole.t(), "whole": whole}, tmp_path / "m.pt")
    assert checksums(tmp_path / "m.pt", everything) == {"whole": crc_of(whole)}


def test_parameters_of_a_pickled_module(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 2)
    torch.save(model, tmp_path / "m.pt")
    assert checksums(tmp_path / "m.pt", everything)["weight"] == crc_of(model.weight)


def test_safetensors(tmp_path: Path) -> None:
    library: Any = pytest.importorskip("safetensors.torch")
    state = {"a": torch.rand(3, 5), "b": torch.rand(7).to(torch.float16)}
    library.save_file(state, tmp_path / "m.safetensors")
    wanted = {name: crc_of(tensor) for name, tensor in state.items()}
    assert checksums(tmp_path / "m.safetensors", everything) == wanted
    assert checksums(tmp_path, everything) == wanted


def test_what_cannot_be_read_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"PK\3\4 cut off")
    (tmp_path / "b.safetensors").write_bytes(b"\xff" * 20)
    with zipfile.ZipFile(tmp_path / "c.pt", "w") as archive:
        archive.writestr("c/data.pkl", b"\x80\x02}.")
    for name in ("a.pt", "b.safetensors", "c.pt", "absent.pt"):
        assert checksums(tmp_path / name, everything) == {}
