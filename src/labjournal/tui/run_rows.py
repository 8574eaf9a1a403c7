"""The list of runs as a source of rows: filtered, sorted, grouped; cells are made only for rows in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.reading_runs import Beside, MetricChoice
from labjournal.tui.run_cells import WIDE, cells
from labjournal.tui.run_groups import apart, families, sort_keys
from labjournal.tui.text import Line
from labjournal.tui.widgets.row_drawing import MARGIN, PREFIX
from labjournal.tui.widgets.row_source import Group, GroupedRows, Row, RowSource, Stacked
from labjournal.vocabulary import Level, Status

if TYPE_CHECKING:
    from labjournal.store.rows import RunRow

SORTS = ("age", "metric", "step", "finding", "state")


class RunRows:
    """All runs by id, newest first, and how they are shown."""

    def __init__(
        self,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        wanted: Callable[[Sequence[str]], None],
        width: Callable[[], int],
    ) -> None:
        """An empty list.

        Args:
            glyphs: The signs to use.
            now: The clock ages are told by.
            wanted: Called with runs that came in sight and of which nothing beside their row is known yet.
            width: Cells of the table that is drawn.
        """
        self._glyphs = glyphs
        self._now = now
        self._wanted = wanted
        self._width = width
        self._rows: dict[str, RunRow] = {}
        self._order: list[str] = []
        self._counts: Counter[str] | None = None
        self._alarms: int | None = None
        self._beside: dict[str, Beside] = {}
        self._accepted: frozenset[str] | None = None
        self.choice: MetricChoice | None = None
        self.hidden: frozenset[str] = frozenset()
        """Runs that somebody put out of sight; a filter finds them again."""
        self.sort = "age"
        self.reverse = False

    @property
    def wide(self) -> bool:
        """Whether trend and rule names have room."""
        return self._width() - PREFIX - MARGIN >= WIDE

    # What there is

    def take(self, rows: Iterable[RunRow]) -> None:
        """Take in new and changed rows."""
        new = False
        self._counts = self._alarms = None
        for row in rows:
            new = new or row.id not in self._rows
            self._rows[row.id] = row
        if new:
            self._order = sorted(self._rows, reverse=True)

    def learn(self, beside: Mapping[str, Beside]) -> None:
        """Take in what stands beside rows."""
        self._beside.update(beside)

    def forget(self, ids: Iterable[str]) -> None:
        """Ask again for what stands beside these rows when they are in sight."""
        for run in ids:
            self._beside.pop(run, None)

    def measured(self, run: str) -> str:
        """The number that the list shows of a run, in words; "" where it has none."""
        for what, value, interval, tainted in self._beside.get(run, Beside()).values:
            if what == self.choice:
                return f"{what.title} {value} {interval}".rstrip() + (", retracted" if tainted else "")
        return ""

    @property
    def known(self) -> list[Beside]:
        return list(self._beside.values())

    def unknown(self) -> list[str]:
        """Runs beside which nothing was read yet."""
        return [run for run in self._order if run not in self._beside]

    def row(self, id: str) -> RunRow | None:
        return self._rows.get(id)

    @property
    def rows(self) -> list[RunRow]:
        """Every run, newest first."""
        return [self._rows[run] for run in self._order]

    @property
    def names(self) -> list[str]:
        """Names of runs, newest first, each once."""
        return list(dict.fromkeys(self._rows[run].name for run in self._order))

    def count_of(self, status: Status) -> int:
        """How many runs stand so; counted once for all that asks between two changes, several times a second."""
        if self._counts is None:
            self._counts = Counter(row.status for row in self._rows.values())
        return self._counts[status]

    @property
    def alarms(self) -> int:
        """Runs with an open alarm that nobody has retracted yet."""
        if self._alarms is None:
            self._alarms = sum(row.worst_level == Level.ALARM and not row.retracted for row in self._rows.values())
        return self._alarms

    @property
    def newest_alarm(self) -> str | None:
        """The newest run with an open alarm."""
        found = (run for run in self._order if self._rows[run].worst_level == Level.ALARM)
        return next((run for run in found if not self._rows[run].retracted), None)

    def __len__(self) -> int:
        return len(self._rows)

    def accept(self, ids: frozenset[str] | None) -> None:
        """Show only these runs; None: all that are not hidden."""
        self._accepted = ids

    # As rows

    def source(self, folded: frozenset[str], air: bool = False) -> tuple[RowSource, int]:
        """The rows as they are now, and how many runs are among them.

        Runs in the making and trainings come first, by families; groups of the others below. ``air``: an empty line
        between groups.
        """
        accepted = self._accepted
        if accepted is None:
            shown = [self._rows[run] for run in self._order if run not in self.hidden]
        else:
            shown = [self._rows[run] for run in self._order if run in accepted]
            # A filter looks everywhere: what it found must not be folded away.
            folded = frozenset()
        main, others = apart(shown)
        below = [Group(name, self._head(words, members), _Slice(self, members)) for name, words, members in others]
        upper: list[Group] = []
        if self.sort == "age" and not self.reverse:
            for one in families(main, self._rows):
                head: Line = [(one.title, "b text"), (f"  {len(one.members)}  {format.visible(one.about)}", "muted")]
                upper.append(Group(one.id, head, _Slice(self, one.members)))
        else:
            main.sort(key=sort_keys(self._number)[self.sort], reverse=True)
            if self.reverse:
                measured = [row for row in main if self.sort != "metric" or self._number(row.id) is not None]
                rest = [row for row in main if self.sort == "metric" and self._number(row.id) is None]
                main = [*reversed(measured), *rest]
        if upper:
            return GroupedRows([*upper, *below], folded, air), len(shown)
        lower = GroupedRows(below, folded)
        source = _Slice(self, main)
        return (Stacked(source, lower, air and bool(main) and bool(below)), len(shown))

    def _head(self, words: str, members: Sequence[RunRow]) -> Line:
        newest = members[0]
        age = format.age(datetime.fromisoformat(newest.created_at), self._now())
        told = f"  {format.count(len(members))}  newest {format.visible(newest.name)}, {age}"
        return [(words, "b text"), (told, "muted")]

    def _number(self, run: str) -> float | None:
        """The shown metric of a run as a number; None where it was not measured."""
        beside = self._beside.get(run)
        if beside is None:
            return None
        return next((number for choice, number in beside.numbers if choice == self.choice), None)

    def made(self, rows: Sequence[RunRow]) -> list[Row]:
        """Rows of the table, and a question for what is not known beside them."""
        unknown = [row.id for row in rows if row.id not in self._beside]
        if unknown:
            self._wanted(unknown)
        now, wide = self._now(), self.wide
        nothing = Beside()
        return [
            Row(row.id, cells(row, self._beside.get(row.id, nothing), self.choice, wide, now, self._glyphs))
            for row in rows
        ]


class _Slice:
    """A part of the runs as a row source."""

    def __init__(self, runs: RunRows, rows: Sequence[RunRow]) -> None:
        self._runs = runs
        self._rows = rows
        self._index: dict[str, int] | None = None

    def count(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return self._runs.made(self._rows[max(0, start) : stop])

    def index_of(self, id: str) -> int | None:
        if self._index is None:
            self._index = {row.id: at for at, row in enumerate(self._rows)}
        return self._index.get(id)
