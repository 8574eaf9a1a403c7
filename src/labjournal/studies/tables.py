"""The tables of a study: ``[[table]]`` names stages, and becomes a kept table over the runs that count for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from labjournal.config import Config, TableConfig
from labjournal.errors import NotFoundError
from labjournal.model import Run
from labjournal.store import Store
from labjournal.studies import members, protocol
from labjournal.studies.metrics import with_metrics
from labjournal.studies.protocol import Study
from labjournal.studies.sections import TableSection


def last_size(store: Store, study: str) -> str | None:
    """The size that was run last."""
    runs = store.runs_of_study(study)
    return runs[-1].stage.size if runs and runs[-1].stage is not None else None


def of_folder(store: Store, config: Config, folder: Path) -> Config:
    """The configuration with the tables of the study in a folder, at the size run last, and with its metrics.

    Raises InputError for a ``study.toml`` that cannot be read.
    """
    return of_study(store, config, protocol.load(folder, last_size(store, folder.name)))


def of_study(store: Store, config: Config, study: Study) -> Config:
    """The configuration with the tables of a study and its metrics; the journal's own tables are left out."""
    runs = store.runs_of_study(study.name)
    counting = members.current(runs, study)
    tables = {table.name: _table(study, table, counting) for table in study.tables}
    return with_metrics(study, config)._replace(tables=tables)


def _table(study: Study, table: TableSection, runs: Mapping[str, Sequence[Run]]) -> TableConfig:
    rows = [run.id for run in _runs(study, table, runs)]
    baseline = None
    if table.baseline is not None:
        base = runs[table.baseline]
        baseline = base[-1].id if base else None
    return TableConfig(
        rows=tuple(rows) or (_NONE,),
        metrics=table.metrics,
        datasets=table.datasets,
        at=table.at,
        baseline=baseline,
        options=table.options,
        by=table.by,
        labels=table.labels,
        digits=table.digits,
        caption=table.caption or f"{study.name}: {table.name}",
    )


_NONE = "no run of this study"
"""A table without rows would show all runs there are."""


def has_runs(config: Config, table: str) -> bool:
    return config.tables[table].rows != (_NONE,)


def _runs(study: Study, table: TableSection, runs: Mapping[str, Sequence[Run]]) -> Iterator[Run]:
    for stage in study.stages:
        wanted = table.stages or tuple(one.name for one in study.stages if one.fault is None)
        if any(fnmatchcase(stage.name, pattern) for pattern in wanted):
            yield from runs[stage.name]


def named(study: Study, name: str | None) -> str:
    """The table that is meant: the only one where none is named. Raises NotFoundError."""
    known = [table.name for table in study.tables]
    if name in known or (name is None and len(known) == 1):
        return name or known[0]
    what = f"no table {name!r}" if name is not None else "more than one table" if known else "no table"
    raise NotFoundError(f"{study.name} has {what}.", f"Its tables: {', '.join(known) or 'add a [[table]]'}.")
