"""What is fitted: three lepton masses with everything free, or six planted particles with a known answer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from energy import Terms, energies
from torch import Tensor

PLANTED_BETA, PLANTED_W, PLANTED_SCALE = 3.10, 0.020, 2.5
_NOISE, _NOISE_SEED = 1e-3, 25


@dataclass(frozen=True)
class Problem:
    """Masses to be explained and the box of the free parameters."""

    name: str
    masses: Tensor
    """(K,)"""
    relative_error: float
    low: Tensor
    high: Tensor
    """(D,) bounds of theta."""
    radius: Tensor | None = None
    speed: Tensor | None = None
    amplitude: Tensor | None = None
    """(K,) known values of the planted particles; theta holds common factors of speed and amplitude."""

    def terms(self, beta: Tensor, w: Tensor, theta: Tensor, points: int) -> Terms:
        """Energies (…, K) for parameters (…, D); beta and w (…)."""
        if self.radius is not None and self.speed is not None and self.amplitude is not None:
            radius = self.radius.expand(*theta.shape[:-1], -1)
            speed, amplitude = self.speed * theta[..., :1], self.amplitude * theta[..., 1:]
        else:
            radius, speed, amplitude = theta.reshape(*theta.shape[:-1], 3, len(self.masses)).unbind(-2)
        return energies(beta[..., None], w[..., None], radius, speed, amplitude, points)

    @property
    def free(self) -> int:
        return len(self.low)

    def degrees_of_freedom(self, scanned: int) -> int:
        """Targets less free parameters, the scale, and what is scanned; not above 0 means not testable."""
        return len(self.masses) - self.free - 1 - scanned


def planted(points: int, device: torch.device) -> Problem:
    """Six particles made with beta 3.10, w 0.020, S 2.5 and 0.1% of noise; their sizes are known.

    Speed and amplitude of each are known up to one common factor within 5%: with factors of their own, six masses
    would have twelve free parameters and nothing could be tested.
    """
    radius = torch.tensor([0.094, 0.038, 0.102, 0.676, 1.642, 1.952], dtype=torch.float64, device=device)
    speed = torch.tensor([0.08, 0.25, 0.22, 3.57, 0.19, 0.62], dtype=torch.float64, device=device)
    amplitude = torch.tensor([0.47, 3.30, 2.91, 5.42, 2.96, 0.15], dtype=torch.float64, device=device)
    bare = torch.zeros(2, dtype=torch.float64, device=device)
    problem = Problem("planted", torch.ones_like(radius), _NOISE, bare + 0.95, bare + 1.05, radius, speed, amplitude)
    beta, w = bare[:1] + PLANTED_BETA, bare[:1] + PLANTED_W
    true = problem.terms(beta, w, bare[None] + 1.0, points).total[0]
    noise = torch.randn(6, generator=torch.Generator().manual_seed(_NOISE_SEED), dtype=torch.float64).to(device)
    masses = PLANTED_SCALE * true * (1 + _NOISE * noise)
    return Problem("planted", masses, _NOISE, bare + 0.95, bare + 1.05, radius, speed, amplitude)


def flat(device: torch.device) -> Problem:
    """The electron, the muon and the tau (MeV), with size, speed and amplitude of each free: nine parameters."""
    masses = torch.tensor([0.511, 105.658, 1776.86], dtype=torch.float64, device=device)
    low = torch.tensor([0.30] * 3 + [0.30] * 3 + [0.30] * 3, dtype=torch.float64, device=device)
    high = torch.tensor([1.50] * 3 + [3.00] * 3 + [2.00] * 3, dtype=torch.float64, device=device)
    return Problem("flat", masses, 2.5e-4, low, high)
