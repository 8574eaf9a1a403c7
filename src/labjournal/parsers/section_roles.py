"""The roles that headings of markdown give to their sections, and those that an output gives to itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from labjournal.parsers.names import words_of
from labjournal.parsers.reading import RoleName
from labjournal.parsers.titles import title_role


@dataclass(slots=True)
class SectionRoles:
    """What holds again when a section or a fence ends."""

    above: tuple[tuple[int, RoleName], ...] = ()
    """The roles that the headings above gave, with their levels."""
    outside: RoleName = "unclear"
    """The role before the fence that is open."""

    unmarked: RoleName = "unclear"
    """The role that a title without any mark gave."""
    blank: int = field(default=-9, compare=False)
    """The last blank line."""

    def parted(self, number: int, role: RoleName, *, valued: bool) -> RoleName:
        """The role below a blank line: two of them below values end that of a title without any mark."""
        twice, self.blank = self.blank == number - 1, number
        return "unclear" if twice and valued and role == self.unmarked else role

    def entered(self, level: int, role: RoleName) -> RoleName:
        """The role below a heading of this level, where the heading itself gives none."""
        kept = tuple(one for one in self.above if one[0] < level)
        if kept == self.above:
            return role
        self.above = kept
        return kept[-1][1] if kept else "unclear"

    def headed(self, text: str) -> None:
        """Takes in the role that a heading gives to its section."""
        role = title_role(words_of(text), trained=False)
        if role != "unclear":
            self.above = (*self.above, (len(text) - len(text.lstrip("#")), role))

    def fence(self, role: RoleName, *, opened: bool) -> RoleName:
        """The role behind a fence: what was announced within holds within."""
        if opened:
            self.outside = role
        return role if opened else self.outside
