"""Where a table's rows come from: anything that can count, slice and find. Nothing is drawn here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from labjournal.tui.text import Line

T = TypeVar("T")


class RowKind(Enum):
    ROW = "row"
    GROUP = "group"
    AIR = "air"
    """An empty line between groups; the cursor steps over it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    id: str
    """The thing this row shows. Cursor and marks hold on to it, never to a row number."""
    cells: tuple[Line, ...]
    """One line of spans a column; a group has a single one over the whole width."""
    kind: RowKind = RowKind.ROW
    folded: bool = False


class RowSource(Protocol):
    """Rows by number, without keeping them all: a list, a query with LIMIT and OFFSET, a generator of tests."""

    def count(self) -> int:
        """How many rows there are now."""
        ...

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """The rows ``start`` to ``stop - 1``; shorter where there are fewer."""
        ...

    def index_of(self, id: str) -> int | None:
        """The number of the row that shows a thing; None when it is not there (filtered, folded away)."""
        ...


class ListRows:
    """Rows held in memory."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._index = {row.id: at for at, row in enumerate(rows)}

    def count(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return self._rows[max(0, start) : stop]

    def index_of(self, id: str) -> int | None:
        return self._index.get(id)


class MadeRows(Generic[T]):
    """Rows that are made of things when they come in sight: thousands of entries cost a screenful."""

    def __init__(self, things: Sequence[T], id_of: Callable[[T], str], make: Callable[[T], Row]) -> None:
        self._things, self._id_of, self._make = things, id_of, make
        self._index: dict[str, int] | None = None

    def count(self) -> int:
        return len(self._things)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return [self._make(one) for one in self._things[max(0, start) : stop]]

    def index_of(self, id: str) -> int | None:
        if self._index is None:
            self._index = {self._id_of(one): at for at, one in enumerate(self._things)}
        return self._index.get(id)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one head line that folds them away."""

    id: str
    head: Line
    members: RowSource


class GroupedRows:
    """Groups below each other, each folded or not, with or without air between them."""

    def __init__(self, groups: Sequence[Group], folded: frozenset[str] = frozenset(), air: bool = False) -> None:
        self._groups = groups
        self._folded = folded
        self._air = air
        lengths = [
            1 + (0 if group.id in folded else group.members.count()) + (air and at + 1 < len(groups))
            for at, group in enumerate(groups)
        ]
        self._starts = [0, *accumulate(lengths)]
        self._heads = {group.id: self._starts[at] for at, group in enumerate(groups)}

    def count(self) -> int:
        return self._starts[-1]

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        start, stop = max(0, start), min(stop, self.count())
        found: list[Row] = []
        while start < stop:
            at = bisect_right(self._starts, start) - 1
            taken = self._of_group(at, start - self._starts[at], min(stop, self._starts[at + 1]) - self._starts[at])
            if not taken:
                break
            found += taken
            start += len(taken)
        return found

    def _of_group(self, at: int, start: int, stop: int) -> list[Row]:
        group = self._groups[at]
        folded = group.id in self._folded
        members = 0 if folded else group.members.count()
        found: list[Row] = []
        if start == 0:
            found.append(Row(group.id, (group.head,), RowKind.GROUP, folded))
        if members and stop > 1:
            found += group.members.rows(max(0, start - 1), min(members, stop - 1))
        if self._air and stop > 1 + members:
            found.append(Row(f"{group.id}\0air", (), RowKind.AIR))
        return found

    def index_of(self, id: str) -> int | None:
        if id in self._heads:
            return self._heads[id]
        for at, group in enumerate(self._groups):
            if group.id not in self._folded and (inside := group.members.index_of(id)) is not None:
                return self._starts[at] + 1 + inside
        return None


class Stacked:
    """One source above another, with or without an empty line between them."""

    def __init__(self, upper: RowSource, lower: RowSource, air: bool = False) -> None:
        self._upper, self._lower, self._air = upper, lower, air

    @property
    def _start(self) -> int:
        """Where the lower one begins."""
        return self._upper.count() + self._air

    def count(self) -> int:
        return self._start + self._lower.count()

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        start, cut = max(0, start), self._upper.count()
        found = list(self._upper.rows(start, min(stop, cut))) if start < cut else []
        if self._air and start <= cut < stop:
            found.append(Row("\0air", (), RowKind.AIR))
        if stop > self._start:
            found += self._lower.rows(max(0, start - self._start), stop - self._start)
        return found

    def index_of(self, id: str) -> int | None:
        inside = self._upper.index_of(id)
        if inside is not None:
            return inside
        below = self._lower.index_of(id)
        return None if below is None else self._start + below
