"""Does an input give the target away? target_equals_input, label_leak; from some hundred rows of the first epoch.

Shapes: N rows, D input columns.
"""

from __future__ import annotations

from typing import Any, List, Optional

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.rules import NOTICE

ROWS = 256
MIN_COLUMNS = 3
MAX_COLUMNS = 512
LEAK = 0.05
"""Spread of a column within a class over its spread in all: 0.0 says the class outright. y = (x > 0) gives 0.6, blobs
10 deviations apart 0.1; a column made from the label with 1% noise 0.02."""
ORDINARY = 0.3
MIN_EACH = 8
KIN = 0.25
"""Correlation of another column with the target; of noise it is below 0.2 in 256 rows."""
MAX_CLASSES = 20
MIN_CUT = 40
"""Rows of each class, where they lie apart without room."""
GAP = 0.05
"""Room between two classes, of the range: y = (x > 0) leaves some 1%."""
OFF_GRID = 0.1
"""Of the smallest distance of two rows: row numbers keep to a grid, also scaled; measured numbers do not."""
MIXED = 0.1
"""Label changes a row along a column that says little of the label."""
LIKE = 0.9
"""Area under the ROC of another column that tells the classes nearly as well: then it is an easy task."""


class Leaks:
    """Rows of one data set, kept until there are enough of them."""

    def __init__(self, findings: Findings, name: str) -> None:
        self._findings = findings
        self._name = name
        self._inputs: List[Any] = []
        self._targets: List[Any] = []
        self._rows = 0
        self.done = False

    def add(self, inputs: Optional[Any], targets: Optional[Any], step: int) -> None:
        if self.done:
            return
        if inputs is None or targets is None or inputs.device.type != "cpu" or targets.device.type != "cpu":
            self.done = True
            return
        rows = inputs.shape[0]
        if inputs.dim() < 2 or targets.dim() < 1 or targets.shape[0] != rows or inputs.is_complex():
            self.done = True
            return
        if inputs[0].numel() > MAX_COLUMNS or inputs[0].numel() < MIN_COLUMNS:
            self.done = True
            return
        if self._inputs and (self._inputs[0][0].numel(), self._targets[0][0].numel()) != (
            inputs[0].numel(),
            targets[0].numel(),
        ):
            self.done = True
            return
        self._inputs.append(inputs.detach().reshape(rows, -1).clone())
        self._targets.append(targets.detach().reshape(rows, -1).clone())
        self._rows += rows
        if self._rows >= ROWS:
            self.done = True
            self._judge(step)
            self._inputs, self._targets = [], []

    def _judge(self, step: int) -> None:
        inputs_ND, targets_NK = torch.cat(self._inputs).double(), torch.cat(self._targets).double()
        if targets_NK.shape == inputs_ND.shape:
            symbols = not self._inputs[0].is_floating_point()  # a model of them may shift them itself: `Fed` sees it
            if not symbols and bool((inputs_ND == targets_NK).all()):
                self._say_equal(step, "all inputs", NOTICE, ", as an autoencoder has it")
            return
        if targets_NK.shape[1] != 1:
            return
        target_N1 = targets_NK
        values, counts = torch.unique(target_N1, return_counts=True)
        equal_D = (inputs_ND == target_N1).all(0)
        if bool(equal_D.any()) and len(values) > 1:
            columns = equal_D.nonzero().flatten().tolist()
            few = len(values) <= MAX_CLASSES
            asked = [(target_N1 == value).double() for value in values] if few else [target_N1]
            kin = torch.stack([_correlation(inputs_ND, one) for one in asked]).max(0).values
            kin[columns] = 0
            meant = float(kin.max()) < KIN  # a toy, whose other columns are noise: else one would not ask
            if few:
                self._say_leak(step, columns[0], 0.0, NOTICE if meant else None)
            else:
                self._say_equal(step, f"column {columns[0]} of the inputs", NOTICE if meant else None)
            return
        if 2 <= len(values) <= MAX_CLASSES and int(counts.min()) >= MIN_EACH:
            self._judge_classes(step, inputs_ND, target_N1[:, 0], values)

    def _judge_classes(self, step: int, inputs_ND: Any, target_N: Any, values: Any) -> None:
        whole_D = inputs_ND.std(0)
        within_D = torch.stack([inputs_ND[target_N == value].std(0) for value in values]).max(0).values
        ratio_D = torch.where(whole_D > 0, within_D / whole_D.clamp_min(1e-30), torch.ones_like(whole_D))
        order = ratio_D.argsort()
        best, others = float(ratio_D[order[0]]), ratio_D[order[1:]]
        if best < LEAK and float(others.median()) > ORDINARY and int((others < LEAK).sum()) <= len(others) // 10:
            self._say_leak(step, int(order[0]), best)
        elif (column := _row_number(inputs_ND, target_N, len(values))) is not None:
            self._say_row_number(step, column, len(values))
        elif len(values) == 2:
            kin_D = _correlation(inputs_ND, (target_N == values[1]).double()[:, None])
            self._judge_gaps(step, inputs_ND[target_N == values[0]], inputs_ND[target_N == values[1]], kin_D)

    def _judge_gaps(self, step: int, low_ND: Any, high_ND: Any, kin_D: Any) -> None:
        """One column in which the two classes lie apart, and no other that comes near.

        With room between them; or without, as a label made by a threshold on one of the inputs lies, where others of
        them say something of it too: a toy, of which all columns but one are noise, is such a label on purpose.
        """
        ranges_D = torch.cat([low_ND, high_ND]).max(0).values - torch.cat([low_ND, high_ND]).min(0).values
        above_D = high_ND.min(0).values - low_ND.max(0).values
        below_D = low_ND.min(0).values - high_ND.max(0).values
        gaps_D = torch.maximum(above_D, below_D) / ranges_D.clamp_min(1e-30)
        column = int(gaps_D.argmax())
        areas_D = (high_ND[:, None] > low_ND[None]).double().mean((0, 1))
        areas_D = torch.maximum(areas_D, 1 - areas_D)
        areas_D[column], kin_D[column] = 0.5, 0.0
        gap = float(gaps_D[column])
        cut = gap > 0 and min(len(low_ND), len(high_ND)) >= MIN_CUT and int((kin_D >= KIN).sum()) >= 2
        if (gap >= GAP or cut) and float(areas_D.max()) < LIKE:
            room = f", with {gap:.0%} of its range between them" if gap >= GAP else " at one value"
            self._findings.say(
                "label_leak",
                step,
                f"Column {column} of the inputs of {{subject}} says the label: the two classes lie apart in it{room} "
                f"({self._rows} rows); no other column does.",
                evidence={"rows": self._rows, "column": column, "gap": float(gaps_D[column])},
                subject=self._name,
            )

    def _say_row_number(self, step: int, column: int, classes: int) -> None:
        self._findings.say(
            "label_leak",
            step,
            f"Column {column} of the inputs of {{subject}} is the number of the row, and the table was sorted by the "
            f"label: its {classes} classes follow one another along it ({self._rows} rows).",
            evidence={"rows": self._rows, "column": column, "classes": classes},
            subject=self._name,
        )

    def _say_equal(self, step: int, what: str, level: Optional[str], meant: str = "") -> None:
        self._findings.say(
            "target_equals_input",
            step,
            f"In {self._rows} rows of {{subject}} the target equals {what}, number for number{meant}.",
            evidence={"rows": self._rows, "inputs": what},
            level=level,
            subject=self._name,
        )

    def _say_leak(self, step: int, column: int, ratio: float, level: Optional[str] = None) -> None:
        self._findings.say(
            "label_leak",
            step,
            f"Column {column} of the inputs of {{subject}} says the label: within a class it varies by {ratio:.1%} of "
            f"what it varies in all ({self._rows} rows), the other columns do not.",
            evidence={"rows": self._rows, "column": column, "within_over_all": ratio},
            level=level,
            subject=self._name,
        )


