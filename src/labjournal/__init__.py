"""labjournal: an experiment journal that makes it hard for its owner to fool himself.

The functions a training script may call are listed in ``labjournal.watch.api``; ``Journal`` and ``events`` read what
was kept. All are looked up when first used: this file is loaded by every Python process of a launched run, so it
imports nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # importing typing for its own constant takes 3 ms
if TYPE_CHECKING:
    from typing import Any, List

    from labjournal.watch.api import current_run as current_run
    from labjournal.watch.api import event as event
    from labjournal.watch.api import expect_frozen as expect_frozen
    from labjournal.watch.api import finish as finish
    from labjournal.watch.api import init as init
    from labjournal.watch.api import log as log
    from labjournal.watch.api import note as note
    from labjournal.watch.api import probe as probe
    from labjournal.watch.api import result as result
    from labjournal.watch.api import sample as sample
    from labjournal.watch.api import settings as settings

_PACKAGES = ("events", "watch")  # the latter can be called
_API = (
    "Journal",
    "current_run",
    "event",
    "expect_frozen",
    "finish",
    "init",
    "log",
    "note",
    "probe",
    "result",
    "sample",
    "settings",
    *_PACKAGES,
)


def __getattr__(name: str) -> Any:
    if name not in _API:
        raise AttributeError(f"module 'labjournal' has no attribute {name!r}")
    from importlib import import_module

    if name in _PACKAGES:
        return import_module(f"labjournal.{name}")
    if name == "Journal":
        return import_module("labjournal.journal").Journal
    return getattr(import_module("labjournal.watch.api"), name)


def __dir__() -> List[str]:
    return sorted([*globals(), *_API])
