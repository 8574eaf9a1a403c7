"""Differential evolution of many independent problems at once: best1bin with dithered mutation, as scipy's default.

Every problem has its own seed, so that a problem gives the same minimum alone and in a batch.
Shapes: B problems, N members, D parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Objective = Callable[[Tensor], Tensor]
"""(B, N, D) parameters to (B, N) values."""
_MUTATION = (0.5, 1.0)
_CROSSOVER = 0.7


@dataclass(frozen=True)
class Generation:
    """Where a batch stands."""

    number: int
    best: Tensor
    """(B,) lowest value so far."""
    mean: Tensor
    spread: Tensor
    """(B,) standard deviation of the values of the population."""
    at: Tensor
    """(B, D) parameters of the lowest value."""
    evaluations: int


def evolve(
    objective: Objective, low: Tensor, high: Tensor, seeds: list[int], members: int, generations: int
) -> Iterator[Generation]:
    """Yields the start and every generation; ``low`` and ``high`` are (B, D) or (D,).

    The lowest value never rises from one generation to the next. More generations with the same seed go on from
    fewer: they draw the same numbers first.
    """
    draws = [torch.Generator().manual_seed(seed) for seed in seeds]
    batch, size = len(seeds), low.shape[-1]
    low, high = low.expand(batch, size)[:, None], high.expand(batch, size)[:, None]

    def uniform(*shape: int) -> Tensor:
        drawn = torch.stack([torch.rand(*shape, generator=one, dtype=torch.float64) for one in draws])
        return drawn.to(low.device)

    population = low + (high - low) * uniform(members, size)
    values = objective(population)
    for number in range(generations + 1):
        best = values.argmin(1)
        rows = torch.arange(batch, device=low.device)
        at, lowest = population[rows, best], values[rows, best]
        yield Generation(number, lowest, values.mean(1), values.std(1), at, (number + 1) * members)
        if number == generations:
            return
        others = uniform(members, members).argsort(-1)[..., :2]  # two different members for each
        first, second = (torch.gather(population, 1, others[..., k, None].expand(-1, -1, size)) for k in (0, 1))
        factor = _MUTATION[0] + (_MUTATION[1] - _MUTATION[0]) * uniform(1)[:, None]
        mutant = at[:, None] + factor * (first - second)
        fresh = low + (high - low) * uniform(members, size)
        mutant = torch.where((mutant < low) | (mutant > high), fresh, mutant)
        crossed = uniform(members, size) < _CROSSOVER
        forced = (uniform(members) * size).long().clamp(max=size - 1)
        crossed.scatter_(2, forced[..., None], True)
        trial = torch.where(crossed, mutant, population)
        tried = objective(trial)
        better = tried <= values
        population = torch.where(better[..., None], trial, population)
        values = torch.where(better, tried, values)
