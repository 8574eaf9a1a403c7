"""The loss: a scale-invariant error, the blend with the sample covariance, its annealing, and the guards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_FLOOR = 1e-12
_SAFE_BETA = 0.999
_SAFE_SHARE = 0.2
_LARGE_WEIGHT = 100.0


class Stop(Exception):
    """A guard has spoken; the run ends."""


def nmse_parts(estimate: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
    """Errors of the diagonal and of the rest, (B,) each; both matrices are divided by their trace over N first.

    A reference that is diagonal gives an off-diagonal part of order 1e11: the floor of the denominator keeps it
    finite and is no protection.
    """
    estimate, reference = _unit_trace(estimate), _unit_trace(reference)
    diagonal = torch.eye(reference.shape[-1], dtype=torch.bool, device=reference.device)
    wrong, size = (estimate - reference).abs().square(), reference.abs().square()
    on, off = (wrong[..., keep].mean(-1) / (size[..., keep].mean(-1) + _FLOOR) for keep in (diagonal, ~diagonal))
    return on, off


def nmse(estimate: Tensor, reference: Tensor) -> Tensor:
    """Mean of both parts, (B,)."""
    on, off = nmse_parts(estimate, reference)
    return 0.5 * (on + off)


def blend(predicted: Tensor, sampled: Tensor, beta: float) -> Tensor:
    """``(1 - beta) R_pred + beta R_samp``."""
    if predicted.shape != sampled.shape:
        raise Stop(f"guard shapes: {tuple(predicted.shape)} and {tuple(sampled.shape)} cannot be blended")
    return (1 - beta) * predicted + beta * sampled


@dataclass(frozen=True)
class Annealing:
    """``beta(e) = b0 + (b1 - b0) e / W`` up to W, then b1. Epochs count from ``first``, 1 or 0, never both."""

    start: float
    end: float
    warm_up: int
    first: int = 1

    @classmethod
    def over(cls, epochs: int, start: float, end: float) -> Annealing:
        return cls(start, end, max(2, int(0.2 * epochs)))

    def __call__(self, epoch: int) -> float:
        return self.start + (self.end - self.start) * min(1.0, epoch / self.warm_up)


@dataclass(frozen=True)
class Weights:
    """Of the main and of the auxiliary part of the loss."""

    cov: float
    pred: float

    def at(self, beta: float) -> Weights:
        """With ``beta`` near 1 the main part has no gradient to the network, and the auxiliary part must carry it.

        The old weight is back when beta falls again.
        """
        return Weights(self.cov, max(self.pred, _SAFE_SHARE * self.cov)) if beta >= _SAFE_BETA else self

    def check(self) -> str | None:
        """Raises Stop for a main weight that is not above 0; returns a notice for a very large one."""
        if not self.cov > 0:
            raise Stop(f"guard lam_cov > 0: lam_cov is {self.cov:g}, the main loss has no weight")
        return f"notice: lam_cov is {self.cov:g}, not below {_LARGE_WEIGHT:g}" if self.cov >= _LARGE_WEIGHT else None

    def total(self, main: Tensor, aux: Tensor) -> Tensor:
        return self.cov * main + self.pred * aux


def check_finite(snapshots: Tensor, numbers: Tensor) -> None:
    """Raises Stop with the numbers of the samples that hold anything that is not finite."""
    bad = ~torch.view_as_real(snapshots).isfinite().flatten(1).all(1)
    if bad.any():
        raise Stop(f"guard finite: not finite in sample {', '.join(map(str, numbers[bad].tolist()))}")


def guarded(*checks: Callable[[], object]) -> None:
    """Every guard speaks before the run ends. Raises Stop with the words of all."""
    said = []
    for check in checks:
        try:
            check()
        except Stop as stop:
            said.append(str(stop))
    if said:
        raise Stop("; ".join(said))


def check_gradient(blended: Tensor, predicted: Tensor) -> None:
    for name, matrix in (("R_blend", blended), ("R_pred", predicted)):
        if not matrix.requires_grad:
            raise Stop(f"guard requires_grad: {name} does not require a gradient, the network cannot learn from it")


class Stuck:
    """Raises Stop when the loss is exactly 0, or has not changed at all, for 20 steps."""

    def __init__(self, steps: int = 20) -> None:
        self._allowed = steps
        self._last: float | None = None
        self._same = 0

    def see(self, loss: float) -> None:
        self._same = self._same + 1 if loss == self._last else 1
        self._last = loss
        if self._same >= self._allowed:
            what = "exactly 0" if loss == 0 else f"unchanged at {loss!r}"
            raise Stop(f"guard moving loss: the loss is {what} for {self._same} steps")


def _unit_trace(matrix: Tensor) -> Tensor:
    size = matrix.shape[-1]
    return matrix * size / matrix.diagonal(dim1=-2, dim2=-1).real.sum(-1)[..., None, None]
