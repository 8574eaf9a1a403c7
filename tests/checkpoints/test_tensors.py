from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tracemalloc
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal.checkpoints import TensorInfo, is_empty_state, tensor_names
from labjournal.checkpoints.outline import UnreadablePickleError, outline
from labjournal.checkpoints.tensors import flatten

torch: Any = pytest.importorskip("torch")


def model() -> Any:
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2, bias=False))


def expected(state: dict[str, Any]) -> dict[str, TensorInfo]:
    return {
        name: TensorInfo(str(value.dtype).removeprefix("torch."), tuple(value.shape)) for name, value in state.items()
    }


def saved(path: Path, value: object, **options: object) -> Path:
    torch.save(value, path, **options)
    return path


def test_a_state_dict_is_read_as_torch_loads_it(tmp_path: Path) -> None:
    state = model().state_dict()
    assert tensor_names(saved(tmp_path / "m.pt", state)) == expected(state)
    assert list(tensor_names(saved(tmp_path / "m.pt", state)) or {}) == list(state)


def test_the_state_of_a_module_without_tensors_is_told_from_other_files_without_tensors(tmp_path: Path) -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [torch.nn.Linear(2, 2)]

    assert is_empty_state(saved(tmp_path / "m.pt", Net().state_dict()))
    assert is_empty_state(saved(tmp_path / "w.pt", {"model": Net().state_dict(), "epoch": 3}))
    assert not is_empty_state(saved(tmp_path / "full.pt", model().state_dict()))
    assert not is_empty_state(saved(tmp_path / "losses.pt", {"losses": [0.5, 0.25]}))
    optimizer = torch.optim.SGD(model().parameters(), lr=0.1)
    assert not is_empty_state(saved(tmp_path / "optimizer.pt", optimizer.state_dict()))
    (tmp_path / "torn.pt").write_bytes((tmp_path / "m.pt").read_bytes()[:200])
    assert not is_empty_state(tmp_path / "torn.pt")


def test_the_format_before_torch_1_6_is_read(tmp_path: Path) -> None:
    state = model().state_dict()
    path = saved(tmp_path / "m.pt", {"model": state, "epoch": 3}, _use_new_zipfile_serialization=False)
    assert tensor_names(path) == expected(state)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_pickle_protocol_is_read(tmp_path: Path, protocol: int) -> None:
    state = model().state_dict()
    assert tensor_names(saved(tmp_path / "m.pt", state, pickle_protocol=protocol)) == expected(state)


def test_a_training_checkpoint_gives_its_weights_without_the_optimizer(tmp_path: Path) -> None:
    network = model()
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.zeros(2, 3)).sum().backward()
    optimizer.step()
    whole = {
        "epoch": 3,
        "model_state_dict": network.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "rng_state": torch.get_rng_state(),
    }
    assert tensor_names(saved(tmp_path / "m.pt", whole)) == expected(network.state_dict())


def test_two_networks_keep_their_names_apart(tmp_path: Path) -> None:
    state = model().state_dict()
    found = tensor_names(saved(tmp_path / "m.pt", {"model": state, "ema": state}))
    assert found
    assert {"model.0.weight", "ema.0.weight"} <= set(found)


def test_a_state_dict_whose_names_start_with_model_keeps_them(tmp_path: Path) -> None:
    state = {"model.weight": torch.zeros(2), "model.bias": torch.zeros(1)}
    assert list(tensor_names(saved(tmp_path / "m.pt", state)) or {}) == ["model.weight", "model.bias"]


def test_a_whole_module_and_parameters_are_read(tmp_path: Path) -> None:
    network = model()
    assert tensor_names(saved(tmp_path / "m.pt", network)) == expected(network.state_dict())
    bare = {"w": torch.nn.Parameter(torch.zeros(2, 3))}
    assert tensor_names(saved(tmp_path / "p.pt", bare)) == {"w": TensorInfo("float32", (2, 3))}


def test_torchscript_is_read(tmp_path: Path) -> None:
    network = model().eval()
    with warnings.catch_warnings(action="ignore"):  # deprecated, and on many disks
        torch.jit.script(network).save(str(tmp_path / "m.pt"))
    found = tensor_names(tmp_path / "m.pt")
    assert found
    assert {name: found[name] for name in network.state_dict()} == expected(network.state_dict())


