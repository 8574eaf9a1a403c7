"""Which GPUs a run gets when it asks for some and does not queue: free ones, leased; else the ones least in use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from labjournal.errors import InputError, JournalUnavailableError

if TYPE_CHECKING:
    from labjournal.machine.devices import Gpu, NoGpus
    from labjournal.scheduler.entries import Needs
    from labjournal.scheduler.leases import Holder


class Cards(NamedTuple):
    """What was picked."""

    visible: str = ""
    """The value of CUDA_VISIBLE_DEVICES: UUIDs, which mean the same however CUDA counts."""
    fds: tuple[int, ...] = ()
    """Descriptors that hold the leases."""
    notices: tuple[str, ...] = ()


@contextmanager
def leased(number: int, holder: Holder | None, visible: str | None) -> Iterator[Cards]:
    """Pick ``number`` GPUs among those that ``visible`` (CUDA_VISIBLE_DEVICES) leaves, leased until the end of the
    block; whoever is to keep them inherits the descriptors.

    Never waits: when too few are free, GPUs in use are picked and that is said. Raises InputError when there are
    fewer than asked for.
    """
    if number == 0 or holder is None:
        yield Cards()
        return
    from labjournal.machine.devices import gpus
    from labjournal.scheduler import cards, leases
    from labjournal.scheduler.entries import Needs

    found = gpus()
    needs = Needs(gpus=number, visible=visible)
    allowed = _enough(found, needs)
    try:
        taken = cards.take(needs, holder, found, leases.folder())
    except (JournalUnavailableError, OSError) as error:
        taken = cards.Waits(f"GPUs cannot be leased: {error}", False)
    if isinstance(taken, cards.Waits):
        picked = sorted(sorted(allowed, key=_use)[:number], key=lambda gpu: gpu.index)
        which = ", ".join(f"gpu {gpu.index}" for gpu in picked)
        notice = f"{taken.reason}; started at once on {which} all the same, which others use (--queue waits)"
        yield Cards(",".join(gpu.uuid for gpu in picked), (), (notice,))
        return
    try:
        yield Cards(",".join(taken.uuids), taken.fds)
    finally:
        for fd in taken.fds:
            os.close(fd)


def never_enough(needs: Needs) -> list[str]:
    """A notice for whoever queues what cannot start with the GPUs of this machine."""
    if not needs.gpus:
        return []
    from labjournal.machine.devices import gpus
    from labjournal.scheduler import cards

    why = cards.impossible(needs, gpus())
    return [] if why is None else [f"{why}: it waits until that is otherwise"]


def _enough(found: list[Gpu] | NoGpus, needs: Needs) -> list[Gpu]:
    from labjournal.machine.devices import NoGpus
    from labjournal.scheduler import cards

    why = cards.impossible(needs, found)
    if why is not None or isinstance(found, NoGpus):
        hint = "Leave -G away to run without." if isinstance(found, NoGpus) else None
        raise InputError(f"The run {why}.", hint)
    return cards.visible(found, needs.visible)


def _use(gpu: Gpu) -> tuple[int, int, int]:
    return len(gpu.processes or ()), gpu.memory_used_bytes or 0, gpu.index
