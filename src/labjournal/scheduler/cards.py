"""Which GPUs a run gets: free ones, or a part of one by stated memory; else what it waits for, in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from labjournal.machine.devices import Gpu, NoGpus
from labjournal.scheduler import leases, neighbours
from labjournal.scheduler.entries import Needs
from labjournal.scheduler.leases import Held, Holder
from labjournal.scheduler.neighbours import Neighbour


class Card(NamedTuple):
    """A GPU and who is on it."""

    gpu: Gpu
    held: Held
    neighbours: tuple[Neighbour, ...]

    @property
    def label(self) -> str:
        return f"gpu {self.gpu.index}"

    @property
    def why_not(self) -> str | None:
        """Why it is not given out as a whole; None when it is free."""
        if self.held.holders:
            return f"held by {' and '.join(holder.name for holder in self.held.holders)}"
        if self.neighbours:
            return f"used by {' and '.join(map(str, self.neighbours[:2]))}"
        return None

    def room_bytes(self) -> int | None:
        """Memory that nobody has stated; None where it cannot be shared."""
        total = self.gpu.memory_total_bytes
        if total is None or self.held.whole or self.neighbours:
            return None
        return total - sum(holder.memory_bytes or total for holder in self.held.shares)


class Taken(NamedTuple):
    """GPUs that are leased; ``fds`` hold them."""

    fds: tuple[int, ...]
    uuids: tuple[str, ...]
    indices: tuple[int, ...]


class Waits(NamedTuple):
    """What is missing."""

    reason: str
    blocks: bool
    """Whether those behind must not pass it: it will get its GPUs when runs of ours end."""


def survey(found: Sequence[Gpu], place: Path) -> list[Card]:
    """All GPUs with who is on them; to be called while ``leases.allocating``. Raises OSError."""
    cards = []
    for gpu in found:
        held = leases.look(place, gpu.uuid)
        cards.append(Card(gpu, held, tuple(neighbours.without_lease(gpu, held))))
    return cards


def visible(found: Sequence[Gpu], variable: str | None) -> list[Gpu]:
    """Those that CUDA_VISIBLE_DEVICES leaves, by number or beginning of the UUID; all where it says nothing."""
    if not variable:
        return list(found)
    named = [word.strip() for word in variable.split(",")]
    return [gpu for gpu in found if any(_is(gpu, word) for word in named)]


def _is(gpu: Gpu, word: str) -> bool:
    return int(word) == gpu.index if word.isdecimal() else bool(word) and gpu.uuid.startswith(word)


def impossible(needs: Needs, found: Sequence[Gpu] | NoGpus) -> str | None:
    """Why a run can never start with the GPUs there are, whoever gives some back; None when it can."""
    if isinstance(found, NoGpus):
        return f"needs {_gpus(needs.gpus)}, but {found.reason}"
    allowed = visible(found, needs.visible)
    if len(allowed) < needs.gpus:
        few = len(found) < needs.gpus
        there = f"this machine has {len(found)}" if few else f"CUDA_VISIBLE_DEVICES leaves {len(allowed)}"
        return f"needs {_gpus(needs.gpus)}, but {there}"
    asked = needs.gpu_memory_bytes
    largest = max((gpu.memory_total_bytes or 0 for gpu in allowed), default=0)
    if asked is not None and largest and asked > largest:
        return f"needs {_gb(asked)} of a GPU, but the largest here has {_gb(largest)}"
    return None


def take(needs: Needs, holder: Holder, found: Sequence[Gpu] | NoGpus, place: Path) -> Taken | Waits:
    """Lease what a run needs, all or nothing. Raises OSError."""
    never = impossible(needs, found)
    if never is not None or isinstance(found, NoGpus):
        return Waits(never or "", False)
    with leases.allocating(place):
        cards = survey(visible(found, needs.visible), place)
        asked = needs.gpu_memory_bytes
        fit = [card for card in _best_first(cards) if _fits(card, asked)][: needs.gpus]
        if len(fit) < needs.gpus:
            return _waits(needs, cards)
        return _lease(fit, asked, holder, place)


def _best_first(cards: Sequence[Card]) -> list[Card]:
    """Shared ones first, so that whole ones stay whole; then the least used."""
    return sorted(cards, key=lambda card: (not card.held.shares, card.gpu.memory_used_bytes or 0, card.gpu.index))


def _fits(card: Card, asked: int | None) -> bool:
    if asked is None or card.gpu.memory_total_bytes is None:
        return card.why_not is None
    room = card.room_bytes()
    return room is not None and room >= asked


def _lease(fit: Sequence[Card], asked: int | None, holder: Holder, place: Path) -> Taken | Waits:
    fds: list[int] = []
    for card in fit:
        uuid = card.gpu.uuid
        if asked is None or card.gpu.memory_total_bytes is None:
            got = leases.take_whole(place, uuid, holder)
        else:
            got = leases.take_share(place, uuid, holder._replace(memory_bytes=asked))
        if got is None:  # not while everybody allocates under the lock
            for fd in fds:
                os.close(fd)
            return Waits(f"waits for {card.label}", True)
        fds += got
    chosen = sorted(fit, key=lambda card: card.gpu.index)
    indices = tuple(card.gpu.index for card in chosen)
    return Taken(tuple(fds), tuple(card.gpu.uuid for card in chosen), indices)


def _waits(needs: Needs, cards: Sequence[Card]) -> Waits:
    """What is in the way, the GPUs of our own runs first: those will become free."""
    ours = [card for card in cards if not card.neighbours]
    alike: dict[str, list[str]] = {}
    for card in cards:
        if not _fits(card, needs.gpu_memory_bytes):
            alike.setdefault(_obstacle(card, needs.gpu_memory_bytes), []).append(str(card.gpu.index))
    number, either = ("", "or") if needs.gpus == 1 else (f"{needs.gpus} GPUs: ", "and")
    words = [f"gpu {f' {either} '.join(indices)}, {obstacle}" for obstacle, indices in alike.items()]
    joint = ", or for " if needs.gpus == 1 else ", and "
    return Waits(f"waits for {number}{joint.join(words)}", blocks=len(ours) >= needs.gpus)


def _obstacle(card: Card, asked: int | None) -> str:
    room = card.room_bytes()
    if asked is not None and room is not None and card.held.shares:
        return f"{_gb(max(0, room))} left beside {' and '.join(holder.name for holder in card.held.shares)}"
    return card.why_not or "not free"


def _gpus(number: int) -> str:
    return "a GPU" if number == 1 else f"{number} GPUs"


def _gb(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
