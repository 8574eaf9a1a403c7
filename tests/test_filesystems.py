from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from labjournal.filesystems import type_in_mountinfo
from labjournal.machine import disk_free, filesystem_kind, filesystem_type

MOUNTS = b"""\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:5 / /proc rw - proc proc rw
30 22 0:40 / /home rw master:2 - nfs4 server:/home rw
31 30 8:3 / /home/ada/local\\040disk rw - xfs /dev/sdb rw
32 22 0:50 / /mnt/data rw - ext4 /dev/sdc rw
33 22 0:51 / /mnt/data rw - fuse.sshfs box:/x rw
34 22 0:52 / /scratch rw - lustre mds:/s rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/", "ext4"),
        (b"/homely/x", "ext4"),
        (b"/home", "nfs4"),
        (b"/home/ada/x", "nfs4"),
        (b"/home/ada/local disk/x", "xfs"),
        (b"/mnt/data/y", "fuse.sshfs"),
        (b"/scratch/deep/er", "lustre"),
    ],
)
def test_a_path_belongs_to_its_nearest_and_topmost_mount(path: bytes, kind: str) -> None:
    assert type_in_mountinfo(MOUNTS, path) == kind


def test_every_mount_of_this_machine_has_the_type_that_psutil_reads() -> None:
    partitions = {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    for point, kind in partitions.items():
        if Path(point).is_dir():
            assert filesystem_type(point) == kind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ext4", "local"), ("overlay", "local"), ("tmpfs", "local"), ("fuseblk", "local"), ("apfs", "local"),
        ("nfs", "network"), ("cifs", "network"), ("fuse.sshfs", "network"), ("gpfs", "network"), ("9p", "network"),
        ("beegfs", "network"), ("fuse.s3fs", "network"), ("", "local"),
    ],
)  # fmt: skip
def test_types_are_local_or_of_the_network(kind: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labjournal.filesystems.filesystem_type", lambda path: kind)
    assert filesystem_kind("/x") == expected


def test_a_path_that_does_not_exist_yet_counts_as_its_folder(tmp_path: Path) -> None:
    assert filesystem_type(tmp_path / "a" / "b") == filesystem_type(tmp_path)
    free = disk_free(tmp_path / "a" / "b")
    assert free is not None
    assert free > 0
