"""Simulated stamps: galaxies with noise, and the arcs of gravitational lenses that are injected into some of them.

Shapes: B stamps, 3 bands (g, r, z), S x S pixels. Fluxes are in units of the sky's standard deviation in a pixel.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor
from torch.nn import functional as F

PIXEL = 0.262
"""arcsec"""
SEEING = (1.3, 1.2, 1.1)
"""Full width at half maximum of the Gaussian PSF in arcsec, by band."""
GALAXY_COLOURS = (0.45, 1.0, 1.5)
ARC_COLOURS = (1.4, 1.0, 0.7)
"""Flux relative to r: galaxies are red, sources blue."""
_SUBPIXELS = 3
_OUTER = 0.8
"""Where the outer annulus begins, in half sides of the stamp; arcs are injected within it."""

PARAMETERS = ("theta_E", "magnitude_offset", "source_radius", "source_ellipticity", "shear")
GRID = tuple(
    itertools.product(
        (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5),
        (0.5, 1.0, 1.5, 2.0),
        (0.06, 0.10, 0.15, 0.20),
        (0.0, 0.2, 0.4),
        (0.0, 0.02, 0.04),
    )
)
"""The 1,008 configurations of generation 2."""
GRID_1 = tuple(itertools.product((0.3, 0.5, 0.75, 1.0), (0.5, 1.0, 1.5, 2.0), (0.06, 0.10, 0.20), (0.0,), (0.0,)))
"""The 48 of generation 1; only their number and the range of theta_E are known, so this is a stand-in."""


def resolved(theta_e: Tensor) -> Tensor:
    """Whether the two sides of a ring are further apart than the seeing in r is wide."""
    return 2 * theta_e > SEEING[1]


def galaxies(radius: Tensor, ratio: Tensor, angle: Tensor, flux: Tensor, size: int) -> Tensor:
    """(B, 3, S, S) before noise: de Vaucouleurs' law, softened at its centre, blurred; all arguments (B,).

    ``I = exp(-7.67 ((r / r_e)^(1/4) - 1))`` with elliptical r; ``flux`` is the total in r over the stamp.
    """
    x, y = _turned(*_places(size, radius), angle)
    r = (ratio[:, None, None] * x.square() + y.square() / ratio[:, None, None] + 0.05**2).sqrt()
    light = _binned(torch.exp(-7.67 * ((r / radius[:, None, None]) ** 0.25 - 1)))
    light = light / light.sum((1, 2), keepdim=True) * flux[:, None, None]
    return blurred(light[:, None] * _bands(GALAXY_COLOURS, light))


def arcs(parameters: Tensor, source: Tensor, angle: Tensor, flux: Tensor, size: int) -> Tensor:
    """(B, 3, S, S) before noise: images of exponential discs behind isothermal lenses with shear.

    ``beta = theta - theta_E theta / |theta| - G theta`` with ``G`` the shear along ``angle``; surface brightness is
    kept. ``parameters`` (B, 5) in the order of PARAMETERS, ``source`` (B, 2) arcsec off the lens. The image has
    ``flux 10^(-0.4 magnitude_offset)`` in r, and nothing outside of the aperture that the outer annulus begins at.
    """
    theta_e, offset, radius, ellipticity, shear = (part[:, None, None] for part in parameters.T)
    x, y = _places(size, parameters)
    r = (x.square() + y.square()).sqrt().clamp(min=1e-3)
    c, s = torch.cos(2 * angle)[:, None, None], torch.sin(2 * angle)[:, None, None]
    beta_x = x - theta_e * x / r - shear * (c * x + s * y) - source[:, :1, None]
    beta_y = y - theta_e * y / r - shear * (s * x - c * y) - source[:, 1:, None]
    u, v = _turned(beta_x, beta_y, angle)
    ratio = 1 - ellipticity
    light = _binned(torch.exp(-1.678 * (ratio * u.square() + v.square() / ratio).sqrt() / radius))
    light = light / light.sum((1, 2), keepdim=True).clamp(min=1e-12) * flux[:, None, None] * 10 ** (-0.4 * offset)
    image = blurred(light[:, None] * _bands(ARC_COLOURS, light))
    return image * ~outer_annulus(size).to(image.device)


def outer_annulus(size: int) -> Tensor:
    """(S, S) bool: pixels further out than 0.8 half sides."""
    at = (torch.arange(size) + 0.5 - size / 2) / (size / 2)
    return (at[:, None].square() + at.square()).sqrt() > _OUTER


def blurred(image: Tensor) -> Tensor:
    """Each band with its Gaussian PSF; (B, 3, S, S)."""
    half = math.ceil(3 * max(SEEING) / 2.3548 / PIXEL)
    at = torch.arange(-half, half + 1, dtype=image.dtype, device=image.device) * PIXEL
    sigma = torch.tensor(SEEING, dtype=image.dtype, device=image.device)[:, None] / 2.3548
    kernel = torch.exp(-0.5 * (at / sigma).square())
    kernel = kernel / kernel.sum(1, keepdim=True)
    image = F.conv2d(image, kernel[:, None, :, None], padding=(half, 0), groups=3)
    return F.conv2d(image, kernel[:, None, None, :], padding=(0, half), groups=3)


def _bands(colours: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(colours, dtype=like.dtype, device=like.device)[:, None, None]


def _places(size: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """x and y of the sub-pixels in arcsec, (1, 3S, 3S) each."""
    fine = size * _SUBPIXELS
    at = (torch.arange(fine, dtype=like.dtype, device=like.device) + 0.5 - fine / 2) * PIXEL / _SUBPIXELS
    return at[None, None, :].expand(1, fine, fine), at[None, :, None].expand(1, fine, fine)


def _turned(x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    c, s = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
    return c * x + s * y, c * y - s * x


def _binned(fine: Tensor) -> Tensor:
    return F.avg_pool2d(fine[:, None], _SUBPIXELS)[:, 0]
