"""From a recorded launch to an entry of the queue."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labjournal import machine
from labjournal.paths import JournalPaths

if TYPE_CHECKING:
    from labjournal.config import Config
    from labjournal.launchers.base import Plan
    from labjournal.runner.request import Launched, LaunchRequest
    from labjournal.scheduler.entries import Code, Needs

CPU_LANE = "without-gpus"


def described(request: LaunchRequest, config: Config) -> dict[str, Any]:
    """The ``queue`` of a ``run`` fact."""
    assert request.queue is not None
    needs = needs_of(request, config)
    return {
        "priority": request.queue.priority,
        "after": [{"run": after.run, "however": after.however} for after in needs.after],
        "gpu_memory_bytes": needs.gpu_memory_bytes,
        "lane": needs.lane,
        "width": needs.width,
        "stop_after": config.queue.stop_after,
    }


def needs_of(request: LaunchRequest, config: Config) -> Needs:
    """What a run waits for. Without GPUs it takes its turn with the others that need none."""
    from labjournal.scheduler.entries import After, Needs

    asked = request.queue
    assert asked is not None
    inherited = os.environ if request.environment is None else request.environment
    number = request.gpus or 0
    return Needs(
        gpus=number,
        gpu_memory_bytes=asked.gpu_memory_bytes,
        visible=inherited.get("CUDA_VISIBLE_DEVICES"),
        lane=asked.lane or (None if number else CPU_LANE),
        width=asked.width or config.queue.at_once,
        after=tuple(After(run, however) for run, however in asked.after),
    )


def hand_over(
    requests: Sequence[LaunchRequest],
    plans: Sequence[Plan],
    accepted: Sequence[Launched],
    snapshot: Mapping[str, Any],
    exclude: Iterator[str],
    paths: JournalPaths,
    config: Config,
) -> None:
    """Put recorded runs into the queue. Raises JournalUnavailableError."""
    from labjournal.scheduler.enqueue import enqueue
    from labjournal.scheduler.entries import Entry

    here = machine.identity()
    code = _code(snapshot, tuple(exclude), config)
    enqueue(
        paths,
        [
            Entry(
                plan=plan._replace(queued=True),
                name=run.name,
                priority=request.queue.priority if request.queue else 0,
                needs=needs_of(request, config),
                machine=here.machine,
                host=here.host,
                code=code,
            )
            for request, plan, run in zip(requests, plans, accepted, strict=True)
        ],
    )


def _code(snapshot: Mapping[str, Any], exclude: tuple[str, ...], config: Config) -> Code | None:
    from labjournal.scheduler.entries import Code

    root, commit = snapshot.get("root"), snapshot.get("commit")
    if not (isinstance(root, str) and isinstance(commit, str)):
        return None
    return Code(
        root=root,
        commit=commit,
        drift=config.code.drift,
        link=config.code.link,
        exclude=exclude,
        untracked_file_bytes=int(config.code.untracked_file_mb * 1e6),
        untracked_total_bytes=int(config.code.untracked_total_mb * 1e6),
        worktree_bytes=int(config.code.worktree_mb * 1e6),
    )
