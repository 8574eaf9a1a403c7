"""What the headings and short lines above a line of a diary say of it, the nearest first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from labjournal.importers.places import NOWHERE, Place

_GROUP = re.compile(r"^(\s*)[-*+•]\s+(?P<name>[^\W\d][\w /-]{1,30}?)\s*[=:#]?\s*(?P<value>\d[\w.%]*)\s*:\s*$")


@dataclass(frozen=True, slots=True)
class Group:
    """An item of a list that heads those below it: ``- Threshold 0.05:``."""

    indent: int = -1
    name: str = ""
    value: str = ""

    @classmethod
    def of(cls, text: str) -> Group | None:
        match = _GROUP.match(text)
        return cls(len(match[1].expandtabs(4)), match["name"].strip().lower(), match["value"]) if match else None

    def place(self, text: str) -> Place:
        """What it says of a line: only of those that are indented deeper."""
        indent = len(text.expandtabs(4)) - len(text.expandtabs(4).lstrip())
        return Place(options={self.name: self.value}) if 0 <= self.indent < indent else NOWHERE


class Scopes:
    """The headings above a line, each with what it says, and what lines under them say.

    A line stands half a level below the heading it is under, so that a deeper heading keeps it and the next heading of
    that level ends it. A line that names another checkpoint takes the place of the one before.
    """

    def __init__(self) -> None:
        self._stack: list[tuple[float, Place]] = []
        self._of_set: frozenset[str] = frozenset()
        """Options that the last line said together with a data set: the next set does not have them."""

    @property
    def place(self) -> Place:
        place = NOWHERE
        for _, deeper in self._stack:
            place = place.under(deeper)
        return place

    def enter(self, level: int, place: Place) -> None:
        self._of_set = frozenset()
        self._stack = [scope for scope in self._stack if scope[0] < level]
        if place.checkpoint is not None:
            # A line named the checkpoint before; what it said does not hold for this one, though it stands higher.
            named = next((at for at, (above, said) in enumerate(self._stack) if above % 1 and said.checkpoint), None)
            self._stack = self._stack[:named]
        self._stack.append((level, place))

    def say_above(self, place: Place) -> None:
        """As if the heading over the present one had said it."""
        above = next((at for at in range(len(self._stack) - 2, -1, -1) if not self._stack[at][0] % 1), None)
        if above is None:
            self.say(place)
        else:
            level, said = self._stack[above]
            self._stack[above] = (level, said.under(place))

    def say(self, place: Place) -> None:
        if not place:
            return
        bound, self._of_set = self._of_set, _bound(place) if place.dataset else self._of_set - place.options.keys()
        if place.checkpoint is not None and place.checkpoint != self.place.checkpoint:
            named = next((at for at, (_, above) in enumerate(self._stack) if above.checkpoint is not None), None)
            if named is not None:
                level = int(self._stack[named][0])
                self._stack = self._stack[:named]  # what was said of another checkpoint does not hold for this one
            else:
                if self._stack and self._stack[-1][0] % 1:
                    self._stack.pop()  # nor what was said before the first one was named
                level = int(self._stack[-1][0]) if self._stack else 0
            self._stack.append((level + 0.5, place))
        elif self._stack and self._stack[-1][0] % 1:
            half, said = self._stack.pop()
            if place.dataset not in (None, said.dataset):
                kept = {name: state for name, state in said.options.items() if name not in bound}
                said = replace(said, options=kept)
            self._stack.append((half, said.under(place)))
        else:
            self._stack.append(((self._stack[-1][0] if self._stack else 0) + 0.5, place))


def _bound(place: Place) -> frozenset[str]:
    return frozenset(place.options) if place.checkpoint is None else frozenset()
