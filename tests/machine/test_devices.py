from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest

from labjournal.machine import Gpu, GpuProcess, NoGpus, environment, gpus


def test_fake_gpus_are_given_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    found = gpus()
    assert isinstance(found, list)
    assert [gpu.index for gpu in found] == [0, 1]
    assert len({gpu.uuid for gpu in found}) == 2
    assert gpus() == found
    assert environment(with_gpus=True)["gpus"] == ["Fake GPU", "Fake GPU"]


@pytest.mark.parametrize("number", ["0", "-1", "two", "", "1000", "²"])
def test_a_wrong_number_of_fakes_is_met_with_a_word(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", number)
    found = gpus()
    assert isinstance(found, NoGpus)
    assert "LABJOURNAL_FAKE_GPUS" in found.reason


def test_asking_twice_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABJOURNAL_FAKE_GPUS", raising=False)
    first, second = gpus(), gpus()
    assert isinstance(first, NoGpus) == isinstance(second, NoGpus)
    if isinstance(first, NoGpus):
        assert first == second
        assert first.reason


class FakeError(Exception):
    """Stands for ``NVMLError``."""


def nvml(**answers: Callable[..., object]) -> ModuleType:
    """A driver in which every question fails but those that are given."""
    names = (
        "Init Shutdown DeviceGetCount DeviceGetHandleByIndex DeviceGetUUID DeviceGetName DeviceGetMemoryInfo "
        "DeviceGetUtilizationRates DeviceGetPowerUsage DeviceGetComputeRunningProcesses DeviceGetTemperature"
    ).split()

    def refuse(*_: object) -> object:
        raise FakeError("not supported")

    module = ModuleType("pynvml")
    module.NVMLError = FakeError  # type: ignore[attr-defined]
    module.NVML_TEMPERATURE_GPU = 0  # type: ignore[attr-defined]
    for kind in ("LibraryNotFound", "DriverNotLoaded", "LibRmVersionMismatch", "NoPermission", "Uninitialized"):
        setattr(module, f"NVMLError_{kind}", type(kind, (FakeError,), {}))
    for name in names:
        setattr(module, f"nvml{name}", answers.get(name, refuse))
    return module


def answer(value: object) -> Callable[..., object]:
    return lambda *_: value


def test_what_a_device_does_not_tell_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABJOURNAL_FAKE_GPUS", raising=False)
    driver = nvml(
        Init=answer(None), Shutdown=answer(None), DeviceGetCount=answer(1), DeviceGetHandleByIndex=answer("h"),
        DeviceGetUUID=answer(b"GPU-1"), DeviceGetName=answer("H1"),
        DeviceGetComputeRunningProcesses=answer([SimpleNamespace(pid=7, usedGpuMemory=None)]),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    assert gpus() == [Gpu(0, "GPU-1", "H1", None, None, None, None, None, (GpuProcess(7, None),))]


def test_a_gpu_that_fell_off_the_bus_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABJOURNAL_FAKE_GPUS", raising=False)

    def handle(index: int) -> str:
        if index == 0:
            raise FakeError("GPU is lost")
        return f"h{index}"

    driver = nvml(
        Init=answer(None), Shutdown=answer(None), DeviceGetCount=answer(2), DeviceGetHandleByIndex=handle,
        DeviceGetUUID=lambda h: f"GPU-{h}",
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    found = gpus()
    assert isinstance(found, list)
    assert [gpu.index for gpu in found] == [1]


def test_every_quantity_has_the_unit_its_name_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """NVML tells memory in bytes, power in milliwatts, temperature in degrees Celsius, utilisation in percent."""
    monkeypatch.delenv("LABJOURNAL_FAKE_GPUS", raising=False)
    driver = nvml(
        Init=answer(None), Shutdown=answer(None), DeviceGetCount=answer(1), DeviceGetHandleByIndex=answer("h"),
        DeviceGetUUID=answer("GPU-1"), DeviceGetName=answer("H1"), DeviceGetPowerUsage=answer(251_400),
        DeviceGetMemoryInfo=answer(SimpleNamespace(total=80 * 2**30, used=20 * 2**30)),
        DeviceGetUtilizationRates=answer(SimpleNamespace(gpu=97, memory=12)), DeviceGetTemperature=answer(61),
        DeviceGetComputeRunningProcesses=answer([]),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    assert gpus() == [Gpu(0, "GPU-1", "H1", 80 * 2**30, 20 * 2**30, 97, 61, 251.4, ())]


@pytest.mark.gpu
def test_a_real_driver_lists_its_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABJOURNAL_FAKE_GPUS", raising=False)
    found = gpus()
    if isinstance(found, NoGpus):
        pytest.skip(found.reason)
    assert all(gpu.uuid and gpu.memory_total_bytes for gpu in found)
