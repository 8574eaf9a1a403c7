"""Stamps on disk, in compressed shards, and how they are dealt out to ranks and loader workers.

Shapes: rows of (3, S, S) int16, in tenths of the sky's standard deviation.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sky import PARAMETERS, outer_annulus
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

UNIT = 0.1
COLUMNS = ("id", "position", "split", "label", "shard")
FORBIDDEN = (*PARAMETERS, "config", "source_x", "source_y", "angle", "flux", "is_lens", "lens_flag", "path")
"""Whoever knows one of these knows the label."""


class Refused(Exception):
    """A column that tells the label stands in the manifest, or the shards cannot be dealt out evenly."""


@dataclass(frozen=True)
class Row:
    id: int
    position: int
    split: str
    label: int
    shard: int


def read_manifest(path: Path) -> list[Row]:
    """Raises Refused when a forbidden column is there, whether it is used or not."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        known = {name.lower() for name in FORBIDDEN}
        if leaks := [name for name in columns if name.lower() in known]:
            raise Refused(f"refused: {path.name} has the columns {', '.join(leaks)}, which tell the label")
        return [Row(int(r["id"]), int(r["position"]), r["split"], int(r["label"]), int(r["shard"])) for r in reader]


def check_even(rows: Sequence[Row], batch: int, world: int, workers: int) -> None:
    """Raises Refused when ranks would take unequal numbers of steps: the last would wait for the others for ever."""
    shards = Counter(row.shard for row in rows if row.split == "train")
    dealt = world * max(workers, 1)
    steps = {-(-size // batch) for size in shards.values()}
    if world > 1 and (len(shards) % dealt or len(steps) > 1):
        raise Refused(
            f"refused: {len(shards)} shards of {min(shards.values())} to {max(shards.values())} rows cannot be dealt "
            f"out evenly to {world} ranks of {workers} workers; make.py --shards {dealt} can, or another batch"
        )


def write_shard(path: Path, ids: NDArray[np.int64], labels: NDArray[np.int64], stamps: NDArray[np.int16]) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for part in (ids, labels, stamps):
            np.save(file, part)


def read_shard(path: Path) -> tuple[Tensor, Tensor, Tensor]:
    """ids, labels, stamps."""
    with gzip.open(path, "rb") as file:
        ids, labels, stamps = (torch.from_numpy(np.load(file)) for _ in range(3))
    return ids, labels, stamps


def normalised(stamps: Tensor, how: str) -> Tensor:
    """Mean 0 and deviation 1 by stamp and band: of the whole stamp ("full"), or of its outer annulus ("outer").

    With "full" the injected light sets the scale of everything else, which tells the label far from the arc.
    """
    stamps = stamps.float() * UNIT if stamps.dtype == torch.int16 else stamps
    of = stamps.flatten(2) if how == "full" else stamps[..., outer_annulus(stamps.shape[-1])]
    mean, deviation = of.mean(2), of.std(2).clamp(min=1e-6)
    return (stamps - mean[..., None, None]) / deviation[..., None, None]


class Shards(IterableDataset[dict[str, Tensor]]):
    """Batches of a training set; each shard is read by one worker of one rank, once an epoch."""

    def __init__(
        self,
        paths: Sequence[Path],
        batch: int,
        norm: str,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
        rows: int | None = None,
        by_worker: bool = True,
    ) -> None:
        """``rows``: of each shard, the first so many. ``by_worker = False`` is the fault A1."""
        self.paths, self.batch, self.norm, self.seed = list(paths), batch, norm, seed
        self.rank, self.world, self.rows, self.by_worker = rank, world, rows, by_worker
        self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()

    def set_epoch(self, epoch: int) -> None:
        """Reaches workers that persist, as a plain attribute would not: they have a copy of this object."""
        self._epoch.fill_(epoch)

    def dealt(self, worker: int, workers: int) -> list[Path]:
        """The shards of one worker in this epoch, in its order."""
        draw = torch.Generator().manual_seed(self.seed * 1_000_003 + int(self._epoch))
        order = [self.paths[k] for k in torch.randperm(len(self.paths), generator=draw).tolist()]
        if not self.by_worker:
            return order[self.rank :: self.world]
        return order[self.rank * workers + worker :: self.world * workers]

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        draw = torch.Generator().manual_seed((self.seed * 1_000_003 + int(self._epoch)) * 4099 + worker)
        for path in self.dealt(worker, workers):
            ids, labels, stamps = (part[: self.rows] for part in read_shard(path))
            for rows in torch.randperm(len(ids), generator=draw).split(self.batch):
                yield {"stamp": normalised(stamps[rows], self.norm), "label": labels[rows], "id": ids[rows]}
