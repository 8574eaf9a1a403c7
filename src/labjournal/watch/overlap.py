"""Are samples of the validation set in the training set? train_val_overlap, by the hashes of rows."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Set

from labjournal.watch.findings import Findings
from labjournal.watch.rules import NOTICE

SHARE = 0.02
MIN_ROWS = 10


class _Held:
    def __init__(self, name: str, varied: bool) -> None:
        self.name = name
        self.varied = varied
        self.rows: Set[int] = set()
        self.epochs = 0


class Overlap:
    """Data sets that were trained on, and those that were only run through, without a backward pass."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._trained: Dict[int, _Held] = {}
        self._validated: Dict[int, _Held] = {}

    def forget(self) -> None:
        """A new training begins: the folds of a cross-validation take each other's rows."""
        self._trained.clear()
        self._validated.clear()

    def add(self, key: int, name: str, rows: Mapping[int, Any], training: bool, varied: bool, step: int) -> None:
        """A whole epoch was seen of the set that ``key`` stands for.

        Judged when a set was validated on for the second time, and at the end.
        """
        held = self._trained if training else self._validated
        known = held.setdefault(key, _Held(name, varied))
        known.rows.update(rows)
        known.epochs += 1
        if not training and known.epochs == 2:
            self._judge(step)

    def end(self, step: int) -> None:
        self._judge(step)

    def _judge(self, step: int) -> None:
        trained: Set[int] = set().union(*(held.rows for held in self._trained.values()))
        if not trained:
            return
        # The training set itself, run through for a figure on it, is no validation.
        candidates = [held for key, held in self._validated.items() if key not in self._trained]
        shares: List[float] = [len(held.rows & trained) / max(1, len(held.rows)) for held in candidates]
        for held, share in zip(candidates, shares):
            shared = round(share * len(held.rows))
            if share < SHARE or shared < MIN_ROWS:
                continue
            clean = any(other < SHARE for other in shares)
            self._findings.say(
                "train_val_overlap",
                step,
                f"{shared} of {len(held.rows)} samples of {{subject}} are in the training data ({share:.0%}), "
                "number for number.",
                evidence={"shared": shared, "validation_samples": len(held.rows), "training_samples": len(trained)},
                level=NOTICE if (clean and share > 0.98) or not held.varied else None,
                subject=held.name,
            )
