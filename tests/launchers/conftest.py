"""A SLURM of this machine for the tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import slurm_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """The slurm.conf of a SLURM that runs, or a word why there is none."""
    because = slurm_cluster.missing()
    if because:
        pytest.skip(f"SLURM: {because}")
    with slurm_cluster.running() as config:
        yield config
