"""`labjournal diff`: two runs against each other, in everything that is on record."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context, terminal_columns

if TYPE_CHECKING:
    from labjournal.compare.run_difference import Changed, Code, CurveEnd, CurvePair, RunDifference
    from labjournal.model import Run

_MOST_HUNK_LINES = 60
_MOST_ITEMS = 20
_SPARK = 24


@click.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--full", is_flag=True, help="Every changed line, package, file and curve.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@pass_context
def command(context: Context, first: str, second: str, full: bool, as_json: bool) -> None:
    """Show in what run B differs from run A: settings, code, packages, data, machine, results, curves.

    A and B are runs, or REF:STEP for a checkpoint's results.
    """
    from labjournal.cli import session
    from labjournal.compare.run_difference import diff_runs

    with session.opened(context) as follower:
        found = diff_runs(follower.store, follower.paths, follower.config, first, second)
    if as_json:
        session.print_json(_json(found))
        return
    width = max(40, terminal_columns())
    click.echo("\n".join(_text(found, full, width)))


def _json(found: RunDifference) -> dict[str, Any]:
    from labjournal.export import json_table

    return {
        "a": _identity(found.a),
        "b": _identity(found.b),
        "settings": [_changed(item) for item in found.settings],
        "equal_settings": found.equal_settings,
        "code": {
            "a": found.code.a,
            "b": found.code.b,
            "files": [dataclasses.asdict(file) for file in found.code.files],
            "hunks": found.code.hunks,
            "lines_left_out": found.code.lines_left_out,
            "unknown": found.code.unknown,
        },
        "python": [_changed(item) for item in found.python],
        "python_unknown": found.python_unknown,
        "data": [_changed(item) for item in found.data],
        "machine": [_changed(item) for item in found.machine],
        "curves": [{"name": pair.name, "a": _curve(pair.a), "b": _curve(pair.b)} for pair in found.curves],
        "results": json_table.as_json(found.results),
    }


def _identity(run: Run) -> dict[str, Any]:
    return {"id": run.id, "name": run.name, "kind": run.kind, "status": run.status, "retracted": run.retracted}


def _changed(item: Changed) -> dict[str, object]:
    return {"name": item.name, "a": item.a, "b": item.b}


def _curve(end: CurveEnd | None) -> dict[str, Any] | None:
    return None if end is None else {"n": end.n, "last_step": end.last_step, "last_value": end.last_value}


def _text(found: RunDifference, full: bool, width: int) -> Iterator[str]:
    from labjournal import format as fmt

    most = None if full else _MOST_ITEMS
    yield from _sides(found)
    total = len(found.settings) + found.equal_settings
    blind = [run.name for run in (found.a, found.b) if not run.settings]
    if len(blind) == 1:
        yield from _section("Settings", [f"  cannot tell: the settings of {fmt.visible(blind[0])} are not known"])
    else:
        yield from _section(f"Settings ({len(found.settings)} of {total} differ)", _items(found.settings, most, width))
    yield from _section("Code", _code(found.code, full))
    python = _items(found.python, most, width)
    if found.python_unknown:
        python = [f"  cannot tell: {fmt.visible(found.python_unknown)}"]
    yield from _section("Python and packages", python)
    yield from _section("Data", _items(found.data, most, width))
    yield from _section("Machine", _items(found.machine, most, width))
    yield from _section(
        "Curves", list(_curves(found.curves[:most], width)), len(found.curves) - len(found.curves[:most])
    )
    yield from _results(found, full, width)


def _sides(found: RunDifference) -> Iterator[str]:
    from labjournal import format as fmt
    from labjournal.model import short_id

    for mark, run in (("A", found.a), ("B", found.b)):
        taint = f" {fmt.TAINT} retracted: {fmt.visible(run.retracted)}" if run.retracted else ""
        code = fmt.commit(run.snapshot.commit, run.snapshot.dirty)
        state = f"{short_id(run.id)}, {run.kind}, {run.status.lower()}, code {code}"
        yield f"{mark}  {fmt.visible(run.name)}  ({state}){taint}"


def _section(title: str, body: Sequence[str], more: int = 0) -> Iterator[str]:
    from labjournal import format as fmt

    yield ""
    yield title
    yield from body or ["  no difference on record"]
    if more > 0:
        yield f"  {fmt.count(more)} more with --full."


def _items(items: Sequence[Changed], most: int | None, width: int) -> list[str]:
    """``name  a -> b``, the names in line; what does not fit stands on lines of its own."""
    from labjournal import format as fmt

    shown = items[:most]
    names = [fmt.visible(item.name) for item in shown]
    column = min(max(map(fmt.cells, names), default=0), width // 3)
    lines = []
    for name, item in zip(names, shown, strict=True):
        values = [fmt.missing() if value is None else fmt.setting(value) for value in (item.a, item.b)]
        line = f"  {fmt.pad(name, column)}  {values[0]} -> {values[1]}"
        if fmt.cells(line) <= width:
            lines.append(line)
        else:
            lines += [f"  {name}", *(f"    {mark} {value}" for mark, value in zip("AB", values, strict=True))]
    if len(items) > len(shown):
        lines.append(f"  {fmt.count(len(items) - len(shown))} more with --full.")
    return lines


def _code(code: Code, full: bool) -> list[str]:
    from labjournal import format as fmt

    if code.unknown:
        return [f"  cannot tell: {fmt.visible(code.unknown)}"]
    lines = []
    for file in code.files:
        size = "binary" if file.added is None else f"+{file.added} {fmt.MINUS}{file.removed}"
        lines.append(f"  {fmt.visible(file.path)}  {size}")
    hunks = [f"  {fmt.visible(line)}" for line in code.hunks.splitlines()]
    shown = hunks if full else hunks[:_MOST_HUNK_LINES]
    left_out = len(hunks) - len(shown) + code.lines_left_out
    if left_out:
        hint = "" if full else "; --full shows more"
        shown.append(f"  … {fmt.plural(left_out, 'more line')}{hint}.")
    return [*lines, *([""] if shown else []), *shown]


def _curves(pairs: Sequence[CurvePair], width: int) -> Iterator[str]:
    """The last value of both and their courses on one scale."""
    from labjournal import format as fmt

    column = min(max((fmt.cells(fmt.visible(pair.name)) for pair in pairs), default=0), width // 3)
    for pair in pairs:
        values = [v for end in (pair.a, pair.b) if end for v in end.sketch if math.isfinite(v)]
        for i, (mark, end) in enumerate((("A", pair.a), ("B", pair.b))):
            name = fmt.pad(fmt.cut_middle(fmt.visible(pair.name), column) if i == 0 else "", column)
            if end is None:
                yield f"  {name}  {mark} {fmt.missing()}"
                continue
            course = fmt.sparkline(end.sketch, _SPARK, min(values, default=0.0), max(values, default=0.0))
            last = f"{fmt.number(end.last_value)} at step {fmt.count(end.last_step)}"
            yield f"  {name}  {mark} {fmt.pad(course, _SPARK)}  {last}"


def _results(found: RunDifference, full: bool, width: int) -> Iterator[str]:
    from labjournal.export import Style
    from labjournal.export import text as text_table

    yield ""
    yield "Results"
    if not found.results.rows:
        yield "  no results of either run"
        return
    between = tuple(claim for claim in found.results.claims if claim.option is None)
    table = dataclasses.replace(found.results, claims=between, differing_settings={}, equal_settings=0)
    yield text_table.render(table, Style(width=width, full=full)).rstrip("\n")
