"""Is mixed precision in force where it was asked for? Seen by the precision of the nodes that lead to the loss."""

from __future__ import annotations

import sys
from typing import Any, Optional

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.rules import NOTICE

TIMES = 5
NODES = 3000
SCALER_STEPS = 20
PREPARED = 20
"""Backward passes looked at without autocast, of a model prepared by accelerate for 16 bits."""


class Precision:
    """precision_policy_inactive."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._entered = False
        self._ever = 0
        self._inactive = 0
        self._scaled = 0
        self._passed_by = 0
        self.asked = False
        """autocast was entered with gradients on, or a gradient scaler was used."""

    def on_autocast(self, context: Any) -> None:
        if getattr(context, "_enabled", False) and torch.is_grad_enabled():
            self._entered = self.asked = True
            self._ever += 1

    def on_scaler_step(self, scaler: Any) -> None:
        if scaler.is_enabled():
            self.asked = True
            self._scaled += 1

    def look(self, loss: Any, step: int) -> None:
        entered, self._entered = self._entered, False
        if entered and self._inactive < TIMES:
            self._inactive = 0 if _has_half(loss) else self._inactive + 1
            if self._inactive == TIMES:
                frozen = any(not parameter.requires_grad for parameter, _, _ in self._models.parameters())
                what = "autocast was entered, but no 16-bit operation leads to the loss"
                self._say(step, what, NOTICE if frozen else None)  # what is frozen leaves no trace in the graph
        if not (self._ever or self._models.compiled) and self._passed_by < PREPARED and (half := _prepared_for()):
            self._passed_by += 1
            if self._passed_by >= PREPARED - TIMES and _has_half(loss):
                self._passed_by = PREPARED
            elif self._passed_by == PREPARED:
                self._say(
                    step,
                    f"accelerate was asked for {half}, but the passes that make the loss do not go through the call of "
                    "the prepared model, which alone enters autocast",
                )
        if self._scaled >= SCALER_STEPS and not self._ever:
            self._scaled = -(10**9)
            if not _has_half(loss):
                self._say(step, "the loss is scaled for 16-bit gradients, but autocast was never entered")

    def _say(self, step: int, what: str, level: Optional[str] = None) -> None:
        self._findings.say(
            "precision_policy_inactive",
            step,
            f"Mixed precision is not in force: {what} ({TIMES} backward passes or more).",
            evidence={"autocast_entered": self._ever},
            level=level,
            subject="the forward pass",
        )


def _prepared_for() -> str:
    """The 16 bits that accelerate was asked for, or nothing."""
    state = getattr(sys.modules.get("accelerate.state"), "AcceleratorState", None)
    known = getattr(state, "_shared_state", None)
    half = known.get("_mixed_precision") if isinstance(known, dict) else None
    return half if half in ("bf16", "fp16") else ""


def _has_half(loss: Any) -> bool:
    return any(graph.dtype(node) in (torch.float16, torch.bfloat16) for node in graph.walk(loss, NODES))
