"""`Journal`: the read side of a journal for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from labjournal import paths
from labjournal.errors import JournalError, NotFoundError
from labjournal.follower import Follower
from labjournal.model import Entry, Finding, Result, Run, SeriesInfo, SeriesKey

if TYPE_CHECKING:
    from labjournal.compare import Table
    from labjournal.store.pivot import Pivot
    from labjournal.store.series import SeriesData


class Journal:
    """An open journal, brought up to date at opening and by `refresh`. For one thread; closes as a context manager."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self.refresh()

    @classmethod
    def open(cls, path: str | Path | None = None) -> Self:
        """The journal of a folder, default: found as the command line finds it. Raises NotFoundError."""
        found = paths.find(Path(path) if path is not None else None)
        if found is None:
            raise NotFoundError("There is no journal here.", "Start one with: labjournal run -- python train.py")
        found.read_identity()
        return cls(Follower.open(found))

    def refresh(self) -> None:
        """Take in what was written since."""
        self._follower.catch_up()

    def close(self) -> None:
        self._follower.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def runs(self, limit: int | None = None) -> list[Run]:
        """Newest first."""
        return self._follower.store.runs(limit)

    def run(self, reference: str) -> Run:
        """By name, id or end of it, ``@last`` and the like. Raises NotFoundError."""
        return self._follower.store.resolve(reference)

    def series_list(self, reference: str) -> list[SeriesInfo]:
        return self._follower.store.series_list(self.run(reference).id)

    def series(self, reference: str, tag: str, folder: str = "") -> SeriesData:
        """The points of one curve as numpy columns. Raises NotFoundError."""
        data = self._follower.store.series(SeriesKey(self.run(reference).id, folder, tag))
        if data is None:
            raise NotFoundError(f"{reference} has no curve {tag!r}.", "series_list() names them.")
        return data

    def results(self, reference: str | None = None) -> list[Result]:
        """Oldest first; of one run (as subject) or of all."""
        return self._follower.store.results(run=self.run(reference).id if reference else None)

    def findings(self, reference: str | None = None) -> list[Finding]:
        return self._follower.store.findings(self.run(reference).id if reference else None)

    def entries(self, since: datetime | None = None, grep: str | None = None) -> list[Entry]:
        return self._follower.store.entries(since=since, grep=grep)

    def table(self, references: Sequence[str] = (), **selection: Any) -> Table:
        """The comparison table; keywords as in `labjournal.compare.Selection`."""
        from labjournal.compare import Selection, build_table

        chosen = Selection(rows=tuple(references), **selection)
        return build_table(self._follower.store, chosen, self._follower.config)

    def pivot(self, metric: str) -> Pivot:
        """One stated metric of every checkpoint, data sets side by side; 100,000 results in 50 ms."""
        from labjournal.store.pivot import pivot

        return pivot(self._follower.store.connection, metric)

    def to_frame(self, references: Sequence[str] = ()) -> Any:
        """The table as a pandas DataFrame, one row a result. Raises JournalError without pandas."""
        try:
            import pandas
        except ImportError as error:
            raise JournalError("to_frame() needs pandas.", "pip install pandas") from error
        table = self.table(references)
        rows = []
        for row in table.rows:
            head = {"run": row.run, "name": row.name, "checkpoint": row.checkpoint, "dataset": row.dataset}
            rows.append({**head, **row.options, **{metric: cell.value for metric, cell in row.cells.items()}})
        return pandas.DataFrame(rows)
