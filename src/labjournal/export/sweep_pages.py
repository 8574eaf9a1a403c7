"""Sweeps, written anew at each export: ``entries/sweeps/NAME.md`` with the table, what decides, and a map."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from labjournal import format as fmt
from labjournal.export import contour, kept_tables, markdown
from labjournal.export.blocks import Block, harmless
from labjournal.model import Status
from labjournal.stats import importance
from labjournal.store import Store
from labjournal.sweeps import plan, table
from labjournal.sweeps.table import Row, Table

FOLDER = "sweeps"
_UNSAFE = re.compile(r"[^\w.-]+")
_ROWS = 50
_BAR = 30
_SURE = 0.05


def files(store: Store, folder: Path, hidden: Callable[[str], str]) -> Iterator[tuple[Path, list[Block]]]:
    """The newest sweep of each name with its file."""
    newest = {sweep.name: sweep for _, sweep in plan.known(store)}
    for name, sweep in newest.items():
        stem = _UNSAFE.sub("-", name).lstrip(".") or "sweep"
        text = "\n\n".join("\n".join(part) for part in _parts(table.build(store, sweep)) if part)
        yield folder / FOLDER / f"{stem}.md", [Block(kept_tables.block_id(stem), harmless(hidden(text)))]


def _parts(built: Table) -> Iterator[list[str]]:
    sweep = built.sweep
    counted = ", ".join(f"{fmt.count(count)} {word}" for word, count in built.counts.items()) or "none"
    yield [f"# sweep {fmt.markdown(sweep.name)}"]
    yield [f"{fmt.plural(sweep.size, 'trial')}: {counted}.", f"Command: {fmt.markdown(_command(built))}"]
    yield list(_grid(built))
    better = {"lower": ", lower is better", "higher": ", higher is better"}.get(built.direction or "", "")
    told = [] if built.metric is None else [f"{built.metric}: {built.at} value{better}"]
    yield [f"- {fmt.markdown(note)}" for note in (*told, *built.notes)]
    yield from _plots(built)


def _command(built: Table) -> str:
    return " ".join(plan.kept(built.sweep).command)


def _grid(built: Table) -> Iterator[str]:
    names = [axis.name for axis in built.sweep.axes]
    seeds = bool(built.sweep.seeds)
    headings = [*names, built.metric or "value", *(["sd", "n"] if seeds else []), "state", "took"]
    rows = [_cells(row, names, seeds) for row in built.rows[:_ROWS]]
    right = [True] * (len(headings) - 2) + [False, True]
    yield from markdown.grid(list(map(fmt.markdown, headings)), rows, right)
    if len(built.rows) > _ROWS:
        yield f"\n… and {fmt.count(len(built.rows) - _ROWS)} more."


def _cells(row: Row, names: list[str], seeds: bool) -> list[str]:
    value = row.mean if row.mean is not None else next((one.value for one in row.measured if one is not None), None)
    spread = [fmt.number(row.sd), fmt.count(sum(one is not None for one in row.measured))] if seeds else []
    said = [fmt.markdown(row.values.get(name, "")) for name in names]
    return [*said, fmt.number(value), *spread, row.status.lower(), fmt.duration_short(row.took_s)]


def _finished(built: Table) -> list[tuple[Row, float]]:
    """What may be compared: of a trial that was ended early the value is that of another moment."""
    return [
        (row, one.value)
        for row in built.rows
        for trial, one in zip(row.trials, row.measured, strict=True)
        if one is not None and math.isfinite(one.value) and trial.status == Status.DONE and trial.retracted is None
    ]


def _plots(built: Table) -> Iterator[list[str]]:
    done = _finished(built)
    names = [axis.name for axis in built.sweep.axes]
    if built.metric is None or len(names) < 2 or not done:
        return
    yield ["## What decides"]
    if len(done) < importance.LEAST:
        yield [f"Not told: {fmt.plural(len(done), 'finished trial')}, and fewer than {importance.LEAST} say nothing."]
        return
    said = {name: [row.values.get(name, "") for row, _ in done] for name in names}
    shares = importance.shares(said, [value for _, value in done])
    if not shares:
        yield ["Nothing: all trials came out alike."]
        return
    wide = max(map(fmt.cells, shares))
    bars = [f"{fmt.pad(fmt.visible(name), wide)}  {_bar(one)}" for name, one in shares.items()]
    yield ["```text", *bars, "```"]
    yield list(_meaning(built, len(done)))
    if built.direction is not None:
        yield from _map(built, list(shares), done)


def _bar(one: importance.Share) -> str:
    chance = "  may be chance" if one.p > _SURE else ""
    return f"{fmt.pad('█' * round(one.share * _BAR), _BAR)} {one.share:.2f}{chance}"


def _meaning(built: Table, n: int) -> Iterator[str]:
    what = f"{fmt.markdown(str(built.metric))} (by ranks, over {fmt.plural(n, 'finished trial')})"
    yield f"The share of the spread of {what} that lies between the values of one setting, less what chance would give."
    yield "The rest is what settings do together, and luck."
    if built.sweep.search is not None:
        yield "A search looks more often where it was good: the shares are those of the region it looked at."


def _map(built: Table, names: list[str], done: list[tuple[Row, float]]) -> Iterator[list[str]]:
    """Over the two settings that decide most, of those that are numbers."""
    numbers = {name: [importance.number_of(row.values.get(name, "")) for row, _ in done] for name in names}
    drawn = [name for name in names if None not in numbers[name] and len(set(numbers[name])) > 2][:2]
    if len(drawn) < 2:
        return
    x, y = drawn
    trials = [
        (one, two, value)
        for one, two, (_, value) in zip(numbers[x], numbers[y], done, strict=True)
        if one is not None and two is not None
    ]
    shown = contour.lines(fmt.visible(x), fmt.visible(y), trials, str(built.metric), built.direction == "lower")
    if shown:
        mean = ", the mean over the other settings" if len(built.sweep.axes) > 2 or built.sweep.seeds else ""
        yield [f"## {fmt.markdown(x)} and {fmt.markdown(y)}{mean}"]
        yield ["```text", *shown, "```"]
