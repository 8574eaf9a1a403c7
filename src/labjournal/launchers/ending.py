"""Ending a run: INT to its group as Ctrl-C does, a pause, TERM to the whole tree, a pause, KILL."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from labjournal.launchers import tree
from labjournal.launchers.tree import Member

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

_AGAIN_S = 1.0


class Ending:
    """One run being ended. ``step`` is called until ``done``; it never blocks.

    Args:
        run_id: marks the run's processes in their environment.
        pid: the run's process, leader of its session and group.
        roots: numbers whose descendants belong to the run.
        main_alive: whether the run's process lives.
        machine: where processes are looked up.
        int_s, term_s: seconds after INT, and after TERM.
    """

    def __init__(
        self,
        run_id: str,
        pid: int,
        roots: tuple[int, ...],
        main_alive: Callable[[], bool],
        machine: Machine,
        int_s: float,
        term_s: float,
    ) -> None:
        self._run_id = run_id
        self._pid = pid
        self._roots = roots
        self._main_alive = main_alive
        self._machine = machine
        self._int_s = int_s
        self._term_s = term_s
        self._members: set[Member] = set()
        self._next_at = 0.0
        self.sent: signal.Signals | None = None
        """The strongest signal so far."""
        self.done = False

    def step(self, now: float) -> None:
        """Do what is due at ``now`` (seconds, monotonic)."""
        if self.sent is None:
            self._collect()  # before anything ends: a dead parent no longer leads to its children
            self._interrupt()
            self._next_at = now + self._int_s
        elif self.sent is signal.SIGINT:
            # Without its main process nobody is left who could use the pause.
            if now >= self._next_at or not self._main_alive():
                self._collect()
                if self._members:
                    self._send(signal.SIGTERM)
                self._next_at = now + self._term_s
        elif now >= self._next_at:
            self._collect()
            if self._members:
                self._send(signal.SIGKILL)
            self._next_at = now + _AGAIN_S
        if not self._main_alive() and not self._living():
            self._collect()  # once more: whoever was forked while the others were ended
            if self._members and self.sent is signal.SIGKILL:
                self._send(signal.SIGKILL)
            self.done = not self._members

    def _interrupt(self) -> None:
        self.sent = signal.SIGINT
        try:
            os.killpg(self._pid, signal.SIGINT)
        except (ProcessLookupError, PermissionError):  # adopted, and no leader of a group
            main = {member for member in self._members if member.pid == self._pid}
            tree.signal_all(main, signal.SIGINT, self._machine)

    def _send(self, number: signal.Signals) -> None:
        self.sent = number
        tree.signal_all(self._members, number, self._machine)

    def _collect(self) -> None:
        ticks = self._machine.process_start_ticks(self._pid)
        self._members |= tree.of_run(self._run_id, (self._pid, *self._roots), self._machine)
        if ticks is not None and self._main_alive():
            self._members.add(Member(self._pid, ticks))
        self._members = self._living()

    def _living(self) -> set[Member]:
        alive = self._machine.process_alive
        return {member for member in self._members if alive(member.pid, member.start_ticks)}
