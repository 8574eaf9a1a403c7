"""The hour at the head of a section that somebody wrote into a day of the diary: ``## 09:30 what happened``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import time

from labjournal.importers.document import scan

_DEEPEST = 2
"""What the journal writes of a day stands under headings of this level; those below are parts of a section."""
_CLOCK = re.compile(
    r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s*Uhr)?"
    r"(?:\s*[-–—:|·,]\s+|\s+|\Z)(?!\s*(?:h|hours?|hrs?|min(?:utes)?|Stunden)\b)(?P<title>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Part:
    """Text between two such headings."""

    clock: time | None
    """None before the first."""
    text: str
    """Title and what stands below it, without the hour; as it was written where there is no hour."""


def parts(text: str, sets: Collection[str] = ()) -> list[Part]:
    """The text in its order, nothing left out but blank lines around the parts and the hours of their headings.

    ``sets`` are names of data sets, of which ``1:10`` may be one: a heading that begins with one tells no hour.
    """
    rows = text.replace("\r", "\n").split("\n")
    heads = list(_heads(text, sets))
    starts = [*(row for row, _, _ in heads), len(rows)]
    found = [Part(None, "\n".join(rows[: starts[0]]).strip("\n"))]
    for (row, clock, title), end in zip(heads, starts[1:], strict=True):
        body = "\n".join(rows[row + 1 : end]).strip("\n")
        found.append(Part(clock, "\n\n".join(filter(None, (title, body))) or rows[row]))
    return [part for part in found if part.text.strip()]


def _heads(text: str, sets: Collection[str]) -> Iterator[tuple[int, time, str]]:
    """Row, hour and title of each heading with an hour; none inside of a fence."""
    for line in scan(text):
        if line.kind != "heading" or line.level > _DEEPEST or not line.text.lstrip().startswith("#"):
            continue
        said = _CLOCK.fullmatch(line.title)
        if said is not None and line.title.split()[0].rstrip(",:") not in sets:
            clock = time(int(said["hour"]), int(said["minute"]), int(said["second"] or 0))
            yield line.number - 1, clock, said["title"].strip()
