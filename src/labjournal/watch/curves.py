"""Norms of weights, updates and gradients per group of modules, written from the first step on as curves.

Update ratio: ``||W_after - W_before||_2 / ||W_before||_2`` over the tensors of a group, dimensionless; exact for models
of up to EXACT_ELEMENTS on a CPU, else from the sampled elements of each tensor, scaled to its size. A module that
stands still is 0 exactly. Weight and gradient norms are exact. Learning rate: one curve a parameter group. Share of
elements that a step changed: from the samples. Share with a gradient, and bits of a number: when they change.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import torch

from labjournal import tags
from labjournal.watch.event_writer import EventWriter
from labjournal.watch.look import Compared, Look
from labjournal.watch.models import MAX_GROUPS, Models, Named, fold
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import Key, Later, readable, size_of

EXACT_ELEMENTS = 1_000_000
FEW = 5
"""Answers at either end whose mean probability is a curve."""

GLANCES, GLANCES_S = 16, 2.0
"""Points, and seconds, after which losses glanced at are written."""


class _Sums:
    """Squared norms of one group in one round."""

    def __init__(self) -> None:
        self.weight_sq = 0.0
        self.update_sq = 0.0
        self.before_sq = 0.0
        self.grad_sq = 0.0
        self.elements = 0
        self.with_gradient = 0
        self.bits = 0
        """Of all elements."""
        self.sampled = 0
        self.changed = 0.0
        """Of the elements sampled."""


class Curves:
    """Collects the optimizers of one round and writes a point a group; one record a round."""

    def __init__(self, writer: Optional[EventWriter], later: Later, models: Models) -> None:
        self._writer = writer
        self._later = later
        self._models = models
        self._groups: Dict[str, str] = {}
        self._sums: Dict[str, _Sums] = {}
        self._rates: Dict[str, float] = {}
        self._waiting: List[Tuple[int, Dict[str, float]]] = []
        """Points between the rounds, written with the next one."""
        self._told: Dict[str, float] = {}
        self._in_round: Set[Tracked] = set()
        self._step = 0
        self._paced: Optional[Tuple[int, float]] = None
        self._flushed = 0.0
        self.base = 0
        """Steps taken before this process: curves of a resumed run go on where the earlier ones end."""
        self.trouble: Optional[str] = None
        """Why no more points are written."""

    def wants_copies(self, params: List[Any]) -> bool:
        """Small enough for exact update ratios?"""
        return sum(map(size_of, params)) <= EXACT_ELEMENTS and all(
            parameter.device.type == "cpu"
            and readable(parameter) is not None
            and parameter.dtype.itemsize > 1
            and (parameter.is_floating_point() or parameter.is_complex())
            for parameter in params
        )

    def group_of(self, module: str) -> str:
        """The group of a module path; it never changes once a point was written."""
        if module not in self._groups:
            used = len(set(self._groups.values()))
            known = list({named.module: None for _, named, _ in self._models.parameters()})
            new = [path for path in [*known, module] if path not in self._groups]
            self._groups.update(fold(list(dict.fromkeys(new)), max(1, MAX_GROUPS - used)))
        return self._groups[module]

    def add(
        self, look: Look, named: List[Named], outsiders: List[Tuple[Any, Named]]
    ) -> Optional[Callable[[Compared], None]]:
        """Start the norms of one optimizer's step. ``outsiders`` are trainable tensors in no optimizer.

        Returns what takes in the compared samples of the same step when they are on the host.
        """
        if self._writer is None:
            return None
        if look.tracked in self._in_round:
            self.flush()
        self._in_round.add(look.tracked)
        self._step = max(self._step, look.step)
        groups = [self.group_of(name.module) for name in named]
        tensors = list(zip(look.params, groups))
        tensors += [(parameter, self.group_of(name.module)) for parameter, name in outsiders]
        self._norms([parameter for parameter, _ in tensors], [group for _, group in tensors], "weight_sq")
        for parameter, group in tensors:
            item, size = self._sum(group), size_of(parameter)
            item.elements += size
            item.bits += 8 * size * parameter.element_size() if size else 0
            item.with_gradient += size if parameter.grad is not None else 0
        with_grad = [(parameter.grad, group) for parameter, group in tensors if parameter.grad is not None]
        self._norms([grad for grad, _ in with_grad], [group for _, group in with_grad], "grad_sq")
        rates = look.tracked.learning_rates(look.optimizer)
        self._rates.update((f"{look.tracked.label}.{at}", rate) for at, rate in enumerate(rates))
        if look.copies is not None:
            new = [parameter.detach() for parameter in look.params]
            self._norms(list(torch._foreach_sub(new, look.copies)), groups, "update_sq")
            self._norms(look.copies, groups, "before_sq")
        exact, sums, sizes = look.copies is not None, self._sums, [size_of(one) for one in look.params]

        def take(compared: Compared) -> None:
            for at, changed in compared.changed.items():
                sums[groups[at]].changed += changed
                sums[groups[at]].sampled += compared.sizes[at]
            for at, update_sq in compared.update_sq.items() if not exact else ():
                scale = sizes[at] / compared.sizes[at]
                sums[groups[at]].update_sq += update_sq * scale
                sums[groups[at]].before_sq += compared.weight_sq[at] * scale

        return take

    def add_loss(self, loss: Any, step: int) -> None:
        """The number backward was called on (a tensor of one element), for each step looked at."""
        if self._writer is not None:
            name, waiting = f"{tags.WATCH}/loss", self._waiting
            self._later.give(loss.reshape(1), lambda numbers: waiting.append((step, {name: numbers[0]})))

    def add_glance(self, loss: Any, step: int) -> None:
        """The same for a step between looks; written now and then where no round comes."""
        self.add_loss(loss, step)
        self._later.poll()
        now = time.monotonic()
        if not self._in_round and (len(self._waiting) >= GLANCES or now - self._flushed >= GLANCES_S):
            self.flush()

    def add_scores(self, step: int, scores: List[float], right: float) -> None:
        """Probabilities of the answers of one batch: quantiles, and the means of the highest and lowest few; and the
        share of them that is right."""
        if self._writer is None or len(scores) < 2 * FEW:
            return
        ordered = sorted(scores)
        values = {f"{tags.SCORE}/p{share}": ordered[(len(ordered) - 1) * share // 100] for share in (10, 50, 90)}
        values[f"{tags.SCORE}/lowest_{FEW}"] = sum(ordered[:FEW]) / FEW
        values[f"{tags.SCORE}/highest_{FEW}"] = sum(ordered[-FEW:]) / FEW
        values[tags.RIGHT] = right
        self._waiting.append((step, values))

    def add_epoch(self, epoch: Dict[str, Any]) -> None:
        """How many samples a data set gave in an epoch, and how many of them were different."""
        values = {tags.curve(f"{tags.WATCH}/samples", epoch["dataset"]): float(epoch["samples"])}
        if epoch["distinct"] is not None:
            values[tags.curve(f"{tags.WATCH}/distinct", epoch["dataset"])] = float(epoch["distinct"])
        self._waiting.append((epoch["step"], values))

    def round_complete(self, stepping: List[Tracked]) -> bool:
        return all(tracked in self._in_round for tracked in stepping)

    def _sum(self, group: str) -> _Sums:
        return self._sums.setdefault(group, _Sums())

    def _norms(self, tensors: List[Any], groups: List[str], what: str) -> None:
        packs: Dict[Key, List[Tuple[Any, str]]] = {}
        for tensor, group in zip(tensors, groups):
            plain = readable(tensor)
            if plain is not None and plain.is_floating_point():
                packs.setdefault((plain.device, plain.dtype), []).append((plain, group))
        sums = self._sums
        for pack in packs.values():
            norms_N = torch.stack(torch._foreach_norm([tensor for tensor, _ in pack], 2)).float()
            names = [group for _, group in pack]
            for group in names:
                self._sum(group)

            def landed(values_N: List[float], names: List[str] = names, sums: Dict[str, _Sums] = sums) -> None:
                for group, value in zip(names, values_N):
                    setattr(sums[group], what, getattr(sums[group], what) + value * value)

            self._later.give(norms_N, landed)

    def flush(self) -> None:
        """Write the round, once the numbers that are still on their way from a GPU have arrived."""
        if self._writer is None or not (self._in_round or self._waiting):
            return
        self._flushed = time.monotonic()
        sums, rates, waiting, step = self._sums, self._rates, self._waiting, self._step
        pace = self._pace(step) if self._in_round else None
        self._sums, self._rates, self._waiting, self._in_round, self._step = {}, {}, [], set(), 0
        writer, base = self._writer, self.base

        def write(_: Any = None) -> None:
            values: Dict[str, float] = {}
            for group, item in sums.items():
                values[tags.curve(tags.WEIGHT_NORM, group)] = item.weight_sq**0.5
                values[tags.curve(tags.UPDATE_RATIO, group)] = _ratio(item.update_sq, item.before_sq)
                values[tags.curve(tags.GRAD_NORM, group)] = item.grad_sq**0.5
                if item.sampled:
                    values[tags.curve(tags.CHANGED, group)] = item.changed / item.sampled
                self._seldom(values, group, item)
            values.update((tags.curve(tags.LEARNING_RATE, name), rate) for name, rate in rates.items())
            if values and pace is not None:
                values[f"{tags.SYSTEM}/steps_per_s"] = pace
            try:
                points = [*waiting, (step, values)] if values else waiting
                writer.add_all([(base + at, of_step) for at, of_step in points])
            except OSError as error:  # a full disk ends the curves, not the checks
                self._writer, self.trouble = None, f"{error.strerror}"

        self._later.after_all(write)

    def _seldom(self, values: Dict[str, float], group: str, item: _Sums) -> None:
        """What stays as it is for most runs is written when it has changed."""
        if not item.elements:
            return
        for quantity, value in (
            (tags.WITH_GRADIENT, item.with_gradient / item.elements),
            (tags.BITS, item.bits / item.elements),
        ):
            name = tags.curve(quantity, group)
            if self._told.get(name) != value:
                self._told[name] = values[name] = value

    def _pace(self, step: int) -> Optional[float]:
        """Steps a second since the last round this was said in; None within its second."""
        now = time.monotonic()
        if self._paced is None or step <= self._paced[0]:
            self._paced = (step, now)
            return None
        before, at = self._paced
        if now - at < 1.0:
            return None
        self._paced = (step, now)
        return (step - before) / (now - at)


def _ratio(update_sq: float, before_sq: float) -> float:
    """0 for what stands still, also at 0; infinite for the first step away from 0; NaN when a number is."""
    if update_sq == 0:
        return 0.0
    return float((update_sq / before_sq) ** 0.5) if before_sq != 0 else float("inf")
