"""What the launching verbs share about the queue: ``--after``, ``--gpu-memory`` and the rest, read and refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labjournal.cli import Context
from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.runner.request import Queueing

_ANY = ":any"


def queueing(
    context: Context, after: Sequence[str], gpu_memory: str | None, priority: int | None, gpus: int | None
) -> Queueing:
    """How a run waits. Raises InputError, NotFoundError."""
    from labjournal.runner import commands
    from labjournal.runner.request import Queueing

    if gpu_memory is not None and not gpus:
        raise InputError("--gpu-memory says how much of a GPU is needed, and none was asked for.", "Add -G 1.")
    return Queueing(
        after=tuple(_runs(context, after)),
        priority=priority or 0,
        gpu_memory_bytes=None if gpu_memory is None else commands.memory_bytes(gpu_memory, "--gpu-memory"),
    )


def _runs(context: Context, after: Sequence[str]) -> list[tuple[str, bool]]:
    if not after:
        return []
    from labjournal.cli import session

    with session.opened(context, with_curves=False) as follower:
        wanted = [(text.removesuffix(_ANY), text.endswith(_ANY)) for text in after]
        return [(follower.store.resolve(reference).id, however) for reference, however in wanted]
