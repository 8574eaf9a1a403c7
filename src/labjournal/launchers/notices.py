"""Telling the owner of a run that it ended, failed, takes too long or raised an alarm.

Told by the supervisor, which is there when nobody looks; of a lost run by whoever finds it, of a study by the process
that runs it. Each thing is told once: whoever is first to write down that it is told tells it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from labjournal import config as configuration
from labjournal import facts
from labjournal.config import NotifyConfig
from labjournal.errors import JournalError
from labjournal.launchers import attempts, channels, held, records
from labjournal.launchers.alarms import ALARM, Alarms
from labjournal.launchers.channels import Notice
from labjournal.paths import RunPaths
from labjournal.vocabulary import OVERDUE_AFTER

END, FAILURE, LATE, GATE = "end", "failure", "late", "gate"


class Notices:
    """The notices of one attempt. Nothing here raises or holds a run up for long."""

    def __init__(self, run: RunPaths, attempt: int) -> None:
        self._run = run
        self._attempt = attempt
        self._alarms = Alarms(run)
        self._begun = time.monotonic()
        self._launched = _launch_of(run)
        self._late_s = _late_s(self._launched.get("expect_time_s"))
        try:
            self._how: NotifyConfig | None = configuration.load(run.journal.project).notify
        except JournalError:  # said at the launch; a mistake made since silences the notices only
            self._how = None

    @property
    def _wanted(self) -> tuple[str, ...]:
        return self._how.on if self._how is not None and channels.open_to(self._how) else ()

    def look(self) -> None:
        """Tell of alarms that were stated since the last look, and whether the run takes longer than was expected."""
        self._tell_held()
        self._tell_alarms()
        if self._late_s is not None and time.monotonic() - self._begun > self._late_s:
            from labjournal.format import duration

            expected = duration(self._late_s / OVERDUE_AFTER)
            self.tell(LATE, LATE, f"runs for {duration(self._late_s)} now, and {expected} was expected")
            self._late_s = None

    def ended(self) -> None:
        """Tell how the attempt ended; not when it is about to be started again."""
        if not self._wanted:
            return
        self._tell_held()
        self._tell_alarms()
        fact = records.read(self._run.exit)
        if fact is None or fact.data.get("retries_left"):
            return
        status, cause = str(fact.data.get("status")), fact.data.get("cause")
        what = END if status == "DONE" else FAILURE
        self.tell(what, what, f"{status.lower()}: {cause}" if cause else status.lower())

    def _tell_alarms(self) -> None:
        if ALARM in self._wanted:
            for alarm in self._alarms.new():
                self.tell(ALARM, alarm.rule, alarm.text)

    def tell(self, what: str, key: str, text: str, name: str | None = None) -> None:
        """Tell one thing, if it is wanted and nobody has told it; ``key`` names it among those of this attempt."""
        if self._how is None or what not in self._wanted:
            return
        data = {"n": self._attempt, "what": what, "text": text}
        safe = "".join(char if char.isalnum() else "-" for char in key)
        mark = self._run.attempts / f"{self._attempt}.noticed-{safe}.json"
        try:
            if not records.write_once(mark, facts.make("noticed", data, run=self._run.id)):
                return
        except OSError:
            return
        notice = Notice(name or str(self._launched.get("name") or self._run.id), what, text, self._run.id)
        if not (held.is_quiet(self._how) and held.hold(self._run.journal, notice)):
            self._send(notice)

    def _tell_held(self) -> None:
        if self._how is not None and self._wanted and not held.is_quiet(self._how):
            notice = held.take(self._run.journal)
            if notice is not None:
                self._send(notice)

    def _send(self, notice: Notice) -> None:
        if self._how is not None:
            channels.send(self._how, notice, self._launched.get("launched_by") or {})


def _launch_of(run: RunPaths) -> Mapping[str, Any]:
    try:
        launched = records.read(run.run)
    except OSError:
        launched = None
    return launched.data if launched else {}


def found_lost(run: RunPaths) -> None:
    """Tell of a run that has no supervisor any more to tell of its end. Never raises."""
    try:
        Notices(run, attempts.last_number(run)).ended()
    except OSError:
        return


def _late_s(expected_s: object) -> float | None:
    return OVERDUE_AFTER * expected_s if isinstance(expected_s, (int, float)) and expected_s > 0 else None
