"""The network: snapshots to a lower triangular factor, whose square is the estimate."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

_LOADING = 1e-4


class Estimator(nn.Module):
    """``R_pred = L L^H + 1e-4 I``, Hermitian and positive whatever the weights are.

    Layers see real and imaginary parts of one snapshot at a time, so that the order of snapshots does not matter. They
    make several virtual snapshots of each, and L is the Cholesky factor of the covariance of all of them.
    """

    def __init__(self, sensors: int, width: int = 64, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.sensors, self.heads = sensors, heads
        self.mix = nn.Linear(2 * sensors, 2 * sensors * heads, bias=False)
        sizes = [2 * sensors, *[width] * (layers - 1)]
        hidden = [part for a, b in itertools.pairwise(sizes) for part in (nn.Linear(a, b), nn.GELU())]
        self.correct = nn.Sequential(*hidden, nn.Linear(sizes[-1], 2 * sensors * heads))
        self.noise = nn.Parameter(torch.tensor(0.3))

    def forward(self, snapshots: Tensor) -> Tensor:
        seen = torch.cat([snapshots.real, snapshots.imag], -2).mT
        made = self.mix(seen) + self.correct(seen)
        made = made.float().unflatten(-1, (self.heads, 2, self.sensors))
        virtual = torch.complex(made[..., 0, :], made[..., 1, :]).flatten(1, 2).mT
        eye = torch.eye(self.sensors, device=snapshots.device)
        covariance = virtual @ virtual.mH / virtual.shape[-1] + (self.noise**2 + 1e-3) * eye
        lower = torch.linalg.cholesky(covariance)
        estimate: Tensor = lower @ lower.mH + _LOADING * eye
        return estimate
