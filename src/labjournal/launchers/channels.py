"""The ways to reach a run's owner: the desktop, a command, a webhook, the bell of the terminal it was launched from."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import NamedTuple

from labjournal import facts
from labjournal.config import NotifyConfig
from labjournal.launchers import telling, webhook

URGENT = ("failure", "alarm")


class Notice(NamedTuple):
    """What is told."""

    name: str
    """Of the run, or of the study."""
    what: str
    text: str
    run: str


def open_to(how: NotifyConfig) -> bool:
    """Whether there is any way to tell something."""
    return bool(how.desktop or how.command or how.webhook or how.bell)


def send(how: NotifyConfig, notice: Notice, launched_by: Mapping[str, object]) -> None:
    """Tell it, by every way there is. Never raises; what cannot be told is not told."""
    if how.bell:
        _ring(launched_by)
    if how.desktop:
        urgency = "critical" if notice.what in URGENT else "normal"
        telling.run(["notify-send", "-u", urgency, f"labjournal: {notice.name}", notice.text], {})
    if how.command:
        values = notice._asdict()
        telling.run(telling.words(how.command, values), values)
    if how.webhook:
        webhook.post(how.webhook, notice._asdict())


def _ring(launched_by: Mapping[str, object]) -> None:
    """A terminal that was closed meanwhile may be another window of this user's by now, never somebody else's."""
    path = launched_by.get("terminal")
    if not isinstance(path, str) or launched_by.get("host") != facts.host_name():
        return
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        about = os.fstat(fd)
        if stat.S_ISCHR(about.st_mode) and about.st_uid == os.geteuid() and os.isatty(fd):
            os.write(fd, b"\a")
    except OSError:
        return
    finally:
        os.close(fd)
