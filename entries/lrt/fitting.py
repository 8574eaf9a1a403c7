"""Maximum a posteriori fits of the ensemble (DEN) and of the ensemble plus kernels (NUM), many at once.

Shapes: B data sets of N points, K - 1 free weights, J kernels; L columns, each a fit of its own to the same data set.
One table holds what is linear in the parameters, so that a step of all fits is one product forth and one back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from density import FLOOR, Ensemble, gaussians
from torch import Tensor

KERNEL_WIDTH = 0.08
CLIP = 0.1
RATE_KERNELS = 1e-3
RATE_WEIGHTS = 2e-2
"""In units of the prior's sigma."""
_BETAS = (0.9, 0.999)
_EPSILON = 1e-8
"""Of Adam, as torch has them. Its own Adam imports a compiler first: 4 s that each of eleven processes would pay."""


@dataclass(frozen=True)
class Data:
    """What the fits need of their data sets, computed once."""

    base: Tensor
    """(B, N): p at the prior's mean."""
    table: Tensor
    """(B, K - 1 + J, N): how p changes with each parameter. Points last: twice as fast as the other way round."""
    kernels: int
    log_norm: float

    @classmethod
    def of(cls, x: Tensor, centres: Tensor, ensemble: Ensemble) -> Data:
        """``x`` (B, N, 2), ``centres`` (B, J, 2)."""
        f = ensemble.members(x)
        phi = gaussians(x, centres, KERNEL_WIDTH)
        table = torch.cat([f @ ensemble.spread, phi], -1).transpose(1, 2).contiguous()
        return cls(f @ ensemble.mu, table, centres.shape[1], ensemble.log_norm)


@dataclass(frozen=True)
class Plan:
    """How the columns are fitted; a tensor has one value for each column."""

    penalty: Tensor
    """lambda of each column."""
    extra: Tensor
    """1 where the column has kernels (NUM), 0 where it has not (DEN)."""
    epochs: Tensor
    floor: float = FLOOR

    @classmethod
    def den_and_num(cls, penalties: list[float], epochs_den: int, epochs_num: int, floor: float = FLOOR) -> Plan:
        """Column 0 is DEN, the others NUM with one lambda each."""
        return cls(
            torch.tensor([0.0, *penalties], dtype=torch.float64),
            torch.tensor([0.0] + [1.0] * len(penalties), dtype=torch.float64),
            torch.tensor([epochs_den] + [epochs_num] * len(penalties)),
            floor,
        )


@dataclass(frozen=True)
class State:
    """The fits after so many epochs; (B, L) each, unless said otherwise."""

    epoch: int
    loss: Tensor
    log_p: Tensor
    """(B, L, N)"""
    aux: Tensor
    cost: Tensor
    """The penalty, ``lambda sum(a^2)``."""
    floored: Tensor
    at_clip: Tensor
    """Share of the coefficients at the clip."""
    size: Tensor
    """``|a~|``"""
    shift: Tensor
    """``|w - mu|`` in sigmas of the prior."""
    gradient: Tensor
    """Its norm."""

    @property
    def log_likelihood(self) -> Tensor:
        """The helper that must equal minus the loss where there is no penalty."""
        return self.log_p.sum(-1) + self.aux


def centred(raw: Tensor) -> Tensor:
    """(..., J): clipped first, then less their mean, so the extra term integrates to 0. The other order fails."""
    clipped = raw.clamp(-CLIP, CLIP)
    return clipped - clipped.mean(-1, keepdim=True)


