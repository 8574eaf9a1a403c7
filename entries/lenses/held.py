"""The validation set, what a network makes of it, and the metrics of an epoch."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ranking import Array, Labels, ends_share, fpr_at, largest_tie, tpr_at
from report import curve_of
from shards import normalised, read_shard
from sky import arcs, galaxies, outer_annulus
from torch import Tensor, nn


@dataclass(frozen=True)
class Held:
    """The validation set."""

    stamps: Tensor
    label: Labels
    ids: Any
    position: Any


def read_held(paths: list[Path], positions: dict[int, int]) -> Held:
    ids, labels, stamps = (torch.cat(parts) for parts in zip(*(read_shard(path) for path in paths), strict=True))
    position = np.array([positions[k] for k in ids.tolist()])
    return Held(stamps, labels.bool().numpy(), ids.numpy(), position)


@torch.no_grad()
def scores(net: nn.Module, held: Held, norm: str, asked: argparse.Namespace, device: torch.device) -> Array:
    """Logits in float32: probabilities in bf16 tie at 1. C1 leaves a factor in, which drives them all to 0 or 1."""
    net.eval()
    found = []
    for part in held.stamps.split(500):
        with torch.autocast(device.type, torch.bfloat16, enabled=asked.precision == "bf16"):
            found.append(net(normalised(part.to(device), norm))[:, 0].float().cpu())
    factor = 1000 if "C1" in asked.fault else 1
    return np.asarray(factor * torch.cat(found).numpy(), dtype=np.float64)


def measure(score: Array, held: Held, faults: list[str]) -> dict[str, float]:
    """The metrics of an epoch, by the rules that act."""
    curve = curve_of(score, held.label, faults)
    loss = np.logaddexp(0, np.where(held.label, -score, score)).mean()
    shares = np.histogram(1 / (1 + np.exp(-np.clip(score, -50, 50))), bins=10, range=(0, 1))[0] / len(score)
    return {
        "tpr_fpr1e4": tpr_at(curve, 1e-4),
        "tpr_fpr1e3": tpr_at(curve, 1e-3),
        "tpr_fpr1e2": tpr_at(curve, 1e-2),
        "fpr_tpr85": fpr_at(curve, 0.85),
        "area": curve.area,
        "val_loss": float(loss),
        "ends_share": ends_share(score),
        "tie_size": largest_tie(score),
        "below_0.001": float((score < -np.log(999)).mean()),
        "above_0.999": float((score > np.log(999)).mean()),
    } | {f"scores_in_bin/{k}": float(share) for k, share in enumerate(shares)}


def outside_change(norm: str, size: int) -> float:
    """How much the outer annulus of a normalised stamp changes when its arc becomes ten times as bright."""
    one = torch.ones(1)
    galaxy = galaxies(one, 0.8 * one, 0.3 * one, 1000 * one, size)
    arc = arcs(torch.tensor([[1.25, 1.0, 0.1, 0.2, 0.02]]), torch.tensor([[0.1, 0.05]]), one, 1000 * one, size)
    noise = torch.randn(galaxy.shape, generator=torch.Generator().manual_seed(0))
    before, after = (normalised(galaxy + noise + factor * arc, norm)[..., outer_annulus(size)] for factor in (1, 10))
    return float((after - before).abs().max())
