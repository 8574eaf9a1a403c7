"""The table of a sweep as text and as the object of ``--json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labjournal import format as fmt
from labjournal.sweeps.table import Row, Table

_SHOWN = 20


def summary(table: Table) -> dict[str, Any]:
    sweep = table.sweep
    return {
        "id": sweep.id,
        "name": sweep.name,
        "command": list(sweep.command),
        "axes": [axis.as_data() for axis in sweep.axes],
        "seeds": sweep.seeds,
        "size": sweep.size,
        "counts": dict(table.counts),
        "metric": table.metric,
        "direction": table.direction,
        "at": table.at,
    }


def as_json_row(row: Row) -> dict[str, Any]:
    return {
        "values": dict(row.values),
        "status": row.status,
        "mean": row.mean,
        "sd": row.sd,
        "took_s": row.took_s,
        "trials": [
            {
                "run": trial.run,
                "name": trial.name,
                "number": trial.number,
                "seed": trial.seed,
                "status": trial.status,
                "cause": trial.cause,
                "value": None if one is None else one.value,
                "step": None if one is None else one.step,
            }
            for trial, one in zip(row.trials, row.measured, strict=True)
        ],
    }


def counted(table: Table) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in table.counts.items()) or "no trials"


def lines(table: Table, everything: bool) -> Iterator[str]:
    sweep = table.sweep
    yield f"{fmt.visible(sweep.name)}: {fmt.count(sweep.size)} trials, {counted(table)}"
    names = [axis.name for axis in sweep.axes] or ["run"]
    better = {"lower": ", lower is better", "higher": ", higher is better"}.get(table.direction or "", "")
    heading = [*names, f"{table.metric or 'value'}", *(["sd", "n"] if sweep.seeds else []), "step", "state", "took"]
    rows = [_cells(row, names, bool(sweep.seeds)) for row in (table.rows if everything else table.rows[:_SHOWN])]
    widths = [max(fmt.cells(line[at]) for line in [heading, *rows]) for at in range(len(heading))]
    for line in [heading, *rows]:
        yield "  ".join(
            fmt.pad(cell, width, right=at > 0) for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
    if len(rows) < len(table.rows):
        yield f"… and {fmt.count(len(table.rows) - len(rows))} more (--full)"
    if table.metric is not None:
        yield f"{table.metric}: {table.at} value{better}"
    yield from table.notes


def _cells(row: Row, names: list[str], seeds: bool) -> list[str]:
    spread = [fmt.missing() if row.sd is None else fmt.number(row.sd)]
    spread += [str(sum(one is not None for one in row.measured))]
    single = row.measured[0] if len(row.measured) == 1 else None
    value = row.mean if row.mean is not None else None if single is None else single.value
    step = fmt.missing() if single is None or single.step is None else fmt.count(single.step)
    return [
        *(fmt.visible(row.values.get(name, row.trials[0].name)) for name in names),
        fmt.missing() if value is None else fmt.number(value),
        *(spread if seeds else []),
        step,
        row.status.lower(),
        fmt.duration_short(row.took_s),
    ]
