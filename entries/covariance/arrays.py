"""Antenna arrays: sources, snapshots, their covariance, and direction finding behind an estimate of it.

Shapes: B samples, N sensors, K sources (unused ones have power 0), T snapshots.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

MOST_SOURCES = 3
_WIDEST_DEG = 60.0
_GRID_DEG = 0.5


@dataclass(frozen=True)
class Scenes:
    """A data set. The true covariances are made when they are asked for: 200,000 of 64 x 64 would not fit."""

    angles: Tensor
    """(B, K) degrees from broadside."""
    powers: Tensor
    """(B, K), noise has power 1."""
    snapshots: Tensor
    """(B, N, T) complex, scaled so that the sample covariance has trace N."""

    def __len__(self) -> int:
        return len(self.angles)

    def __getitem__(self, rows: Tensor | slice) -> Scenes:
        return Scenes(self.angles[rows], self.powers[rows], self.snapshots[rows])

    def to(self, device: torch.device) -> Scenes:
        return Scenes(self.angles.to(device), self.powers.to(device), self.snapshots.to(device))

    def covariance(self) -> Tensor:
        return covariance(self.angles, self.powers, self.snapshots.shape[1])


def steering(angles: Tensor, sensors: int) -> Tensor:
    """(..., N, K) responses of a line of sensors at half-wavelength spacing."""
    phase = math.pi * torch.sin(torch.deg2rad(angles))[..., None, :]
    place = torch.arange(sensors, device=angles.device, dtype=angles.dtype)[:, None]
    return torch.polar(torch.ones_like(phase * place), phase * place)


def covariance(angles: Tensor, powers: Tensor, sensors: int) -> Tensor:
    """``A diag(p) A^H + I``, (..., N, N)."""
    a = steering(angles, sensors)
    return (a * powers[..., None, :]) @ a.mH + torch.eye(sensors, device=a.device)


def sample_covariance(snapshots: Tensor) -> Tensor:
    """``X X^H / T``."""
    return snapshots @ snapshots.mH / snapshots.shape[-1]


def draw(samples: int, sensors: int, snapshots: int, seed: int) -> Scenes:
    """One to three sources of 0 to 10 dB at random angles, and complex Gaussian snapshots of them."""
    source = torch.Generator().manual_seed(seed)
    angles = _WIDEST_DEG * (2 * torch.rand(samples, MOST_SOURCES, generator=source) - 1)
    powers = 10 ** torch.rand(samples, MOST_SOURCES, generator=source)
    count = torch.randint(1, MOST_SOURCES + 1, (samples, 1), generator=source)
    powers = torch.where(torch.arange(MOST_SOURCES) < count, powers, 0.0)
    signal = _gaussian(samples, MOST_SOURCES, snapshots, source) * powers.sqrt()[..., None]
    received = steering(angles, sensors) @ signal + _gaussian(samples, sensors, snapshots, source)
    power = received.abs().square().mean((-2, -1), keepdim=True)
    return Scenes(angles, powers, received / power.sqrt())


def angle_error(estimate: Tensor, scenes: Scenes) -> float:
    """Mean error in degrees of the directions found by the noise-subspace spectrum; the number of sources is known."""
    errors = []
    for count in range(1, MOST_SOURCES + 1):
        rows = (scenes.powers > 0).sum(-1) == count
        if rows.any():
            found = directions(estimate[rows], count)
            errors.append((found - scenes.angles[rows, :count].sort(-1).values).abs().flatten())
    return float(torch.cat(errors).mean())


def directions(estimate: Tensor, count: int) -> Tensor:
    """(B, count) degrees, ascending: the highest local maxima of ``1 / |E_n^H a|^2`` (MUSIC, Schmidt 1986)."""
    noise = torch.linalg.eigh(estimate).eigenvectors[..., : estimate.shape[-1] - count]
    grid = torch.arange(-90, 90 + _GRID_DEG, _GRID_DEG, device=estimate.device)
    spectrum = -(noise.mH @ steering(grid, estimate.shape[-1])).abs().square().sum(-2)
    peak = torch.zeros_like(spectrum, dtype=torch.bool)
    peak[..., 1:-1] = (spectrum[..., 1:-1] > spectrum[..., :-2]) & (spectrum[..., 1:-1] >= spectrum[..., 2:])
    at_edge = spectrum - spectrum.max() + spectrum.min()  # only where there are fewer maxima than sources
    best = torch.where(peak, spectrum, at_edge).topk(count, -1).indices
    return grid[best].sort(-1).values


def _gaussian(samples: int, rows: int, columns: int, source: torch.Generator) -> Tensor:
    return torch.randn(samples, rows, columns, dtype=torch.complex64, generator=source)
