"""The energy of one particle: a density on a radial grid, and its three terms.

Shapes: the arguments broadcast against each other; every function returns their common shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

GRADIENT_WEIGHT = 0.0156
"""g, the weight of the gradient term."""


@dataclass(frozen=True)
class Terms:
    """Energies by term, each of the shape of the parameters."""

    flow: Tensor
    stabilisation: Tensor
    gradient: Tensor

    @property
    def total(self) -> Tensor:
        return self.flow + self.stabilisation + self.gradient


def energies(beta: Tensor, w: Tensor, radius: Tensor, speed: Tensor, amplitude: Tensor, points: int = 80) -> Terms:
    """E_flow, E_stab and E_grad of particles with a density that is flat inside and falls to 0 in a layer of width w.

    ``rho(r) = A`` for ``r < R - w``, then ``A (1 + cos(pi (r - R + w) / w)) / 2`` down to 0 at R;
    ``E_flow = U^2/2 int (1 - rho)^2 4 pi r^2 dr`` up to 2R, ``E_stab = beta int rho^2 4 pi r^2 dr``,
    ``E_grad = g int (rho')^2 4 pi r^2 dr``. A quarter of the ``points`` lies inside, uniformly; the others are in the
    layer, where everything happens. Simpson's rule; beyond R the integrand is a constant.
    """
    inside = radius - w
    t, weight = _simpson(points - points // 4, radius)
    r = inside[..., None] + w[..., None] * t
    shape = 0.5 * (1 + torch.cos(torch.pi * t))
    rho = amplitude[..., None] * shape
    slope = -0.5 * torch.pi * torch.sin(torch.pi * t) * amplitude[..., None] / w[..., None]
    ring = 4 * torch.pi * r**2 * weight * w[..., None]
    core = _volume(inside, points // 4)
    outside = 4 / 3 * torch.pi * 7 * radius**3
    flow = (1 - amplitude) ** 2 * core + ((1 - rho) ** 2 * ring).sum(-1) + outside
    squared = amplitude**2 * core + (rho**2 * ring).sum(-1)
    return Terms(0.5 * speed**2 * flow, beta * squared, GRADIENT_WEIGHT * (slope**2 * ring).sum(-1))


def _volume(radius: Tensor, points: int) -> Tensor:
    """``int_0^radius 4 pi r^2 dr`` on the grid; Simpson's rule is exact for it."""
    t, weight = _simpson(points, radius)
    return (4 * torch.pi * (radius[..., None] * t) ** 2 * weight * radius[..., None]).sum(-1)


def _simpson(points: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Places in [0, 1] and their weights; an odd number of points, at least 3."""
    points = max(3, points | 1)
    places = torch.linspace(0, 1, points, dtype=like.dtype, device=like.device)
    weights = torch.full_like(places, 4.0)
    weights[::2] = 2.0
    weights[0] = weights[-1] = 1.0
    return places, weights / (3 * (points - 1))
