"""The truth, an ensemble of Gaussian-kernel densities fitted to it by EM, and the prior on the ensemble's weights.

Shapes: N points in 2 dimensions, K members, M kernels in a member.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

MEMBER_WIDTH = 0.25
FLOOR = 1e-12
_KERNELS = 40
_REGULARISATION = 1e-8
_CHUNK = 200_000
"""Numbers at a time: what a cache holds."""


def truth(n: int, draw: torch.Generator) -> Tensor:
    """(n, 2): a heavy tail (Student-t with 3 degrees, times 0.3) and two bumps (at -0.6 and 0.6, sd 0.2)."""
    normal = torch.randn(n, 5, generator=draw, dtype=torch.float64)
    tail = 0.3 * normal[:, 0] / (normal[:, 1:4].square().sum(1) / 3).sqrt()
    side = torch.where(torch.rand(n, generator=draw, dtype=torch.float64) < 0.5, -0.6, 0.6)
    return torch.stack([tail, side + 0.2 * normal[:, 4]], 1)


@dataclass(frozen=True)
class Ensemble:
    """K members, each a mixture of M isotropic Gaussians, and the normal prior of the weights between them.

    The weights live on the plane ``sum(w) = 1``: ``w = mu + spread z`` with K - 1 free numbers z, which the prior makes
    standard normal. Without the plane the likelihood grows with the norm of p, and means nothing.
    """

    centres: Tensor
    """(K, M, 2)"""
    mixture: Tensor
    """(K, M), each row of sum 1."""
    mu: Tensor
    """(K,)"""
    spread: Tensor
    """(K, K - 1); ``Sigma = spread spread^T``."""
    log_norm: float
    """Of the prior on the plane: ``aux(z) = log_norm - z.z / 2``."""

    def members(self, x: Tensor) -> Tensor:
        """(..., K): every member at every point."""
        flat = x.reshape(-1, 2)
        return _members(flat, self.centres, self.mixture).reshape(*x.shape[:-1], -1)

    def to(self, device: torch.device) -> Ensemble:
        """The same on another device; samples are drawn on the CPU, whose generators they are from."""
        centres, mixture, mu, spread = (part.to(device) for part in (self.centres, self.mixture, self.mu, self.spread))
        return Ensemble(centres, mixture, mu, spread, self.log_norm)

    def sample(self, weights: Tensor, n: int, draw: torch.Generator) -> Tensor:
        """(n, 2) points of ``sum_k w_k f_k``; weights may be negative, so the positive part proposes."""
        positive = weights.clamp(min=0.0)
        kernels = (positive[:, None] * self.mixture).reshape(-1)
        centres = self.centres.reshape(-1, 2)
        kept: list[Tensor] = []
        while sum(map(len, kept)) < n:
            size = math.ceil(1.2 * n * float(positive.sum()))
            chosen = torch.multinomial(kernels, size, replacement=True, generator=draw)
            x = centres[chosen] + MEMBER_WIDTH * torch.randn(size, 2, generator=draw, dtype=torch.float64)
            f = self.members(x)
            accepted = torch.rand(size, generator=draw, dtype=torch.float64) * (f @ positive) < f @ weights
            kept.append(x[accepted])
        return torch.cat(kept)[:n]


def train(members: int, draw: torch.Generator, sample: int = 1000, prefit: int = 20_000, steps: int = 60) -> Ensemble:
    """Members by EM, each on a bootstrap sample; then mu and Sigma from a fit of the weights to ``prefit`` points."""
    data = truth(sample, draw)
    centres = truth(members * _KERNELS, draw).reshape(members, _KERNELS, 2)
    bootstrap = data[torch.randint(sample, (members, sample), generator=draw)]
    kernels = gaussians(bootstrap, centres, MEMBER_WIDTH)  # (K, n, M)
    mixture = torch.full((members, _KERNELS), 1.0 / _KERNELS, dtype=torch.float64)
    for _ in range(steps):
        joint = kernels * mixture[:, None]
        mixture = (joint / joint.sum(-1, keepdim=True).clamp(min=FLOOR)).mean(1)
        mixture = mixture / mixture.sum(-1, keepdim=True)
    mu, spread = fit_weights(_members(truth(prefit, draw), centres, mixture))
    log_norm = -0.5 * (members - 1) * math.log(2 * math.pi) - float(torch.linalg.svdvals(spread).log().sum())
    return Ensemble(centres, mixture, mu, spread, log_norm)


def fit_weights(table: Tensor, steps: int = 100) -> tuple[Tensor, Tensor]:
    """Maximum likelihood of the weights by Newton steps on the plane of sum 1, and a root of the inverse Hessian."""
    members = table.shape[1]
    plane = torch.linalg.qr(torch.cat([torch.ones(members, 1), torch.eye(members)[:, 1:]], 1).double())[0][:, 1:]
    weights = torch.full((members,), 1.0 / members, dtype=torch.float64)
    hessian = torch.eye(members - 1, dtype=torch.float64)

    def loss(at: Tensor) -> float:
        return -float((table @ at).clamp(min=FLOOR).log().sum())

    for _ in range(steps):
        p = table @ weights
        score = torch.where((p > FLOOR)[:, None], table / p[:, None].clamp(min=FLOOR), 0.0) @ plane
        hessian = score.T @ score + _REGULARISATION * torch.eye(members - 1, dtype=torch.float64)
        step = plane @ torch.linalg.solve(hessian, score.sum(0))
        size = 1.0
        while loss(weights + size * step) > loss(weights) and size > 1e-6:
            size /= 2
        if size <= 1e-6:
            break
        weights = weights + size * step
        if float(step.abs().max()) < 1e-10:
            break
    root = torch.linalg.cholesky(hessian)
    return weights, plane @ torch.linalg.inv(root).T


def gaussians(x: Tensor, centres: Tensor, width: float) -> Tensor:
    """(..., N, M): normalised isotropic Gaussians around ``centres`` (..., M, 2) at the points ``x`` (..., N, 2)."""
    exponent = squared_distances(x, centres).mul_(-0.5 / width**2)
    return exponent.exp_().div_(2 * math.pi * width**2)


def squared_distances(x: Tensor, centres: Tensor) -> Tensor:
    """(..., N, M), a coordinate at a time: never N x M x 2 numbers, and exactly 0 at a centre."""
    first, second = (x[..., :, None, k] - centres[..., None, :, k] for k in (0, 1))
    return first.square_().add_(second.square_())


def _members(x: Tensor, centres: Tensor, mixture: Tensor) -> Tensor:
    """(N, K) without ever holding N x K x M numbers for a large N."""
    rows = max(1, _CHUNK // mixture.numel())
    flat = centres.reshape(-1, 2)
    parts = []
    for part in x.split(rows):
        kernels = gaussians(part, flat, MEMBER_WIDTH).reshape(len(part), *mixture.shape)
        parts.append((kernels * mixture).sum(-1))
    return torch.cat(parts)
