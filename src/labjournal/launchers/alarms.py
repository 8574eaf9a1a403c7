"""Findings that the facts of a run state as it goes, and what ``run --on-alarm`` does at its first alarm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from labjournal import config as configuration
from labjournal import facts
from labjournal.config import ChecksConfig
from labjournal.errors import JournalError
from labjournal.launchers import child, records, telling
from labjournal.launchers.base import Plan
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ALARM, WARNING = "alarm", "warning"
STOP, NOTIFY = "stop", "notify"


class Alarm(NamedTuple):
    level: str
    """As ``[checks]`` has it."""
    rule: str
    message: str
    data: Mapping[str, Any]
    """Of the ``finding`` fact."""

    @property
    def text(self) -> str:
        return f"{self.rule}: {self.message}"


class Alarms:
    """Reads on where it stopped. What ``[checks]`` has switched off or given another level counts as it says there."""

    def __init__(self, run: RunPaths, levels: Collection[str] = (ALARM,)) -> None:
        """``levels``: what else than alarms is wanted."""
        self._run = run
        self._levels = levels
        self._read: dict[str, int] = {}
        try:
            self._checks = configuration.load(run.journal.project).checks
        except JournalError:  # said at the launch; a mistake made since leaves the rules as they are
            self._checks = ChecksConfig()

    def new(self) -> Iterator[Alarm]:
        """Alarms that were stated since the last call."""
        for path in self._files():
            try:
                found, self._read[path] = facts.read(path, self._read.get(path, 0))
            except OSError:
                continue
            for _, fact in found:
                if fact is None or fact.kind != "finding":
                    continue
                rule = str(fact.data.get("rule"))
                level = str(self._checks.level.get(rule, fact.data.get("level")))
                if rule not in self._checks.off and level in self._levels:
                    yield Alarm(level, rule, str(fact.data.get("message")), fact.data)

    def _files(self) -> list[str]:
        try:
            return [str(path) for path in self._run.facts.iterdir() if path.suffix == ".jsonl"]
        except OSError:
            return []


class OnAlarm:
    """Answers the first alarm of a run, once however often the run is started again: whoever goes on knows of it."""

    def __init__(self, plan: Plan, run: RunPaths) -> None:
        self._plan = plan
        self._run = run
        launched = records.read(run.run)
        data = launched.data if launched else {}
        self._name = str(data.get("name"))
        self._how, _, self._command = str(data.get("on_alarm") or "").partition(":")
        self._alarms = Alarms(run) if self._how in (STOP, NOTIFY) else None

    def look(self, living: bool = True) -> str | None:
        """Why the run is to be stopped, in words, when it is. Runs the command of ``notify``, if that was asked for."""
        if self._alarms is None or (self._how == STOP and not living):
            return None
        alarm = next(self._alarms.new(), None)
        if alarm is None:
            return None
        self._alarms = None
        if not self._first(alarm):
            return None
        if self._how == STOP:
            return f"stopped: alarm {alarm.rule}"
        self._notify(alarm)
        return None

    def _first(self, alarm: Alarm) -> bool:
        data = {"n": self._plan.attempt, "how": self._how, "rule": alarm.rule, "text": alarm.text}
        try:
            return records.write_once(self._run.alarm_answered, facts.make("alarm_answered", data, run=self._run.id))
        except OSError:
            return False

    def _notify(self, alarm: Alarm) -> None:
        values = {"name": self._name, "what": ALARM, "text": alarm.text, "run": self._run.id, "rule": alarm.rule}
        given = facts.dumps({**values, "finding": dict(alarm.data)}) + "\n"
        trouble = telling.run(telling.words(self._command, values), values, self._plan.cwd, given)
        if trouble is None:
            return
        try:
            log = os.open(self._run.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError:
            return
        child.say(log, f"the command of --on-alarm {trouble} (alarm {alarm.text})")
        os.close(log)
