"""Are samples of the validation set in the training set? train_val_overlap, by the hashes of rows."""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from typing import Any, Dict, List, Mapping, Optional, Set

from labjournal.watch.epoch import PASSES_A_START, Epoch
from labjournal.watch.findings import Findings
from labjournal.watch.misnamed import held_out_name
from labjournal.watch.rules import NOTICE

SHARE = 0.02
ALL = 0.98
"""Share from which on it is the training data."""
MIN_ROWS = 10
CHANCE = 1.5
"""Of the share of training samples that have an equal one among themselves: so much is found in any honest split."""
FEW = 0.2
"""Share up to which a table has equal rows of itself; above it, rows were made again before the split."""
AGAIN = 4
"""Times that the commonest of texts made from templates stands there; rows made again before the split come in twos."""
ALIKE = 0.35
"""Scatter of how often oversampled rows stand there, beside their mean: a split takes some of each."""
FILLED = 0.15
"""Beyond the share of all possible rows that the training data hold, a draw from them finds no more than this."""


class Held:
    """The rows of one data set. Few numbers of few kinds (not ``varied``, ``scarce``) are equal by chance.

    ``possible``: how many rows the numbers in the columns of a scarce one can make.
    """

    def __init__(self, name: str, varied: bool, scarce: bool, possible: float, symbols: bool = False) -> None:
        self.name = name
        self.varied = varied
        self.scarce = scarce
        self.possible = possible
        self.symbols = symbols
        self.most = 0
        """Times that its commonest row came in one epoch."""
        self.multiplied: Set[int] = set()
        """Rows that were made again, all about as often, beside others that stand there once."""
        self.close = False
        """Trained on with a few backward passes a batch, as no set that is looked at now and then."""
        self.rows: Set[int] = set()
        self.recurring = 0.0
        """Share of its samples that have an equal one within the same epoch."""
        self.epochs = 0
        self.called: Optional[str] = None
        """Of a set that is trained on too: the name of its loader in the script, where it says validation data."""

    def add(self, rows: Mapping[int, Any]) -> None:
        again = sum(first[0] for first in rows.values() if first[0] > 1)
        self.recurring = max(self.recurring, again / max(1, sum(first[0] for first in rows.values())))
        self.most = max(self.most, max((first[0] for first in rows.values()), default=0))
        if _is_multiplied([first[0] for first in rows.values()]):
            self.multiplied.update(row for row, first in rows.items() if first[0] >= AGAIN)
        self.rows.update(rows)
        self.epochs += 1


class Overlap:
    """Data sets that were trained on, and those that were only run through, without a backward pass."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._trained: Dict[int, Held] = {}
        self._validated: Dict[int, Held] = {}

    def forget(self) -> None:
        """A new training begins: the folds of a cross-validation take each other's rows."""
        self._trained.clear()
        self._validated.clear()

    @property
    def has_trained(self) -> bool:
        return bool(self._trained)

    @property
    def has_validated(self) -> bool:
        return bool(self._validated)

    @property
    def trained(self) -> Set[int]:
        """Rows of whole epochs trained on."""
        return set().union(*(held.rows for held in self._trained.values()))

    @property
    def recurring(self) -> float:
        """Share of training samples that have an equal one among themselves."""
        return max((held.recurring for held in self._trained.values()), default=0.0)

    def add(self, new: Held, epoch: Epoch, training: bool, passes: int, step: int) -> None:
        """A whole epoch was seen, with so many backward passes.

        Judged when a set was validated on for the second time, and at the end.
        """
        held = self._trained if training else self._validated
        known = held.setdefault(epoch.key, new)
        known.add(epoch.rows)
        known.close |= training and passes <= PASSES_A_START * epoch.batches
        if not training and epoch.key in self._trained and known.called is None:
            known.called = held_out_name(epoch.bundler, sys._getframe())
        if not training and known.epochs == 2:
            self._judge(step)

    def end(self, step: int) -> None:
        self._judge(step)

    def _judge(self, step: int) -> None:
        trained, recurring = self.trained, self.recurring
        if not trained:
            return
        # The training set itself, run through for a figure on it, is no validation.
        candidates = [held for key, held in self._validated.items() if key not in self._trained]
        if not candidates:
            self._judge_own(step)
        most = max(held.most for held in self._trained.values())
        multiplied = set().union(*(held.multiplied for held in self._trained.values()))
        filled = len(trained) / max(held.possible for held in self._trained.values())
        shares: List[float] = [len(held.rows & trained) / max(1, len(held.rows)) for held in candidates]
        for held, share in zip(candidates, shares):
            shared = round(share * len(held.rows))
            if share < SHARE or shared < MIN_ROWS:
                continue
            by_chance = is_by_chance(share, recurring, held.scarce)
            copies = held.recurring >= FEW and 2 * len(held.rows & multiplied) > shared  # in both parts
            templates = held.symbols and most >= AGAIN and not copies
            by_chance |= templates and share <= CHANCE * recurring
            by_chance |= held.scarce and share <= min(CHANCE * filled, filled + FILLED)  # as users and items they know
            if by_chance and held.scarce:
                continue
            clean = any(other < SHARE for other in shares)
            self._findings.say(
                "train_val_overlap",
                step,
                f"{shared} of {len(held.rows)} samples of {{subject}} are in the training data ({share:.0%}), "
                "number for number.",
                evidence=evidence_of(shared, held.rows, trained, recurring),
                level=NOTICE if (clean and share > ALL) or not held.varied or by_chance else None,
                subject=held.name,
            )

    def _judge_own(self, step: int) -> None:
        """Nothing is validated on but training data; that is meant, where nobody calls it validation."""
        for key, held in self._validated.items():
            trained = self._trained[key].rows
            rows, shared = len(held.rows), len(held.rows & trained)
            own = held.called and self._trained[key].close
            if own and shared >= MIN_ROWS and shared >= ALL * rows:  # parts of one set have rows of their own
                self._findings.say(
                    "train_val_overlap",
                    step,
                    f"{held.called} goes through {{subject}}, the training data itself: {shared} of its {rows} samples "
                    "are trained on, and no others are validated on.",
                    evidence=evidence_of(shared, held.rows, trained, held.recurring) | {"loader": held.called},
                    subject=held.name,
                )


def _is_multiplied(times: List[int]) -> bool:
    """Texts made from templates stand there the less often the more times; oversampled rows do not."""
    counts = Counter(times)
    often = [one for one in times if one >= AGAIN]
    apart = len(often) >= MIN_ROWS and len(often) > counts[2] + counts[3] and counts[1] > counts[2]
    return apart and statistics.pstdev(often) <= ALIKE * statistics.fmean(often)


def is_by_chance(share: float, recurring: float, scarce: bool = False) -> bool:
    """Is as much shared as comes again in the training data themselves, where these were not multiplied?"""
    return share <= CHANCE * recurring and (scarce or recurring < FEW)


def evidence_of(shared: int, rows: Set[int], trained: Set[int], recurring: float) -> Dict[str, Any]:
    return {
        "shared": shared,
        "validation_samples": len(rows),
        "training_samples": len(trained),
        "recurring_in_training": recurring,
    }