def _row_number(inputs_ND: Any, target_N: Any, classes: int) -> Optional[int]:
    """The one column of equally spaced numbers, each of them once, along which each class is one stretch."""
    sorted_ND, order_ND = inputs_ND.sort(0)
    changes_D = (target_N[order_ND].diff(dim=0) != 0).sum(0)
    whole = (changes_D == classes - 1).nonzero().flatten().tolist()
    if len(whole) != 1 or int((changes_D > MIXED * len(target_N)).sum()) < len(changes_D) - 1:
        return None
    gaps_N = sorted_ND[:, whole[0]].diff()
    steps_N = gaps_N / gaps_N.min()
    return whole[0] if bool(((steps_N - steps_N.round()).abs() < OFF_GRID).all()) else None


def _correlation(inputs_ND: Any, target_N1: Any) -> Any:
    """(D,) absolute correlation of each column with the target; 0 for a constant one."""
    centred_ND, wanted_N1 = inputs_ND - inputs_ND.mean(0), target_N1 - target_N1.mean()
    sizes_D = centred_ND.square().sum(0).sqrt() * wanted_N1.square().sum().sqrt()
    found_D = (centred_ND * wanted_N1).sum(0).abs() / sizes_D.clamp_min(1e-30)
    return torch.where(sizes_D > 0, found_D, torch.zeros_like(found_D))
