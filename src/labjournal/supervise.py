"""Entry of the fresh interpreter that a launcher with threads starts in place of a fork of itself."""

from __future__ import annotations

from labjournal import machine, scheduler
from labjournal.launchers import local


def main() -> None:
    local.serve(machine, scheduler.run_ended)
