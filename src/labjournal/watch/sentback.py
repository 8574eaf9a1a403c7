"""The losses that backward was called on: read whole at steps that are looked at, glanced at between them.

A glance is the number alone, for the curve of the loss: looks may be paid for the first part of a run only, and a
curve that ends there says nothing of what came after.
"""

from __future__ import annotations

from typing import Any, Optional

import torch

from labjournal.watch.curves import Curves

APART = 1000
"""Steps so far over steps from glance to glance: some thousands of points, however long a run is."""

_DEVICES = ("cpu", "cuda")
"""On which a number can be had without waiting for it."""


class SentBack:
    """The losses on which backward was called since the last step looked at: the last one, and the largest in size."""

    def __init__(self) -> None:
        self._last: Optional[Any] = None
        self._largest: Optional[Any] = None
        self._glance: Optional[Any] = None
        self._glanced = 0

    def note(self, tensors: Any, due: bool, step: int) -> None:
        """``due``: the step that follows is looked at; else it may be glanced at, where ``step`` says which it is."""
        loss = scalar_loss(tensors) if due or step > self._glanced + step // APART else None
        self._glance = loss if not due and type(loss) is torch.Tensor and loss.device.type in _DEVICES else None
        self._last = loss.float().reshape(1) if due and loss is not None else None
        if self._last is not None:
            size, before = self._last.abs(), self._largest
            self._largest = size if before is None or before.device != size.device else torch.maximum(size, before)

    def take(self) -> Optional[Any]:
        """Both as one tensor on their device, once."""
        last, largest = self._last, self._largest
        self._last = self._largest = None
        return None if last is None or largest is None else torch.cat([last, largest])

    def glance(self, curves: Curves, step: int) -> None:
        """After a step that was not looked at."""
        loss, self._glance = self._glance, None
        if loss is not None:
            self._glanced = step
            curves.add_glance(loss.float(), step)


def scalar_loss(tensors: Any) -> Optional[Any]:
    """The loss among the arguments of backward: a tensor of one element, or None."""
    first = tensors[0] if isinstance(tensors, (list, tuple)) and tensors else tensors
    if getattr(first, "numel", None) is None or first.numel() != 1 or getattr(first, "is_meta", False):
        return None
    return first.detach()
