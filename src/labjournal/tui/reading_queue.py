"""Who holds which GPU and what waits for what: asked on a thread, because locks and NVML may keep one waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.scheduler.cards import Card
    from labjournal.scheduler.view import Waiting


@dataclass(frozen=True, slots=True)
class QueueView:
    """The machine and the queue, as one look found them."""

    cards: tuple[Card, ...] = ()
    no_gpus: str | None = None
    """Why there is no GPU to show."""
    waiting: tuple[Waiting, ...] = ()
    paused: str | None = None
    trouble: str | None = None
    """Why leases could not be read."""


def cards() -> tuple[tuple[Card, ...], str | None, str | None]:
    """(GPUs with who is on them, why there are none, why leases could not be read)."""
    from labjournal.machine.devices import NoGpus, gpus
    from labjournal.scheduler import cards as on_cards
    from labjournal.scheduler import leases

    found = gpus()
    if isinstance(found, NoGpus):
        return (), found.reason, None
    if not found:
        return (), "this machine has none", None
    place = leases.folder()
    try:
        with leases.allocating(place):
            return tuple(on_cards.survey(found, place)), None, None
    except OSError as error:
        return (), None, f"the leases in {place} cannot be read: {error.strerror or error}"


def look(paths: JournalPaths | None, unstarted: Sequence[tuple[str, str, str]]) -> QueueView:
    """Everything the page shows; ``unstarted``: the runs that have not started, as the index has them."""
    found, none, trouble = cards()
    if paths is None:
        return QueueView(found, none, trouble=trouble)
    from labjournal.scheduler import pausing, view

    pause = pausing.read(paths)
    try:
        waiting = tuple(view.waiting(paths, unstarted))
    except OSError as error:
        waiting, trouble = (), f"the queue cannot be read: {error.strerror or error}"
    return QueueView(found, none, waiting, None if pause is None else str(pause), trouble)


def set_paused(paths: JournalPaths, paused: bool) -> bool:
    """Hold the queue or let it go on; True when that was done. Raises JournalError."""
    from labjournal import scheduler
    from labjournal.errors import JournalUnavailableError
    from labjournal.scheduler import pausing

    try:
        if paused:
            pausing.pause(paths, "in the app")
        else:
            pausing.go_on(paths)
    except OSError as error:
        raise JournalUnavailableError(f"The queue cannot be changed: {error.strerror or error}.") from error
    scheduler.dispatch(paths)
    return True
