"""Collision events drawn on the spot: two-jet background, and a heavy particle that decays into two pronged jets.

Suffix letters of arrays: E events, J the two jets, P particles. Momenta in GeV, particles without mass.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MAX_PARTICLES = 700
BACKGROUND_SCALE = 400.0
"""Of the exponential fall of the jets' pt above 1,200; the black box has 460."""
_PT_MIN = 1_200.0
_MASS, _WIDTH = 3_500.0, 120.0
_SPREAD = 0.08
_PRONGS = (0.10, 0.30)
_MOST, _SOFT = 80, (30, 80)


@dataclass(frozen=True)
class Events:
    """Particles of each event, hardest first; pt is 0 where an event has fewer than the array has columns."""

    pt_EP: Array
    eta_EP: Array
    phi_EP: Array

    def __len__(self) -> int:
        return len(self.pt_EP)

    def __getitem__(self, which: slice) -> Events:
        return Events(self.pt_EP[which], self.eta_EP[which], self.phi_EP[which])

    def hashes(self) -> list[str]:
        """One for each event, of its particles."""
        whole = np.stack([self.pt_EP, self.eta_EP, self.phi_EP], -1)
        return [hashlib.sha256(one[one[:, 0] > 0].tobytes()).hexdigest()[:16] for one in whole]


def background(n: int, seed: int, scale: float = BACKGROUND_SCALE) -> Events:
    """Two jets back to back, each one Gaussian spray around its axis."""
    random = np.random.default_rng([seed, 0])
    pt_E = _PT_MIN + random.exponential(scale, n)
    return _showered(random, pt_E, random.normal(0, 0.8, (n, 2)), prongs=False)


def signal(n: int, seed: int) -> Events:
    """The same, but the pair has the mass of a heavy particle, and each jet has two prongs."""
    random = np.random.default_rng([seed, 1])
    eta_EJ = random.normal(0, 0.8, (n, 2))
    mass_E = random.normal(_MASS, _WIDTH, n)
    pt_E = mass_E / np.sqrt(2 * (np.cosh(eta_EJ[:, 0] - eta_EJ[:, 1]) + 1))
    return _showered(random, pt_E, eta_EJ, prongs=True)


def wrapped(phi: Array) -> Array:
    """Into [-pi, pi)."""
    return (phi + np.pi) % (2 * np.pi) - np.pi


def _showered(random: np.random.Generator, pt_E: Array, eta_EJ: Array, prongs: bool) -> Events:
    """The jets' particles, and soft ones that belong to none."""
    n = len(pt_E)
    phi_EJ = random.uniform(-np.pi, np.pi, n)[:, None] + np.array([0, np.pi])
    shape = (n, 2, _MOST)
    there = np.arange(_MOST) < random.integers(20, _MOST + 1, (n, 2, 1))
    share = random.exponential(size=shape) * there  # a Dirichlet distribution of equal weights
    if prongs:
        second = random.random(shape) < 0.5
        part = random.uniform(0.05, 0.4, (n, 2, 1))
        for which, of in ((second, part), (~second, 1 - part)):
            share = np.where(which, share * of / np.maximum((share * which).sum(-1, keepdims=True), 1e-9), share)
        apart = random.uniform(*_PRONGS, (n, 2, 1))
        angle = random.uniform(0, 2 * np.pi, (n, 2, 1))
        shift = apart * np.where(second, 1 - part, -part)  # the axis stays where it was
        d_eta, d_phi = shift * np.cos(angle), shift * np.sin(angle)
    else:
        d_eta = d_phi = np.zeros(shape)
    share /= share.sum(-1, keepdims=True)
    pt = (pt_E[:, None, None] * share).reshape(n, -1)
    eta = (eta_EJ[..., None] + d_eta + random.normal(0, _SPREAD, shape)).reshape(n, -1)
    phi = (phi_EJ[..., None] + d_phi + random.normal(0, _SPREAD, shape)).reshape(n, -1)
    soft = (n, _SOFT[1])
    soft_there = np.arange(_SOFT[1]) < random.integers(_SOFT[0], _SOFT[1] + 1, (n, 1))
    pt = np.hstack([pt, random.exponential(1.0, soft) * soft_there])
    eta = np.hstack([eta, random.uniform(-2.5, 2.5, soft)])
    phi = np.hstack([phi, random.uniform(-np.pi, np.pi, soft)])
    order = np.argsort(-pt, axis=-1)[:, :MAX_PARTICLES]
    pt, eta, phi = (np.take_along_axis(one, order, -1) for one in (pt, eta, wrapped(phi)))
    return Events(pt, np.where(pt > 0, eta, 0.0), np.where(pt > 0, phi, 0.0))
