"""What the checks from outside are given of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from labjournal.checks.curve import Curve, Floats, Ints, pick
from labjournal.checks.naming import of_a_game
from labjournal.format import plural
from labjournal.vocabulary import Level

WATCHED = "watch/loss"
"""What backward was called on, as the watch wrote it."""
_FLAT_RECORDS = 20
_MOST_OF_IT = 0.5
"""Of the real steps of a run."""
_ENOUGH = 5
"""A curve of the script with fewer records says less than the watch's own."""


@dataclass(frozen=True, eq=False)
class RunView:
    """Everything about a run that its checks may look at; nothing is read from disk here."""

    curves: tuple[Curve, ...] = ()
    ended: bool = True
    done: bool = True
    """Ended by itself, without an error."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    real_steps: int | None = None
    """Optimizer steps with a learning rate above 0, as the watch counted them."""
    planned_steps: int | None = None
    """As the watch knows it from a schedule or loader."""
    counted_by: str | None = None
    """The setting that bounds the loop around the steps, as the watch read it in the script."""
    criterion: str | None = None
    """What the loss is made of, as the watch saw it: a node of torch's graph, or an error written out."""
    classes: int | None = None
    """Number of classes of its results, where counts tell."""
    labels: tuple[int, ...] = ()
    """How often each class occurs among the training labels, as the watch saw them go by; empty where it did not."""
    said: Mapping[str, Level] = field(default_factory=dict)
    """Rules that the watch has spoken about, at their worst level."""
    optimizers: int = 1
    """How many the watch saw stepping."""
    begun: int = 0
    """How many of them began after others had trained for a while."""
    names: tuple[str, ...] = ()
    """Of all curves of the script, those that are nothing to the checks too."""
    datasets: int = 0
    """Data sets that the watch saw being trained on."""
    checkpoint_steps: tuple[int, ...] = ()
    keeps_best: bool = False
    """A checkpoint is called best."""

    @cached_property
    def game(self) -> str | None:
        """Why losses need not fall, or None: see `naming.of_a_game`."""
        named = of_a_game(curve.name for curve in self.curves)
        if named is None and self.optimizers > 1 and all(curve.name == WATCHED for curve in self.training_losses):
            return f"{self.optimizers} optimizers took turns and {self._no_loss}: it may be a game"
        return named

    @cached_property
    def unnamed(self) -> str | None:
        """Why a rise or a fall without end says nothing: no loss is named, and rewards need not be logged."""
        if self.game is None and any(curve.name == WATCHED for curve in self.training_losses):
            return f"{self._no_loss}, so it is not known what should fall"
        return self.game

    @property
    def _no_loss(self) -> str:
        """Why there is only what backward was called on to go by."""
        longest = max(self._own_totals, key=len, default=None)
        if longest is not None:
            return f"the script's {longest.name} has {plural(len(longest), 'record')}, {_ENOUGH} are needed"
        own = any(not curve.name.startswith("watch/") for curve in self._losses)
        return "the script named no loss" + (" of training as a whole" if own else "")

    @cached_property
    def training_losses(self) -> tuple[Curve, ...]:
        """Total losses of training; the one the watch saw only where the script logged none."""
        own = self._own_totals
        enough = [curve for curve in own if len(curve) >= _ENOUGH]
        return tuple(enough or [curve for curve in self._totals if curve not in own and len(curve) >= _ENOUGH] or own)

    @cached_property
    def flat_candidates(self) -> tuple[Curve, ...]:
        """Training losses to ask whether they move at all: the watch's beside a few records of the script's own."""
        watched = [curve for curve in self._losses if curve.name == WATCHED and curve not in self.training_losses]
        short = all(len(curve) < _FLAT_RECORDS for curve in self.training_losses)
        return (*self.training_losses, *(watched if short else ()))

    @cached_property
    def every_loss(self) -> tuple[Curve, ...]:
        """All losses: of training and validation, totals, parts and those of games."""
        watched = [curve for curve in self._losses if not curve.name.startswith("watch/")]
        return tuple(watched or self._losses)

    @cached_property
    def _totals(self) -> list[Curve]:
        return [curve for curve in self._losses if curve.read.of_training and curve.read.scope == "total"]

    @property
    def _own_totals(self) -> list[Curve]:
        """Those of the script."""
        return [curve for curve in self._totals if not curve.name.startswith("watch/")]

    @cached_property
    def _losses(self) -> list[Curve]:
        return [curve for curve in pick(self.curves, "loss") if curve is not self.broken_off]

    @cached_property
    def broken_off(self) -> Curve | None:
        """The loss that the watch saw, where it could pay for looks in the first part of the run only: what is true of
        that part, flat or steep, need not be true of the run."""
        seen = next((curve for curve in self.curves if curve.name == WATCHED and len(curve)), None)
        return seen if seen is not None and seen.steps[-1] < _MOST_OF_IT * (self.real_steps or 0) else None

    @cached_property
    def goodness(self) -> tuple[Curve, ...]:
        return tuple(pick(self.curves, "goodness"))

    @cached_property
    def calibrations(self) -> tuple[Curve, ...]:
        return tuple(pick(self.curves, "calibration"))

    @cached_property
    def rates(self) -> tuple[Curve, ...]:
        """Learning rates, a curve a group; the watch's own where the script logged none."""
        rates = pick(self.curves, "lr")
        return tuple([rate for rate in rates if not rate.name.startswith("watch/")] or rates)

    def epochs(self, steps: Ints) -> Floats | None:
        """The epoch at each step by the run's own epoch curve, or None where it logged none that grows."""
        for curve in pick(self.curves, "epoch"):
            known = curve.finite
            if len(known) >= 2 and known.values[-1] > known.values[0] and known.steps[-1] > known.steps[0]:
                return np.asarray(np.interp(steps, known.steps, known.values), np.float64)
        return None

    def epochs_done(self, steps: Ints) -> float | None:
        """How many epochs lie between the first and the last of these steps."""
        at = self.epochs(steps[[0, -1]]) if len(steps) else None
        return float(at[1] - at[0]) if at is not None else None

    def setting(self, *names: str) -> float | None:
        """The number under the first of these names that is set; names are compared without case, ``-`` and groups."""
        known = {name.lower().rpartition(".")[2].replace("-", "_"): value for name, value in self.settings.items()}
        for name in names:
            number = as_number(known.get(name))
            if number is not None:
                return number
        return None


def as_number(value: Any) -> float | None:
    """A finite number in a setting, as a number or as text."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
