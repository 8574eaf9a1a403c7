"""Which machine this is, and what its clocks went through."""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from labjournal.facts import host_name


class Identity(NamedTuple):
    """What says whether a pid seen earlier can be judged from here."""

    machine: str
    """Stays over reboots; of the container where one has an id of its own."""
    boot: str
    """Another one after each boot."""
    pid_namespace: str
    """Inside a container the same pid is another process."""
    host: str
    """For a person; two machines may have the same."""


class Clocks(NamedTuple):
    """One look at the clocks of this machine, in seconds."""

    wall: float
    """Since 1970; jumps when it is set."""
    running: float
    """Since boot, standing still while the machine sleeps."""
    since_boot: float
    """Since boot, sleep included."""


class ClockGap(NamedTuple):
    """What happened between two looks at the clocks, in seconds."""

    suspended_s: float
    """How long the machine slept."""
    wall_jump_s: float
    """How far the wall clock was set (negative: back); small values are its ordinary correction."""


def identity() -> Identity:
    """The identity of machine, boot and pid namespace.

    Asked for each run that is looked at: what no process outlives is read once (on macOS by a process of its own).
    """
    return Identity(_machine_id(), _boot_id(), _pid_namespace(), host_name())


@cache
def _machine_id() -> str:
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        found = _read(path)
        if found and found != "uninitialized":
            return found
    if sys.platform == "darwin":
        found = _sysctl("kern.uuid")
        if found:
            return found
    # Small container images have no machine id: the hardware address and the host name stand in for it.
    import hashlib

    stand_in = f"{_hardware_address()}-{os.uname().nodename}"
    return "node-" + hashlib.sha256(stand_in.encode("utf-8", "replace")).hexdigest()[:32]


def _hardware_address() -> str:
    """Of the network device that has been there longest; empty where there is none.

    Not `uuid.getnode` alone: without a network it makes up another number in each process.
    """
    devices = "/sys/class/net"
    if os.path.isdir(devices):
        addresses: list[tuple[int, str]] = []
        for name in os.listdir(devices):
            address = _read(f"{devices}/{name}/address")
            index = _read(f"{devices}/{name}/ifindex") or ""
            if address and index.isdigit() and address.strip("0:"):
                addresses.append((int(index), address))
        return min(addresses)[1] if addresses else ""
    import uuid

    node = uuid.getnode()
    return "" if node >> 40 & 1 else f"{node:012x}"  # that bit is set in numbers that were made up


@cache
def _boot_id() -> str:
    found = _read("/proc/sys/kernel/random/boot_id")
    if found:
        return found
    if sys.platform == "darwin":
        found = _sysctl("kern.bootsessionuuid")
        if found:
            return found
    return f"boot-{round((time.time() - time.monotonic()) / 60)}"  # the minute of the boot


def _pid_namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return "host"


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text("ascii", "replace").strip() or None
    except OSError:
        return None


def _sysctl(name: str) -> str | None:
    import subprocess

    try:
        done = subprocess.run(("sysctl", "-n", name), capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def read_clocks() -> Clocks:
    """All clocks now. macOS's monotonic clock stands still in sleep too, and its raw uptime stands for the other."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return Clocks(time.time(), time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_BOOTTIME))
    if hasattr(time, "CLOCK_UPTIME_RAW"):
        return Clocks(
            time.time(), time.clock_gettime(time.CLOCK_UPTIME_RAW), time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
        )
    now = time.monotonic()
    return Clocks(time.time(), now, now)


def clock_gap(earlier: Clocks, later: Clocks) -> ClockGap:
    """How long the machine slept and how far its wall clock was set between two looks on the same boot.

    Sleep is the growth of (since boot - running); a jump is the growth of (wall - since boot).
    """
    slept = (later.since_boot - later.running) - (earlier.since_boot - earlier.running)
    jumped = (later.wall - earlier.wall) - (later.since_boot - earlier.since_boot)
    return ClockGap(max(slept, 0.0), jumped)