def fit(data: Data, plan: Plan, every: int = 0) -> Iterator[State]:
    """Full-batch Adam on all columns; yields the start, every ``every`` epochs and the end.

    The model is linear in its parameters, so its gradient is one more product: four times as fast as autograd, which
    the tests hold it against. A column that has had its epochs stands still. Coefficients that leave the clip are put
    back on it after the step, else they would have no gradient and stay outside.
    """
    batch, width, _ = data.table.shape
    free, device = width - data.kernels, data.table.device
    plan = replace(plan, penalty=plan.penalty.to(device), extra=plan.extra.to(device), epochs=plan.epochs.to(device))
    at = torch.zeros(batch, len(plan.epochs), width, dtype=torch.float64, device=device)
    mean, square = torch.zeros_like(at), torch.zeros_like(at)
    rates = torch.full((width,), RATE_KERNELS, dtype=torch.float64, device=device)
    rates[:free] = RATE_WEIGHTS
    last = int(plan.epochs.max())
    for epoch in range(last + 1):
        p, coefficients = _density(data, plan, at, free)
        gradient = _gradient(data, plan, at, p, coefficients)
        if epoch == last or (every > 0 and epoch % every == 0):
            yield _state(data, plan, at, p, coefficients, gradient, epoch)
        if epoch == last:
            return
        mean.lerp_(gradient, 1 - _BETAS[0])
        square.lerp_(gradient.square(), 1 - _BETAS[1])
        unbiased = (square / (1 - _BETAS[1] ** (epoch + 1))).sqrt_().add_(_EPSILON)
        step = rates / (1 - _BETAS[0] ** (epoch + 1)) * mean / unbiased
        at -= torch.where((epoch < plan.epochs)[:, None], step, 0.0)
        at[..., free:].clamp_(-CLIP, CLIP)


def _density(data: Data, plan: Plan, at: Tensor, free: int) -> tuple[Tensor, Tensor]:
    """(B, L, N) p without a floor, and (B, L, J) the coefficients in it."""
    coefficients = centred(at[..., free:]) * plan.extra[:, None]
    parameters = torch.cat([at[..., :free], coefficients], -1)
    return torch.baddbmm(data.base[:, None], parameters, data.table), coefficients


def _gradient(data: Data, plan: Plan, at: Tensor, p: Tensor, coefficients: Tensor) -> Tensor:
    """(B, L, K - 1 + J); a point on the floor pulls at nothing."""
    pull = p.reciprocal()
    if plan.floor > 0:
        pull = pull.masked_fill_(p < plan.floor, 0.0)
    gradient = -(pull @ data.table.transpose(1, 2))
    free = at.shape[-1] - data.kernels
    gradient[..., :free] += at[..., :free]
    kernels = gradient[..., free:] + 2 * plan.penalty[:, None] * coefficients
    gradient[..., free:] = (kernels - kernels.mean(-1, keepdim=True)) * plan.extra[:, None]
    return gradient


def _state(data: Data, plan: Plan, at: Tensor, p: Tensor, coefficients: Tensor, gradient: Tensor, epoch: int) -> State:
    log_p = (p.clamp(min=plan.floor) if plan.floor > 0 else p).log()
    z, raw = at[..., : -data.kernels], at[..., -data.kernels :]
    aux = data.log_norm - 0.5 * z.square().sum(-1)
    cost = plan.penalty * coefficients.square().sum(-1)
    return State(
        epoch=epoch,
        loss=-log_p.sum(-1) - aux + cost,
        log_p=log_p,
        aux=aux,
        cost=cost,
        floored=(p <= plan.floor).sum(-1),
        at_clip=(raw.abs() >= CLIP).double().mean(-1),
        size=coefficients.norm(dim=-1),
        shift=z.norm(dim=-1),
        gradient=gradient.norm(dim=-1),
    )


def statistic(
    log_p_num: Tensor, aux_num: Tensor, log_p_den: Tensor, aux_den: Tensor, sign: float = 1.0
) -> tuple[Tensor, Tensor]:
    """T and the shares of the events in it, whose sum it is. Points are the last axis.

    ``sign = -1`` is the fault of the first version: ``T + 2 (aux_den - aux_num)``.
    """
    prior = sign * (aux_num - aux_den)
    per_event = log_p_num - log_p_den + prior[..., None] / log_p_num.shape[-1]
    return (log_p_num - log_p_den).sum(-1) + prior, per_event
