"""Where a folder lies: on this machine or on the network, and how much room is left."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from typing import Literal

_LINUX = sys.platform.startswith("linux")
# By type in /proc/self/mountinfo. 9p and virtiofs are folders of a host seen from a virtual machine or WSL: locks and
# memory maps of SQLite do not hold there either.
_NETWORK = frozenset(
    "nfs nfs3 nfs4 cifs smb smb2 smb3 smbfs ncpfs lustre gpfs mmfs beegfs pvfs2 orangefs ceph glusterfs afs afpfs "
    "coda 9p drvfs virtiofs vboxsf vmhgfs prl_fs panfs wekafs weka quobyte davfs davfs2 webdav ocfs2 gfs gfs2 acfs "
    "dvs hdfs".split()
)
_LOCAL_FUSE = frozenset("fuse fuseblk fuse.ntfs fuse.ntfs-3g fuse.exfat fuse.lxcfs fuse.portal fuse.bindfs".split()) | {
    "fuse.fuse-overlayfs",
    "fuse.gocryptfs",
    "fuse.encfs",
    "fuse.mergerfs",
    "fuse.gvfsd-fuse",
}


_COARSE_CLOCK_NS = 2_000_000_000
"""The grain of the coarsest clock of a file system."""

_TEXT_GRAIN_S = 1e-3


def at_rest(changed_ns: int) -> bool:
    """Whether a file or folder changed so long ago that one more change would have shown in its time.

    Changed twice within the grain of its clock it looks unchanged: only what is at rest may be trusted to be as it was.
    """
    return time.time_ns() - changed_ns > _COARSE_CLOCK_NS


def same_time(one_s: float, other_s: float) -> bool:
    """Whether two times of a file, in seconds since 1970, are one: a time in text keeps less than the file system."""
    return abs(one_s - other_s) <= _TEXT_GRAIN_S


def filesystem_kind(path: Path | str) -> Literal["local", "network"]:
    """Whether a path (or the nearest folder above it that exists) lies on a network file system.

    A kind that is not known counts as local, a fuse file system that is not known as network.
    """
    kind = filesystem_type(path)
    if kind in _NETWORK or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE):
        return "network"
    return "local"


def filesystem_type(path: Path | str) -> str:
    """The type as the system calls it (``ext4``, ``nfs4``, ``fuse.sshfs``), '' when it cannot be known."""
    existing = nearest_existing(path)
    if _LINUX:
        try:
            mounts = Path("/proc/self/mountinfo").read_bytes()
        except OSError:
            return ""
        return type_in_mountinfo(mounts, os.fsencode(existing))
    return _type_by_psutil(existing)


def type_in_mountinfo(mounts: bytes, path: bytes) -> str:
    """The type of the mount that a real, absolute path lies on; of several on one place the last is on top."""
    best, found = -1, b""
    for line in mounts.splitlines():
        left, dash, right = line.partition(b" - ")
        fields = left.split(b" ")
        if not dash or len(fields) < 5:
            continue
        point = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8) & 255]), fields[4])
        holds = point == b"/" or path == point or path.startswith(point + b"/")
        if holds and len(point) >= best:
            best, found = len(point), right.split(b" ")[0]
    return found.decode("ascii", "replace")


def _type_by_psutil(path: str) -> str:
    import psutil

    best, found = -1, ""
    for part in psutil.disk_partitions(all=True):
        point = part.mountpoint.rstrip("/")
        if (path == point or path.startswith(point + "/")) and len(point) >= best:
            best, found = len(point), part.fstype
    return found


def nearest_existing(path: Path | str) -> str:
    """The real path, or that of the first folder above it that exists."""
    here = os.path.realpath(path)
    while not os.path.lexists(here) and os.path.dirname(here) != here:
        here = os.path.dirname(here)
    return here


def disk_free(path: Path | str) -> int | None:
    """Bytes that this user may still write there, None when it cannot be known."""
    import shutil

    try:
        return shutil.disk_usage(nearest_existing(path)).free
    except OSError:
        return None
