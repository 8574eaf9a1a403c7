"""Findings of a run told on stderr as they come, while its output is followed."""

from __future__ import annotations

import time

import click

from labjournal import format as fmt
from labjournal.cli.levels import LEVELS
from labjournal.launchers.alarms import ALARM, WARNING, Alarm, Alarms
from labjournal.paths import RunPaths

_EVERY_S = 0.5


class FoundSoFar:
    """Alarms and warnings, each rule once; what only follows from another finding is left to `checks`."""

    def __init__(self, run: RunPaths) -> None:
        self._findings = Alarms(run, (ALARM, WARNING))
        self._told: set[str] = set()
        self._look_at = 0.0

    def look_now_and_then(self) -> None:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + _EVERY_S
            self.look()

    def look(self) -> None:
        for finding in self._findings.new():
            if finding.rule not in self._told and not finding.data.get("caused_by"):
                self._told.add(finding.rule)
                click.echo(_text(finding), err=True)


def _text(finding: Alarm) -> str:
    step, remedy = finding.data.get("step"), finding.data.get("remedy")
    at = f" at step {fmt.count(step)}" if isinstance(step, int) else ""
    lines = [f"{LEVELS[finding.level]} {finding.rule}{at}", f"  {finding.message}"]
    if remedy:
        lines.append(f"  → {remedy}")
    return "\n".join(fmt.visible(line) for line in lines)
