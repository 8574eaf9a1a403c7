"""Which curve comes first: what a run is judged by before what explains it, by the names alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from labjournal import tags
from labjournal.checks.naming import read_name

_MACHINE = re.compile(
    r"(^|[/_.\s-])(speed|throughput|tokens|samples|images|it|iter|sec|seconds|time|mem|memory|gpu|cpu|ram|vram|system|"
    r"util|power|temp|fps)([/_.\s-]|$)|_per_s",
    re.IGNORECASE,
)
_ORDER = ("loss", "held-out quality", "held-out loss", "quality", "gradient", "update", "rate", "other", "machine")


def is_about_machine(name: str) -> bool:
    """Whether a curve speaks of speed, memory or hardware."""
    return kind_of(name) == "machine"


def kind_of(name: str) -> str:
    """What a curve is about: one of the kinds above."""
    read = read_name(name)
    held_out = "held-out " if read.role in ("validation", "test") else ""
    if read.quantity == "loss":
        return f"{held_out}loss"
    if read.quantity in ("goodness", "reward"):
        return f"{held_out}quality"
    if read.quantity == "lr":
        return "rate"
    lower = name.lower()
    if "grad" in lower and "norm" in lower:
        return "gradient"
    return "machine" if not lower.startswith(f"{tags.WATCH}/") and _MACHINE.search(lower) else "other"


def in_order(titles: Iterable[str], quantities: Mapping[str, str]) -> list[str]:
    """Titles of panels as they are shown; ``quantities`` are those the watch keeps of modules (title -> quantity).

    The watch's own loss and learning rate come late where the script writes them itself.
    """
    titles = list(titles)
    said = {kind_of(one) for one in titles if one not in quantities and not one.startswith(f"{tags.WATCH}/")}

    def place(title: str) -> tuple[bool, int, bool, str]:
        quantity = quantities.get(title)
        if quantity is None:
            kind = kind_of(title)
            late = title.startswith(f"{tags.WATCH}/") and kind in said
            return late, _ORDER.index(kind), read_name(title).scope != "total", title.lower()
        about = {tags.UPDATE_RATIO: "update", tags.LEARNING_RATE: "rate", tags.GRAD_NORM: "gradient"}.get(quantity)
        return about is None or about in said, _ORDER.index(about or "other"), False, title

    return sorted(titles, key=place)
