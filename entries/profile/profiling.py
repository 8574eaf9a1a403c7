"""From energies to masses: one scale for all particles, profiled analytically, and the old way beside it."""

from __future__ import annotations

from torch import Tensor


def profiled(masses: Tensor, energies: Tensor, relative_error: float) -> tuple[Tensor, Tensor]:
    """S_opt and chi2 of ``S E_i = m_i`` with errors ``relative_error m_i``.

    ``S_opt = sum(m E v) / sum(E^2 v)``, ``v = 1 / sigma^2``: weighted least squares through the origin.
    Particles are the last axis; S and chi2 come without it.
    """
    weights = 1.0 / (relative_error * masses) ** 2
    scale = (masses * energies * weights).sum(-1, keepdim=True) / (energies**2 * weights).sum(-1, keepdim=True)
    return scale[..., 0], chi_squared(masses, energies, scale, relative_error)


def old_mapping(masses: Tensor, energies: Tensor, relative_error: float) -> tuple[Tensor, Tensor]:
    """The scale that makes the first particle (the electron) match exactly, and what that costs the others."""
    scale = masses[..., :1] / energies[..., :1]
    return scale[..., 0], chi_squared(masses, energies, scale, relative_error)


def chi_squared(masses: Tensor, energies: Tensor, scale: Tensor, relative_error: float) -> Tensor:
    """``sum(((S E_i - m_i) / sigma_i)^2)`` over the last axis."""
    return pulls(masses, energies, scale, relative_error).square().sum(-1)


def pulls(masses: Tensor, energies: Tensor, scale: Tensor, relative_error: float) -> Tensor:
    """``(S E_i - m_i) / sigma_i``."""
    return (scale * energies - masses) / (relative_error * masses)
