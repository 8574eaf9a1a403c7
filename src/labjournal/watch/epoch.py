"""One pass through a DataLoader: its rows, their order, classes and targets."""

from __future__ import annotations

import math
import weakref
from collections import Counter
from typing import Any, Callable, Dict, List, Set

PASSES_A_START = 4
"""Backward passes from one start of a loader to the next, at most: more live on other data, and this one is a look at
the validation set now and then."""


class Epoch:
    """One pass through a DataLoader, as far as it has come."""

    def __init__(self, iterator: Any, backwards: int) -> None:
        self.ref = weakref.ref(iterator)
        self.dataset = _weak(iterator._dataset)
        self.key = id(iterator._dataset)
        self.name = type(iterator._dataset).__name__
        self.workers = int(getattr(iterator, "_num_workers", 0))
        self.iterable = int(getattr(iterator, "_dataset_kind", 0)) == 1
        self.bundler = getattr(iterator, "_index_sampler", None)
        self.sampler = getattr(self.bundler, "sampler", self.bundler)
        """Who gives the order: torch's BatchSampler only bundles; one of the script may do both."""
        self.planned = 0 if self.iterable else _length(self.bundler)
        self.backwards = self.backwards_last = backwards
        """Backward passes before its first batch and before its last one so far."""
        self.learning = False
        """That one was fetched with gradients on."""
        self.rows: Dict[int, List[int]] = {}
        """Hash -> [times, batch and place of the first]."""
        self.classes: Counter[int] = Counter()
        self.targets: Set[float] = set()
        """Lowest and highest number of the targets of each batch, one a sample."""
        self.n = 0
        self.batches = 0
        self.order = 0
        self.near = 0
        self.whole = True
        self.values: Set[float] = set()
        self.scarce = self.symbols = False
        self.kinds: List[Set[int]] = []
        """The different numbers in each column of scarce rows."""
        self.first = 0
        self.over = False
        """Judged already."""

    def possible(self) -> float:
        """How many rows the numbers seen in the columns of scarce rows can make."""
        return math.prod(map(len, self.kinds)) if self.kinds else math.inf

    @property
    def gave_all(self) -> bool:
        """Has it given as many batches as its sampler makes, and more than one?"""
        return 1 < self.batches == self.planned

    def forget(self) -> None:
        self.whole = False
        self.rows.clear()


def _weak(dataset: Any) -> Callable[[], Any]:
    """A weak reference; a list or another that allows none counts as alive, and is not kept alive either."""
    try:
        return weakref.ref(dataset)
    except TypeError:
        return lambda: True


def _length(bundler: Any) -> int:
    """Batches that samplers of torch make; another's may be found by drawing them all, so that it is not asked."""
    parts = (bundler, getattr(bundler, "sampler", bundler))
    if not all(type(one).__module__.startswith("torch.utils.data") for one in parts):
        return 0
    try:
        return len(bundler)
    except TypeError:  # of a data set that does not know its own
        return 0
