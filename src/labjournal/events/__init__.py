"""TensorBoard event files to numpy columns: whole files and folders, or what was appended since last time.

Importing this package loads nothing else: numpy comes with the first name asked for, tensorboard's
protobuf classes (43 ms) with the first record read.  Nothing outside this package knows either format.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.events.columns import Scalars, SessionStart
    from labjournal.events.finding import find_event_files, is_event_file_name
    from labjournal.events.lineage import last_of_each_step, rewinds, surviving
    from labjournal.events.problems import EventFileWarning, Problem
    from labjournal.events.read import EventsRead, read_events, read_scalars
    from labjournal.events.tail import EventTail, TailRead

__all__ = [
    "EventFileWarning",
    "EventTail",
    "EventsRead",
    "Problem",
    "Scalars",
    "SessionStart",
    "TailRead",
    "find_event_files",
    "is_event_file_name",
    "last_of_each_step",
    "read_events",
    "read_scalars",
    "rewinds",
    "surviving",
]

_HOME = {
    "EventFileWarning": "problems",
    "EventTail": "tail",
    "EventsRead": "read",
    "Problem": "problems",
    "Scalars": "columns",
    "SessionStart": "columns",
    "TailRead": "tail",
    "find_event_files": "finding",
    "is_event_file_name": "finding",
    "last_of_each_step": "lineage",
    "read_events": "read",
    "read_scalars": "read",
    "rewinds": "lineage",
    "surviving": "lineage",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
