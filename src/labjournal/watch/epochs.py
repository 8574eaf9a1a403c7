"""What the DataLoaders deliver: how many samples an epoch, how many different ones, in which order.

duplicate_samples, order_repeat, constant_input, train_val_overlap, planned_steps_differ. Each row becomes a 64-bit
hash; an epoch seen in part is not judged, and after JUDGED epochs of a data set its rows are only counted.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Callable, Dict, List, Optional

from labjournal.watch.blank import Blank
from labjournal.watch.drawing import mixes
from labjournal.watch.epoch import PASSES_A_START, Epoch
from labjournal.watch.findings import Findings
from labjournal.watch.guard import Guard
from labjournal.watch.heldout import HeldOut
from labjournal.watch.leaks import Leaks
from labjournal.watch.overlap import Held, Overlap
from labjournal.watch.rows import Batch, labels_among, one_a_sample
from labjournal.watch.rules import NOTICE

JUDGED = 3
MIN_ROWS = 32
MANY_VALUES = 16
"""Rows made of fewer different numbers (bits, one-hot codes) are equal by chance."""
MIN_DISTINCT = 64
FIRST_ONLY = 10
EMPTY = 2
"""Epochs in a row without a batch, of a data set that had some."""
MAX_ROWS = 500_000
MAX_CLASSES = 100


def _repeats(dataset: Any, times: int) -> bool:
    """Is it made to hold its rows so many times: the same parts joined again and again, or a number that says so?"""
    parts = getattr(dataset, "datasets", None)
    if isinstance(parts, (list, tuple)) and len(parts) > len({id(part) for part in parts}):
        return True
    settings = getattr(dataset, "__dict__", {})
    return any(type(value) is int and value == times for value in settings.values())


class _Known:
    """What is kept of a data set between its epochs."""

    def __init__(self, name: str, findings: Findings, dataset: Callable[[], Any]) -> None:
        self.name = name
        self.dataset = dataset
        self.leaks, self.blank = Leaks(findings, name), Blank(findings, name)
        self.epochs = 0
        self.order = self.first = self.abandoned = 0
        self.samples = 0
        """Of the last epoch that had any."""
        self.empty = 0
        """Epochs without a batch since."""
        self.started = 0
        """Backward passes when it was started last."""


class Epochs:
    """The data family, over all DataLoaders of the process."""

    def __init__(
        self,
        guard: Guard,
        findings: Findings,
        state: Callable[[Dict[str, Any]], None],
        affords: Callable[[], bool],
        rng_jumped: Callable[[], bool],
    ) -> None:
        self._guard = guard
        self._findings = findings
        self._state = state
        self._affords = affords
        self._rng_jumped = rng_jumped
        self._running: Dict[int, Epoch] = {}
        self._known: Dict[int, _Known] = {}
        self._names: Counter[str] = Counter()
        self.trainings: Counter[int] = Counter()
        """How often each data set, by key, was gone through and trained on."""
        self._last_fed: Optional[int] = None
        """The data set, by key, that the last batch came from."""
        self._overlap = Overlap(findings)
        self.held_out = HeldOut(findings, self._overlap)
        self.starved = 0
        self.seen = 0
        self.only_target: Optional[float] = None
        """The target of every sample of the data trained on, where all of an epoch have the same; NaN where not."""
        self.own_order = False
        """A data set trained on gives its samples in an order of its own, and nothing in its code draws one."""

    def batch(self, iterator: Any, data: Any, backwards: int, step: int, learning: bool) -> None:
        """``learning``: the script fetches it with gradients on."""
        epoch = self._running.get(id(iterator))
        if epoch is None or epoch.ref() is not iterator or epoch.over:  # workers that persist share one
            self._end_all_given(step)
            epoch = self._running[id(iterator)] = Epoch(iterator, backwards)
            if len(self._running) > 64:
                self._running = {key: one for key, one in self._running.items() if one.ref() is not None}
        self.seen += 1
        known = self._of(epoch)
        epoch.batches += 1
        epoch.backwards_last, epoch.learning = backwards, learning
        given = Batch(data)
        inputs, targets = given.inputs, given.targets
        epoch.n += int(inputs.shape[0]) if inputs is not None and inputs.dim() else 0
        if not epoch.whole or known.epochs >= JUDGED:
            return
        if inputs is None or epoch.n > MAX_ROWS or not self._affords():
            self.starved += inputs is not None
            epoch.forget()
            return
        marks = given.marks()
        epoch.scarce, epoch.symbols = epoch.scarce | given.scarce, given.symbols
        epoch.kinds = epoch.kinds or [set() for _ in given.columns]
        for kinds, column in zip(epoch.kinds, given.columns):
            kinds.update(column)
        if marks is None:
            epoch.forget()
            return
        self._count(epoch, marks, inputs, targets)
        self._guard.run(known.leaks.add, inputs, targets, step)
        self._guard.run(known.blank.add, given, step)
        if epoch.batches == 1:
            epoch.first = hash(tuple(marks))
            feeds = learning and epoch.backwards - known.started <= PASSES_A_START
            self._first_only(epoch, known, iterator, step, feeds and self._last_fed in (None, epoch.key))
        self._last_fed = epoch.key

    def _of(self, epoch: Epoch) -> _Known:
        known = self._known.get(epoch.key)
        if known is None or known.dataset() is None:
            self._names[epoch.name] += 1
            number = self._names[epoch.name]
            epoch.name = epoch.name if number == 1 else f"{epoch.name}#{number}"
            known = self._known[epoch.key] = _Known(epoch.name, self._findings, epoch.dataset)
        epoch.name = known.name
        return known

    @staticmethod
    def _count(epoch: Epoch, marks: List[int], inputs: Any, targets: Optional[Any]) -> None:
        for place, mark in enumerate(marks):
            first = epoch.rows.setdefault(mark, [0, epoch.batches, place])
            first[0] += 1
            epoch.near += 0 < epoch.batches - first[1] < epoch.workers and first[2] == place
        epoch.order = hash((epoch.order, *marks))
        if len(epoch.values) <= MANY_VALUES:
            epoch.values.update(inputs.detach().reshape(-1)[:2000].tolist())
        if targets is not None and one_a_sample(targets) and len(epoch.targets) < 2:
            epoch.targets.update((float(targets.min()), float(targets.max())))
        if targets is not None and len(epoch.classes) < MAX_CLASSES:
            epoch.classes.update(labels_among(targets))

    def _first_only(self, epoch: Epoch, known: _Known, iterator: Any, step: int, feeds: bool) -> None:
        """``next(iter(loader))`` at each step: always the first batch of a loader that has more."""
        more = not epoch.iterable and len(getattr(iterator, "_index_sampler", ())) > 1
        known.abandoned = known.abandoned + 1 if more and feeds and epoch.first == known.first else 0
        known.first, known.started = epoch.first, epoch.backwards
        for other in self._running.values():
            if other is not epoch and other.key == epoch.key and other.batches > 1:
                known.abandoned = 0
        if known.abandoned == FIRST_ONLY and step > FIRST_ONLY // 2:
            self._findings.say(
                "order_repeat",
                step,
                f"The loader of {{subject}} was started {FIRST_ONLY + 1} times and gave the same first batch each "
                "time, and never a second: training sees one batch only.",
                evidence={"times": FIRST_ONLY + 1, "rows": epoch.n},
                subject=known.name,
            )

    def trained_on(self) -> str:
        """The only data set so far, by name."""
        return next(iter(self._known.values())).name if len(self._known) == 1 else "the training data"

    def optimizer_made(self) -> None:
        self._overlap.forget()
        self.held_out.forget()

    # -- at the end of an epoch

    def epoch_end(self, iterator: Any, backwards: int, step: int) -> None:
        epoch = self._running.pop(id(iterator), None)
        if epoch is None or epoch.ref() is not iterator:
            self._ran_dry(iterator, step)
            return
        if not epoch.over:
            passes = backwards - epoch.backwards
            self._ended(epoch, passes, passes > 0, step)

    def _end_all_given(self, step: int) -> None:
        """``for _ in range(len(loader)): next(it)`` never asks for the end of an epoch that has given all."""
        for epoch in list(self._running.values()):
            if not epoch.over and epoch.gave_all and epoch.dataset() is not None:
                passes = epoch.backwards_last - epoch.backwards
                self._ended(epoch, passes, epoch.learning and 0 < passes <= PASSES_A_START * epoch.batches, step)
                epoch.forget()

    def _ended(self, epoch: Epoch, passes: int, training: bool, step: int) -> None:
        epoch.over = True
        known = self._of(epoch)
        known.epochs += 1
        known.samples, known.empty = epoch.n, 0
        self.trainings[epoch.key] += training
        if known.epochs <= JUDGED or training:
            self._tell(epoch, known, training, step)
        if not epoch.whole or known.epochs > JUDGED or epoch.n < MIN_ROWS:
            return
        self._duplicates(epoch, step)
        if training and epoch.targets:
            only = next(iter(epoch.targets)) if len(epoch.targets) == 1 else math.nan
            self.only_target = only if self.only_target in (None, only) else math.nan
        again = known.order == epoch.order and len(epoch.rows) > epoch.n // 2
        own = epoch.iterable or getattr(epoch.sampler, "generator", None) is not None
        by = "its own code" if epoch.iterable else f"the sampler ({type(epoch.sampler).__name__})"
        self.own_order |= training and epoch.iterable and not self._shuffles(epoch)
        # Drawn from the global random state, which was put back: rng_reset tells it.
        if training and again and self._shuffles(epoch) and (own or not self._rng_jumped()):
            self._findings.say(
                "order_repeat",
                step,
                f"Two epochs of {{subject}} came in the same order of {epoch.n} samples, though {by} shuffles.",
                evidence={"rows": epoch.n, "sampler": type(epoch.sampler).__name__},
                subject=known.name,
            )
        known.order = epoch.order
        held = Held(known.name, len(epoch.values) > MANY_VALUES, epoch.scarce, epoch.possible(), epoch.symbols)
        self._guard.run(self._overlap.add, held, epoch, training, passes, step)

    def _ran_dry(self, iterator: Any, step: int) -> None:
        """An epoch ends without a batch: did those before it have some?"""
        known = self._known.get(id(iterator._dataset))
        if known is None or known.dataset() is not iterator._dataset or not known.samples:
            return
        known.empty += 1
        if known.empty == EMPTY:
            self._findings.say(
                "planned_steps_differ",
                step,
                f"{{subject}} gave {known.samples} samples in an epoch, and not one in the {EMPTY} after it: what it "
                "reads from is at its end, so that nothing is trained on any more.",
                evidence={"samples_before": known.samples, "empty_epochs": EMPTY},
                subject=known.name,
            )

    def _tell(self, epoch: Epoch, known: _Known, training: bool, step: int) -> None:
        whole = epoch.whole and known.epochs <= JUDGED
        self._state(
            {
                "dataset": known.name,
                "epoch": known.epochs,
                "step": step,
                "samples": epoch.n,
                "distinct": len(epoch.rows) if whole else None,
                "order": f"{epoch.order & (1 << 64) - 1:016x}" if whole else None,
                "batches": epoch.batches,
                "workers": epoch.workers,
                "training": training,
                "classes": {str(key): count for key, count in sorted(epoch.classes.items())} if whole else None,
            }
        )

    @staticmethod
    def _shuffles(epoch: Epoch) -> bool:
        if epoch.iterable:  # its order is its own: does its code draw one?
            return mixes(epoch.dataset())
        name = type(epoch.sampler).__name__
        told = name == "RandomSampler" or bool(getattr(epoch.sampler, "shuffle", False)) or "Shuffle" in name
        return told or mixes(epoch.sampler) or mixes(epoch.bundler)

    def _duplicates(self, epoch: Epoch, step: int) -> None:
        n, distinct = epoch.n, len(epoch.rows)
        evidence = {"samples": n, "distinct": distinct, "workers": epoch.workers, "batches": epoch.batches}
        if distinct == 1 and epoch.batches >= 2:
            self._findings.say(
                "constant_input",
                step,
                f"All {n} inputs of an epoch of {{subject}} are the same.",
                evidence=evidence,
                subject=epoch.name,
            )
            return
        times = Counter(first[0] for first in epoch.rows.values())
        common, rows = times.most_common(1)[0]
        replaced = bool(getattr(epoch.sampler, "replacement", False)) or "Weighted" in type(epoch.sampler).__name__
        varied = len(epoch.values) > MANY_VALUES
        why, level = "", None
        if epoch.workers > 1 and epoch.iterable and common == epoch.workers and rows > 0.9 * distinct:
            why = f"each of the {epoch.workers} workers delivers the whole data set"
        elif epoch.workers > 1 and epoch.near > 0.3 * n and varied:
            why = "the workers share one random state"
        elif common > 1 and rows > 0.9 * distinct and not replaced and varied and distinct >= MIN_DISTINCT:
            why = f"each occurs {common} times"
            level = NOTICE if _repeats(epoch.dataset(), common) else None
        elif distinct < 0.5 * n and not replaced and not epoch.scarce:
            why, level = "rows occur again within an epoch", NOTICE
        if why:
            self._findings.say(
                "duplicate_samples",
                step,
                f"An epoch of {{subject}} has {n} samples, {distinct} of them different: {why}.",
                evidence={**evidence, "why": why},
                level=level,
                subject=epoch.name,
            )

    def end(self, step: int) -> None:
        self._guard.last(self._overlap.end, step)
        self._guard.last(self.held_out.end, step)
