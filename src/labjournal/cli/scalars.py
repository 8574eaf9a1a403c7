"""`labjournal scalars`: points of curves, of a run or of any event file or folder."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import NotFoundError

if TYPE_CHECKING:
    from labjournal.events import Scalars

    _Curves = tuple[dict[str, Scalars], dict[str, tuple[int, ...]]]
    """Curves by name, and where in each a restart or another file begins."""

_PLOT_ROWS = 12


@click.command("scalars")
@click.argument("source", metavar="REF|PATH")
@click.argument("tag", required=False)
@click.option("--json", "as_json", is_flag=True, help="{tag: {steps, wall_times, values}}")
@click.option("--csv", "as_csv", is_flag=True, help="tag,step,wall_time,value lines")
@click.option("--plot", is_flag=True, help="Draw each curve.")
@click.option("--lineage", is_flag=True, help="Only the surviving points, the last value of each step.")
@click.option(
    "--slope",
    type=click.FloatRange(0, 1, min_open=True),
    is_flag=False,
    flag_value=0.25,
    metavar="SHARE",
    help="Slopes with units over the last SHARE of the steps; default: 0.25.",
)
@pass_context
def command(
    context: Context,
    source: str,
    tag: str | None,
    as_json: bool,
    as_csv: bool,
    plot: bool,
    lineage: bool,
    slope: float | None,
) -> None:
    """Print the points of curves; without --json or --csv one line a tag.

    A PATH (event file or folder) needs no journal.
    """
    curves, breaks = _of_path(Path(source)) if Path(source).exists() else _of_run(context, source)
    every = curves
    if tag is not None:
        chosen = {name: points for name, points in curves.items() if name == tag}
        if not chosen:
            raise NotFoundError(f"No tag {tag!r} in {source}.{_near(tag, list(curves))}", _some(list(curves)))
        curves = chosen
    if lineage or slope is not None:
        curves = {name: _surviving(points, breaks.get(name, ())) for name, points in curves.items()}
    if slope is not None:
        from labjournal.cli import slopes

        for line in slopes.lines(curves, slope, slopes.steps_per_epoch(every)):
            click.echo(line)
    elif as_json:
        _print_json(curves)
    elif as_csv:
        _print_csv(curves)
    elif plot:
        _draw(curves)
    else:
        _print_summary(curves)


def _of_path(path: Path) -> _Curves:
    from labjournal.events import read_events

    found = read_events(path)
    for file, problem in found.problems:
        click.echo(f"labjournal: {file}: {problem.message} (byte {problem.offset})", err=True)
    return dict(found.scalars), dict(found.breaks)


def _of_run(context: Context, reference: str) -> _Curves:
    from labjournal.cli import session
    from labjournal.events import Scalars

    curves: dict[str, Scalars] = {}
    breaks: dict[str, tuple[int, ...]] = {}
    with session.opened(context) as follower:
        store = follower.store
        run = store.resolve(reference)
        for info in store.series_list(run.id):
            data = store.series(info.key)
            if data is not None:
                curves[info.key.name] = Scalars(data.steps, data.walls, data.values)
                breaks[info.key.name] = data.breaks
    return curves, breaks


def _surviving(points: Scalars, breaks: Sequence[int]) -> Scalars:
    from labjournal.events import last_of_each_step, surviving

    return points.take(last_of_each_step(points.steps, surviving(points.steps, breaks)))


def _print_json(curves: dict[str, Scalars]) -> None:
    from labjournal.cli import session

    content: dict[str, Any] = {
        name: {
            "steps": points.steps.tolist(),
            "wall_times": points.wall_times.tolist(),
            "values": points.values.tolist(),
        }
        for name, points in curves.items()
    }
    session.print_json(content)


def _print_csv(curves: dict[str, Scalars]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("tag", "step", "wall_time", "value"))
    for name, points in curves.items():
        columns = (points.steps.tolist(), points.wall_times.tolist(), points.values.tolist())
        writer.writerows((name, *row) for row in zip(*columns, strict=True))


def _draw(curves: dict[str, Scalars]) -> None:
    """As many columns as the terminal has, 80 in a file; ten rows a curve."""
    from labjournal import format as fmt
    from labjournal.cli import UNCUT, terminal_columns
    from labjournal.tui.glyphs import choose_glyphs
    from labjournal.tui.plotted import plotted

    width = terminal_columns()
    width = 80 if width == UNCUT else max(40, width)
    glyphs = choose_glyphs("auto", sys.stdout.encoding)
    for name, points in sorted(curves.items()):
        click.echo(plotted(fmt.visible(name), points.steps, points.values, width, _PLOT_ROWS, glyphs))


def _print_summary(curves: dict[str, Scalars]) -> None:
    from labjournal import format as fmt

    width = max((fmt.cells(name) for name in curves), default=0)
    for name, points in sorted(curves.items()):
        last = fmt.number(float(points.values[-1])) if len(points.values) else fmt.missing()
        steps = f"{fmt.count(int(points.steps.min()))} to {fmt.count(int(points.steps.max()))}" if len(points) else ""
        click.echo(
            f"{fmt.pad(fmt.visible(name), width)}  {fmt.plural(len(points), 'point')}  steps {steps}  last {last}"
        )
    if not curves:
        click.echo("No scalars in it.", err=True)


def _near(tag: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(tag, known, n=2)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def _some(known: list[str]) -> str:
    if not known:
        return "There are no scalars in it."
    shown = ", ".join(sorted(known)[:8])
    return f"There are {len(known)}: {shown}{', …' if len(known) > 8 else ''}"