def test_types_and_views_are_told(tmp_path: Path) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    state = {
        str(kind): torch.zeros(2, dtype=kind)
        for kind in (torch.float16, torch.bfloat16, torch.int8, torch.bool, torch.float64)
    }
    state |= {
        "view": base[1:, ::2],
        "scalar": torch.tensor(1.0),
        "empty": torch.zeros(0, 5),
        "uint16": torch.zeros(2, dtype=torch.uint16),
    }
    assert tensor_names(saved(tmp_path / "m.pt", state)) == expected(state)


def test_numpy_files_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.zeros((2, 3), np.float32), b=np.array([True]))
    assert tensor_names(tmp_path / "w.npz") == {"a": TensorInfo("float32", (2, 3)), "b": TensorInfo("bool", (1,))}
    (tmp_path / "w.pt").write_bytes(pickle.dumps({"a": np.zeros((2, 3))}, protocol=4))
    assert tensor_names(tmp_path / "w.pt") == {"a": TensorInfo("float64", (2, 3))}


def test_safetensors_and_their_folders_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint-1"
    folder.mkdir()
    for number, name in ((1, "a"), (2, "b")):
        header = json.dumps(
            {"__metadata__": {"x": "y"}, name: {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}
        ).encode()
        (folder / f"model-0000{number}-of-00002.safetensors").write_bytes(
            struct.pack("<Q", len(header)) + header + bytes(8)
        )
    wanted = TensorInfo("bfloat16", (2, 2))
    assert tensor_names(folder / "model-00001-of-00002.safetensors") == {"a": wanted}
    assert tensor_names(folder) == {"a": wanted, "b": wanted}


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.path}",)


def test_a_pickle_bomb_is_read_and_never_goes_off(tmp_path: Path) -> None:
    trap = tmp_path / "went-off"
    path = saved(tmp_path / "m.pt", {"w": torch.zeros(2), "bomb": Bomb(trap)})
    assert tensor_names(path) == {"w": TensorInfo("float32", (2,))}
    (tmp_path / "raw.pt").write_bytes(pickle.dumps(Bomb(trap)))
    assert tensor_names(tmp_path / "raw.pt") is None
    assert not trap.exists()


def zipped(path: Path, content: bytes, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", content)
    return path


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.pt", bytes(100_000_000), zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    try:
        assert tensor_names(path) is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20e6


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.pt", b"\x80\x02" + b"N0" * 5_000_000 + b"N.", zipfile.ZIP_DEFLATED)
    content = path.read_bytes().replace(struct.pack("<I", 10_000_004), struct.pack("<I", 100))
    path.write_bytes(content)
    tensor_names(path)


@pytest.mark.timeout(60)
def test_containers_that_hold_each_other_a_billion_times_are_given_up(tmp_path: Path) -> None:
    nested: object = {"w": 1}
    for _ in range(40):
        nested = {"a": nested, "b": nested}
    assert tensor_names(zipped(tmp_path / "m.pt", pickle.dumps(nested))) is None
    loop: dict[str, object] = {}
    loop["_modules"] = loop["x"] = loop
    assert tensor_names(zipped(tmp_path / "l.pt", pickle.dumps(loop))) is None


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_damage_to_a_pickle_raises_anything_else(data: st.DataObject) -> None:
    content = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    with suppress(UnreadablePickleError):
        flatten(outline(bytes(content)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_met_with_a_word(content: bytes) -> None:
    with suppress(UnreadablePickleError):
        flatten(outline(content))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("cut") / "m.pt"
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    tensor_names(path)
    path.with_suffix(".safetensors").write_bytes(content)
    tensor_names(path.with_suffix(".safetensors"))


def _whole() -> bytes:
    buffer = io.BytesIO()
    torch.save({"model": model().state_dict(), "step": 3}, buffer)
    return buffer.getvalue()


WHOLE = _whole()
with zipfile.ZipFile(io.BytesIO(WHOLE)) as _archive:
    SAMPLE = _archive.read(next(name for name in _archive.namelist() if name.endswith("data.pkl")))
