"""Which validations are still missing, and queueing them as checkpoints appear."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from labjournal import facts
from labjournal.runner import validation
from labjournal.runner.request import LaunchRequest

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths

LANE = "validations"
"""Queued validations take turns: on one card, in sequence."""
_POLL_S = 2.0


def still_missing(asked: Sequence[LaunchRequest], paths: JournalPaths) -> list[LaunchRequest]:
    """Those of the validations that no run has been launched for, whatever became of it.

    A checkpoint that was written again since is another one: its version is part of what is compared.
    """
    known = {_key(told) for told in _launched(paths)}
    return [request for request in asked if _key(request.validates or {}) not in known]


def _launched(paths: JournalPaths) -> Iterable[dict[str, Any]]:
    for run_id in paths.run_ids():
        try:
            raw = paths.run(run_id).run.read_bytes()
        except OSError:
            continue
        fact = facts.decode(raw) if b'"validates":{' in raw else None
        told = fact.data.get("validates") if fact else None
        if isinstance(told, dict):
            yield told


def _key(told: Any) -> str:
    what = {name: told.get(name) for name in ("run", "checkpoint", "version", "dataset")}
    return json.dumps([what, told.get("options") or {}], sort_keys=True)


def keep_watch(
    look: Callable[[], bool],
    missing: Callable[[], Sequence[LaunchRequest]],
    start: Callable[[Sequence[LaunchRequest]], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Start a validation of each checkpoint as it appears, until the runs that write them have ended.

    Args:
        look: brings the journal up to date, and says whether the runs have ended; half-written files do not count.
        missing: the validations that were not launched yet.
        start: puts them into the queue.
        sleep: between two looks.
    """
    while True:
        over = look()
        if over:
            look()  # what was written last
        if wanted := missing():
            start(wanted)
        if over:
            return
        sleep(_POLL_S)


def queued(asked: LaunchRequest) -> LaunchRequest:
    """The request, to wait for its turn among validations."""
    assert asked.queue is not None
    return asked._replace(queue=asked.queue._replace(lane=asked.queue.lane or LANE, width=1))


def absolute(found: Sequence[validation.Subject]) -> list[validation.Subject]:
    """The subjects with paths that are right wherever a queued run finds its code."""
    from labjournal.runner import subjects

    return [
        subject
        if subject.checkpoint is None
        else subject._replace(path=subjects.path_of(subject.run, subject.checkpoint))
        for subject in found
    ]
