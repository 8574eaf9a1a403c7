"""A machine that was suspended under a run: noticed by two clocks, of which one stands still in sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

NOTICED_S = 10.0
"""Shorter gaps are of the clocks' own making."""


class Sleep:
    """States a finding for each sleep. ``look`` is called every few seconds and costs two clock reads."""

    def __init__(self, run: RunPaths, attempt: int, machine: Machine) -> None:
        self._run = run
        self._attempt = attempt
        self._machine = machine
        self._before = self._asleep()

    def _asleep(self) -> float:
        clocks = self._machine.read_clocks()
        return clocks.since_boot - clocks.running

    def look(self) -> None:
        asleep = self._asleep()
        slept, self._before = asleep - self._before, asleep
        if slept < NOTICED_S:
            return
        data = {
            "rule": "machine_suspended",
            "level": "notice",
            "subject": facts.host_name(),
            "step": None,
            "message": f"The machine slept for {round(slept):,} s while the run was on it.",
            "evidence": {"suspended_s": round(slept, 1)},
            "remedy": "Nothing is lost; keep the machine awake when the pace matters.",
            "caused_by": None,
        }
        path = facts.writer_path(self._run.facts, self._attempt, "supervisor")
        try:
            facts.append(path, [facts.make("finding", data, run=self._run.id)])
        except OSError:  # a full disk: the run goes on, and so do we
            return
