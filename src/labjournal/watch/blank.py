"""An input of which every number is the same, as images that a cast has rounded to 0: constant_input.

The other inputs of a batch may tell the rows apart, and a model learns from them alone.
"""

from __future__ import annotations

from typing import Any, Optional

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.rows import Batch

ROWS = 256
NUMBERS = 16
"""A row, at least: fewer may be a switch or a placeholder."""


class Blank:
    """The largest input of the batches of one data set, until two numbers of it differ."""

    def __init__(self, findings: Findings, name: str) -> None:
        self._findings = findings
        self._name = name
        self._rows = 0
        self._value: Optional[float] = None
        self.done = False

    def add(self, batch: Batch, step: int) -> None:
        if self.done or step < 1:
            return
        inputs: Any = batch.inputs
        if not _is_picture(inputs) or batch.has_symbols:
            self.done = True  # for a text, a picture may be made up
            return
        low, high = float(inputs.min()), float(inputs.max())
        self.done = low != high or low == 1 or self._value not in (None, low)  # all ones may be a mask
        self._value = low
        self._rows += inputs.shape[0]
        if self._rows >= ROWS and not self.done:
            self.done = True
            self._findings.say(
                "constant_input",
                step,
                f"Every number of an input ({' x '.join(map(str, inputs.shape[1:]))}) is {low:g} in all {self._rows} "
                "rows looked at of {subject}.",
                evidence={"rows": self._rows, "value": low},
                subject=self._name,
            )


def _is_picture(inputs: Any) -> bool:
    """Rows of many numbers that can be read now; whole numbers of more bits may be kinds of segments."""
    many = inputs.dim() > 1 and inputs.shape[0] > 0 and inputs[0].numel() >= NUMBERS
    return bool(many and inputs.device.type == "cpu" and (inputs.is_floating_point() or inputs.dtype == torch.uint8))
