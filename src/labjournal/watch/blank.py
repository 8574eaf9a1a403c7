"""An input of which every number is the same, as images that a cast has rounded to 0: constant_input.

The other inputs of a batch may tell the rows apart, and a model learns from them alone.
"""

from __future__ import annotations

from typing import Any, Optional

import torch

from labjournal.watch.findings import Findings

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

    def add(self, inputs: Any, symbols: bool, step: int) -> None:
        """``symbols``: texts stand beside it, which a picture may be made up for."""
        if self.done or step < 1:
            return
        small = inputs.dim() < 2 or not inputs.shape[0] or inputs[0].numel() < NUMBERS
        if (
            symbols
            or small
            or inputs.device.type != "cpu"
            or not (inputs.is_floating_point() or inputs.dtype == torch.uint8)
        ):
            self.done = True  # or kinds of segments, where there is but one
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
