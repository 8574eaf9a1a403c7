"""One look at one optimizer step: what was there before, what is there after, and the numbers that compare them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional

import torch

from labjournal.watch.models import Named
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import Key, Later, Pack, gather

ACROSS = 0.3
"""Cosine; weights replaced by others of the same law stand at -0.7, shrunk ones at -1."""
ALONG = 0.9999
DROPPED_SIZE, BACK_SIZE = 0.5, 0.1
"""Squared, as shares of the mean over all elements."""


@dataclass
class Look:
    """Lives from the pre-hook to the post-hook of a step; ``params`` are strong references and go with it."""

    tracked: Tracked
    optimizer: Any
    params: List[Any]
    step: int
    curves: bool
    rates: List[float]
    """Learning rate, one item a tensor."""
    before: Dict[Key, Pack]
    none: List[bool]
    """The gradient was None before the step and after it (LBFGS makes its gradients inside)."""
    copies: Optional[List[Any]] = None
    """Whole copies from before, for exact norms of small models at curve looks."""
    after: Dict[Key, Pack] = field(default_factory=dict)
    grads: Dict[Key, Pack] = field(default_factory=dict)
    """Samples of the gradients, as they were after the step."""

    @property
    def real(self) -> bool:
        """Could the step change anything? With every learning rate at 0 it could not."""
        return any(rate > 0 for rate in self.rates)


@dataclass(frozen=True)
class Previous:
    """The samples of an optimizer's last look."""

    step: int
    before: Dict[Key, Pack]
    after: Dict[Key, Pack]
    first: Dict[Key, Pack]
    """Those before the first step looked at; empty once steps are no longer looked at one by one."""


@dataclass
class Compared:
    """What comparing the samples of one look gave, one item a tensor; absent tensors were not readable."""

    changed: Dict[int, float] = field(default_factory=dict)
    """Sampled elements that differ after the step."""
    bad: Dict[int, float] = field(default_factory=dict)
    """Sampled elements that are NaN or infinite after the step."""
    undone: Dict[int, bool] = field(default_factory=dict)
    """The tensor stands before this step exactly as it stood before the last step looked at."""
    moved_outside: Dict[int, float] = field(default_factory=dict)
    """Relative size of the change between the previous step and this one, elements set to 0 left out."""
    drifted: Dict[int, float] = field(default_factory=dict)
    """The same where steps that were not looked at lie between: what they did, and whatever else was done."""
    across: Dict[int, bool] = field(default_factory=dict)
    """That change has nothing of the weights in it, for or against: noise. Other weights take the old ones away."""
    shrunk: Dict[int, bool] = field(default_factory=dict)
    """That change makes all elements smaller by the same factor, as a projection onto a ball does."""
    taken_back: Dict[int, float] = field(default_factory=dict)
    """Share of the previous step that the change between it and this one takes back: 1 is all of it."""
    dropped: Dict[int, float] = field(default_factory=dict)
    """Share of its elements set to 0 between the previous step and this one whatever their size, and never put back."""
    to_start: Dict[int, float] = field(default_factory=dict)
    """Cosine between that change and the way back to the weights of the first step; -1 where it leads to 0 as well."""
    way_back: Dict[int, float] = field(default_factory=dict)
    """Length of that change as a share of that way."""
    grad_zero: Dict[int, bool] = field(default_factory=dict)
    """Every sampled element of the gradient is exactly 0."""
    grad_sq: Dict[int, float] = field(default_factory=dict)
    update_sq: Dict[int, float] = field(default_factory=dict)
    weight_sq: Dict[int, float] = field(default_factory=dict)
    """Before the step."""
    along: Dict[int, float] = field(default_factory=dict)
    """Sum over the sample of change times weight: negative when the step shrinks the weights."""
    sizes: Dict[int, int] = field(default_factory=dict)


def compare(
    look: Look,
    previous: Optional[Previous],
    later: Later,
    use: Callable[[Compared], None],
) -> None:
    """Compare the samples on their device and call ``use`` when all numbers are on the host.

    ``previous`` are the samples of the last step looked at.
    """
    result = Compared()
    grads = gather_grads(look.params)
    waiting = len(look.after) + len(grads)
    if not waiting:
        use(result)
        return

    def done() -> None:
        nonlocal waiting
        waiting -= 1
        if not waiting:
            use(result)

    for key, after in look.after.items():
        before = look.before.get(key)
        if before is None or before.index != after.index:
            before = after
        rows = _rows(before, after, previous, key, look.step)

        def landed(rows_RN: List[List[float]], pack: Pack = after) -> None:
            for at, tensor in enumerate(pack.index):
                result.changed[tensor], result.bad[tensor] = rows_RN[0][at], rows_RN[1][at]
                result.update_sq[tensor], result.weight_sq[tensor] = rows_RN[2][at], rows_RN[3][at]
                result.sizes[tensor] = pack.sizes[at]
                result.along[tensor] = rows_RN[4][at]
                if len(rows_RN) > 5:
                    result.undone[tensor] = not rows_RN[5][at]
                if len(rows_RN) == 8:
                    result.drifted[tensor] = (rows_RN[6][at] / (rows_RN[7][at] + 1e-30)) ** 0.5
                if len(rows_RN) > 8:
                    result.moved_outside[tensor] = (rows_RN[6][at] / (rows_RN[7][at] + 1e-30)) ** 0.5
                    result.taken_back[tensor] = -rows_RN[8][at] / (rows_RN[9][at] + 1e-30)
                    result.across[tensor] = abs(rows_RN[10][at]) < ACROSS
                    result.shrunk[tensor] = rows_RN[10][at] < -ALONG
                    result.dropped[tensor] = rows_RN[11][at]
                if len(rows_RN) > 12:
                    result.to_start[tensor], result.way_back[tensor] = rows_RN[12][at], rows_RN[13][at]
            done()

        later.give(rows, landed)
    for pack in grads.values():

        def grads_landed(rows_2N: List[List[float]], pack: Pack = pack) -> None:
            for at, tensor in enumerate(pack.index):
                result.grad_zero[tensor] = not rows_2N[0][at]
                result.grad_sq[tensor] = rows_2N[1][at]
            done()

        values_NK = pack.values_NK.float()
        later.give(torch.stack([(pack.values_NK != 0).sum(1).float(), values_NK.square().sum(1)]), grads_landed)
    look.grads = grads


