"""Who this machine is: asked for every run that is looked at, read once."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from labjournal.machine import host


@pytest.fixture(autouse=True)
def _what_was_made_up_is_forgotten() -> Iterator[None]:
    yield
    host._machine_id.cache_clear()
    host._boot_id.cache_clear()


def test_machine_and_boot_are_read_once_and_the_namespace_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = host._read

    def counted(path: str) -> str | None:
        asked.append(path)
        return read(path)

    monkeypatch.setattr(host, "_read", counted)
    host._machine_id.cache_clear()
    host._boot_id.cache_clear()
    first = host.identity()
    once = len(asked)
    assert [host.identity() for _ in range(5)] == [first] * 5
    assert len(asked) == once
    monkeypatch.setattr(os, "readlink", lambda _path: "pid:[1]")
    assert host.identity().pid_namespace == "pid:[1]"


def test_without_an_id_and_without_a_network_all_processes_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container started with no network: a made-up address made each process a machine of its own."""
    devices = {"/sys/class/net/lo/address": "00:00:00:00:00:00", "/sys/class/net/lo/ifindex": "1"}
    monkeypatch.setattr(host, "_read", devices.get)
    monkeypatch.setattr(os, "listdir", lambda _path: ["lo"])
    monkeypatch.setattr(uuid, "getnode", lambda: int.from_bytes(os.urandom(6), "big") | 1 << 40)
    said = set()
    for _ in range(3):
        host._machine_id.cache_clear()
        said.add(host._machine_id())
    devices.update({"/sys/class/net/eth0/address": "02:42:ac:11:00:02", "/sys/class/net/eth0/ifindex": "4"})
    monkeypatch.setattr(os, "listdir", lambda _path: ["eth0", "lo"])
    host._machine_id.cache_clear()
    with_a_network = host._machine_id()
    host._machine_id.cache_clear()
    assert len(said) == 1
    assert with_a_network not in said
