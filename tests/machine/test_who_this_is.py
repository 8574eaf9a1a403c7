"""Who this machine is: asked for every run that is looked at, read once."""

from __future__ import annotations

import os

import pytest

from labjournal.machine import host


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