def gather_grads(params: List[Any]) -> Dict[Key, Pack]:
    """Samples of the gradients that are there; ``index`` counts in ``params``."""
    with_grad = [(at, parameter.grad) for at, parameter in enumerate(params) if parameter.grad is not None]
    packs = gather([grad for _, grad in with_grad])
    for pack in packs.values():
        pack.index = [with_grad[at][0] for at in pack.index]
    return packs


def _rows(before: Pack, after: Pack, previous: Optional[Previous], key: Key, step: int) -> Any:
    """(R, N) on the device: changed, not finite, |dW|^2, |W|^2, dW.W; with a previous look: changed since before it,
    squared change since after it, its squared size; when that was the step just before this one: the product of that
    change with the step, the squared step, ``Compared.across`` and ``dropped``; with the weights of the start:
    ``to_start`` and ``way_back``."""
    old_NK, new_NK = before.values_NK, after.values_NK
    old = old_NK.float()
    step_NK = new_NK.float() - old
    rows = [
        (old_NK != new_NK).sum(1).float(),
        (~torch.isfinite(new_NK)).sum(1).float(),
        step_NK.square().sum(1),
        old.square().sum(1),
        (step_NK * old).sum(1),
    ]
    if previous is not None:
        first, last = previous.before.get(key), previous.after.get(key)
        if first is not None and last is not None and first.index == last.index == before.index:
            rows.append((first.values_NK != old_NK).sum(1).float())
            ended = last.values_NK.float()
            outside = old - ended
            if previous.step < step - 1:
                rows += [outside.square().sum(1), ended.square().sum(1)]
            else:
                step_before = ended - first.values_NK.float()
                spared = _pruned_or_clipped(old_NK)
                kept = torch.where(spared, torch.zeros_like(outside), outside)
                rows += [kept.square().sum(1), ended.square().sum(1)]
                # Elements put back whole beside others left alone are masked on purpose: nothing is taken back there.
                masked = ((old_NK == first.values_NK) | (old_NK == last.values_NK) | spared).all(1)
                rows += [torch.where(masked, 0.0, (outside * step_before).sum(1)), step_before.square().sum(1)]
                rows.append(torch.nn.functional.cosine_similarity(outside, ended, dim=1))
                rows.append(_dropped(first.values_NK, ended, old))
                start = previous.first.get(key)
                if start is not None and start.index == before.index:
                    rows += _to_start(outside, ended, start.values_NK.float())
    return torch.stack(rows)


def _pruned_or_clipped(old_NK: Any) -> Any:
    """Elements set to 0 beside others that are not, and those at a bound: several have the largest size there is."""
    sizes_NK = old_NK.abs()
    bound_NK = (sizes_NK == sizes_NK.amax(1, keepdim=True)) & (old_NK != 0)
    return ((old_NK == 0) & (old_NK != 0).any(1, keepdim=True)) | (bound_NK & (bound_NK.sum(1, keepdim=True) > 1))


def _dropped(first_NK: Any, ended_NK: Any, old_NK: Any) -> Any:
    """(N,) share of the elements set to 0 since the previous step, where those are no smaller than others, as what is
    pruned or clipped is, and where the last ones were not put back since."""
    mean_N = ended_NK.square().mean(1)
    fresh_NK, before_NK = (old_NK == 0) & (ended_NK != 0), first_NK == 0
    fresh_N, before_N = fresh_NK.sum(1), before_NK.sum(1)
    as_large_N = (ended_NK * fresh_NK).square().sum(1) > DROPPED_SIZE * mean_N * fresh_N
    stays_N = (old_NK * before_NK).square().sum(1) <= BACK_SIZE * mean_N * before_N
    return torch.where(as_large_N & stays_N, fresh_N / old_NK.shape[1], 0.0)


def _to_start(outside_NK: Any, ended_NK: Any, start_NK: Any) -> List[Any]:
    """(N,) cosine of ``outside`` with ``start - ended``; -1 where ``outside`` leads to 0, as decay does, or goes most
    of the way, as what puts masked elements back does. (N,) how much of the way it goes."""
    cosine = torch.nn.functional.cosine_similarity
    way_NK = start_NK - ended_NK
    share_N = outside_NK.norm(dim=1) / (way_NK.norm(dim=1) + 1e-30)
    other_N = (cosine(outside_NK, -ended_NK, dim=1) > 0.9) | (share_N > 0.6)
    found_N = cosine(outside_NK, way_NK, dim=1)
    return [torch.where(other_N, -torch.ones_like(found_N), found_N), share_N]


Names = Callable[[List[Any], Tracked], List[Named]]
"""Gives each tensor of an optimizer its name."""
