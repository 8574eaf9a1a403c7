"""What a page knows of its run at one moment, given to every pane alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from labjournal.model import Finding
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.headline import open_findings
from labjournal.tui.machine_trace import MachineTrace
from labjournal.tui.panels import CurveBook
from labjournal.tui.reading_run import RunView
from labjournal.tui.reading_runs import main_curve
from labjournal.tui.widgets.curve import Curve

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """A run, the curves read of it, and the moment it is looked at."""

    view: RunView
    book: CurveBook
    glyphs: Glyphs
    now: datetime
    """Local time."""
    trace: MachineTrace | None = None
    """A live look at its processes, while somebody looks."""

    @property
    def open(self) -> list[Finding]:
        return open_findings(self.view)

    @property
    def main(self) -> tuple[str, Curve] | None:
        """Name and points of the curve the run is judged by."""
        info = main_curve(self.view.infos)
        return None if info is None else (info.key.name, self.book.curve(info.key))

    @property
    def loss(self) -> tuple[str, Floats, Floats] | None:
        """Name, wall times and values of that curve, as the sentences want them."""
        return None if self.main is None else told_points(*self.main)


def told_points(name: str, curve: Curve) -> tuple[str, Floats, Floats]:
    """What sentences may be made of; of a curve in short its last point alone, the others being its extremes."""
    first = -1 if curve.in_short else 0
    return name, curve.walls[first:], curve.values[first:]
