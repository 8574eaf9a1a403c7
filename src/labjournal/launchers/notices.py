"""Telling the owner of a run that it ended, failed or raised an alarm: by the desktop, or by a command of his own.

Told by the supervisor, which is there when nobody looks. Each thing is told once: whoever is first to write down that
it is told tells it.
"""

from __future__ import annotations

from labjournal import config as configuration
from labjournal import facts
from labjournal.config import NotifyConfig
from labjournal.errors import JournalError
from labjournal.launchers import records, telling
from labjournal.launchers.alarms import ALARM, Alarms
from labjournal.paths import RunPaths

END, FAILURE = "end", "failure"


class Notices:
    """The notices of one attempt. Nothing here raises or holds a run up for long."""

    def __init__(self, run: RunPaths, attempt: int) -> None:
        self._run = run
        self._attempt = attempt
        self._alarms = Alarms(run)
        try:
            self._how: NotifyConfig | None = configuration.load(run.journal.project).notify
        except JournalError:  # said at the launch; a mistake made since silences the notices only
            self._how = None

    @property
    def _wanted(self) -> tuple[str, ...]:
        return self._how.on if self._how is not None and (self._how.desktop or self._how.command) else ()

    def look(self) -> None:
        """Tell of alarms that were stated since the last look."""
        if ALARM not in self._wanted:
            return
        for alarm in self._alarms.new():
            self._tell(ALARM, alarm.rule, alarm.text)

    def ended(self) -> None:
        """Tell how the attempt ended; not when it is about to be started again."""
        self.look()
        fact = records.read(self._run.exit) if self._wanted else None
        if fact is None or fact.data.get("retries_left"):
            return
        status, cause = str(fact.data.get("status")), fact.data.get("cause")
        what = END if status == "DONE" else FAILURE
        if what in self._wanted:
            self._tell(what, what, f"{status.lower()}: {cause}" if cause else status.lower())

    def _tell(self, what: str, key: str, text: str) -> None:
        assert self._how is not None
        data = {"n": self._attempt, "what": what, "text": text}
        safe = "".join(char if char.isalnum() else "-" for char in key)
        mark = self._run.attempts / f"{self._attempt}.noticed-{safe}.json"
        try:
            if not records.write_once(mark, facts.make("noticed", data, run=self._run.id)):
                return
        except OSError:
            return
        launched = records.read(self._run.run)
        name = str(launched.data.get("name")) if launched else self._run.id
        if self._how.desktop:
            urgency = "normal" if what == END else "critical"
            telling.run(["notify-send", "-u", urgency, f"labjournal: {name}", text], {})
        if self._how.command:
            values = {"name": name, "what": what, "text": text, "run": self._run.id}
            telling.run(telling.words(self._how.command, values), values)
