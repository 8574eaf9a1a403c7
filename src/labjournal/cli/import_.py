"""`labjournal import`: diaries, event files and other trackers' runs from before the journal came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.importers import Document, FoundResult
    from labjournal.importers.sources import Sources
    from labjournal.reimport.carried import Carried

    Exported = tuple[Path, Carried]
    """A file that a journal exported, and what it carries."""
    Told = list[tuple[Path, dict[str, list[dict[str, Any]]]]]
    """The same for people and scripts: only what is new."""


_MARK = b"<!-- labjournal:begin "


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be read, and what was not understood. Needs no journal.")
@click.option("--year", type=click.IntRange(1970, 2100), help="Year of the first date, where the diary writes none.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
@pass_context
def command(context: Context, paths: tuple[Path, ...], dry_run: bool, year: int | None, as_json: bool) -> None:
    """Take markdown diaries, folders of event files and the runs of other trackers into the journal.

    \b
    labjournal import diary.md --dry-run    entries, results, tables as claims; nothing is written
    labjournal import diary.md              importing again adds what is new and amends what was reworded
    labjournal import runs/                 each folder of event files as an adopted run
    labjournal import mlflow.db             or mlruns/, wandb/, a trackio project.db: each run with its curves,
                                            settings, end, tags and notes; again: what came since
    """
    from labjournal.importers import sources

    found = sources.find(paths)
    carried, held = _carried(context, found.diaries)
    left = {path: one.rest for path, one in carried}
    diaries = [path for path in found.diaries if left.get(path) != ""]
    documents = [sources.read_diary(path, _name(context, path), year, left.get(path)) for path in diaries]
    if as_json:
        from labjournal.cli.session import print_json

        print_json(_json(documents, _of_carried(carried, held), found))
    if dry_run:
        if not as_json:
            _tell(documents, _of_carried(carried, held), found)
        return
    taken = _take(context, carried) if carried else False
    _write(context, documents, diaries, found)
    if carried:
        _fold_back(context, carried, quiet=taken)


def _carried(context: Context, paths: tuple[Path, ...]) -> tuple[list[Exported], Collection[str]]:
    """What files that a journal exported say in full, and the ids of the facts that are here already."""
    marked = [path for path in paths if _MARK in path.read_bytes()]
    if not marked:
        return [], ()
    from labjournal.cli import session
    from labjournal.reimport import carried, known_blocks

    known: frozenset[str] = frozenset()
    held: Collection[str] = ()
    if context.existing_journal() is not None:
        with session.opened(context, with_curves=False) as follower:
            known = known_blocks(follower.store, follower.config)
            held = follower.store.fact_ids()
    read = [(path, carried.read(path, _text(path), known)) for path in marked]
    return [(path, one) for path, one in read if one is not None], held


def _take(context: Context, found: list[Exported]) -> bool:
    """State what exports tell that is not known here, as it was there; whether there was any."""
    from labjournal import format as fmt
    from labjournal.cli import session
    from labjournal.reimport import carried, taking

    context.journal()
    with session.opened(context, with_curves=False) as follower:
        faults = follower.store.facts_of_kind("fault")
        taken = taking.taken(found, follower.paths, follower.store.fact_ids(), faults)
        if not (taken.runs or taken.stated):
            return False
        taking.state(taken, follower.paths)
        follower.unseal([str(run[0].run) for run in taken.runs])
        unmarked = taking.unmarked(taken, follower.store)
        if unmarked:
            taking.state(taking.Taken(stated=tuple(unmarked)), follower.paths)
            follower.catch_up(with_curves=False)
        kinds = Counter(fact.kind for fact in taken.stated)
        said = [
            fmt.plural(sum(kinds[kind] for kind in carried.ENTRIES), "entry", "entries"),
            fmt.plural(kinds["result"], "result"),
            fmt.plural(len(taken.runs), "run"),
        ]
        click.echo(f"{fmt.plural(len(found), 'exported file')}: {', '.join(said)} added.", err=True)
        return True


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _fold_back(context: Context, files: list[Exported], quiet: bool) -> None:
    """What people changed in the blocks and wrote between them; ``quiet``: nothing is said of files without any."""
    from labjournal import format as fmt
    from labjournal.cli import session
    from labjournal.export.entry_words import Book
    from labjournal.reimport import fold_back

    refused = False
    with session.opened(context, with_curves=False) as follower:
        book = Book(follower.store, follower.config)
        for path, one in files:
            done = fold_back(path, _text(path), book, follower.paths, aside=one.aside)
            for block in done.refused:
                click.echo(f"{fmt.visible(str(path))}: block {fmt.visible(block.block)} was altered:", err=True)
                click.echo(fmt.visible(block.difference, lines=True), err=True)
            if done.refused:
                refused = True
                click.echo("  Nothing of this file was taken in: generated text follows from facts.", err=True)
                continue
            if quiet and not (done.amended or done.added):
                continue
            words = f"{done.amended} reworded, {fmt.plural(done.added, 'entry', 'entries')} added"
            click.echo(f"{fmt.visible(str(path))}: {words}.", err=True)
            if done.amended:
                click.echo("  labjournal export writes it with the old wording below.", err=True)
            if done.amended or done.added:
                follower.catch_up(with_curves=False)
    if refused:
        raise click.exceptions.Exit(1)


def _name(context: Context, path: Path) -> str:
    """How the journal calls a diary: relative to the project, so that the same file has the same name everywhere."""
    journal = context.existing_journal()
    project = journal.project if journal is not None else Path.cwd()
    absolute = path.absolute()
    return absolute.relative_to(project).as_posix() if absolute.is_relative_to(project) else path.name


def _json(documents: list[Document], carried: Told, found: Sources) -> dict[str, Any]:
    merged: dict[str, Any] = {"entries": [], "results": [], "git_tags": [], "claims": [], "not_understood": []}
    for document in documents:
        for name, items in document.to_json().items():
            merged[name] += [{**item, "file": document.path} for item in items]
    for path, items_of in carried:
        for name, items in items_of.items():
            merged[name] += [{**item, "file": str(path)} for item in items]
    merged["runs"] = [str(folder) for folder in found.event_folders]
    merged["tracked"] = [run.to_json() for run in found.tracked]
    return merged


def _of_carried(carried: list[Exported], held: Collection[str]) -> Told:
    from labjournal.reimport.carried import to_json

    return [(path, to_json(one, held)) for path, one in carried]


def _tell(documents: list[Document], carried: Told, found: Sources) -> None:
    from labjournal import format as fmt

    for path, told in carried:
        counts = fmt.plural(len(told["entries"]), "entry", "entries"), fmt.plural(len(told["results"]), "result")
        click.echo(f"{fmt.visible(str(path))}, exported by a journal: {', '.join(counts)} to take in", err=True)
        for one in told["entries"]:
            _row(one["line"], one["date"], one["kind"], _short(one["title"], 70))
        for one in told["results"]:
            where = filter(None, [one["run"], one["checkpoint"], one["dataset"]])
            _row(one["line"], one["date"], "result", _short(" ".join(map(str, where)), 70))
    for document in documents:
        _summary(document)
        for entry in document.entries:
            _row(entry.line, entry.date, entry.kind.value, _short(entry.title, 70))
        for result in document.results:
            _row(result.line, result.date, "result", _result(result))
        for name, day, line in document.git_tags:
            _row(line, day, "git tag", fmt.visible(name))
        cells = sum(claim.kind == "table" for claim in document.claims)
        prose = len(document.claims) - cells
        click.echo(f"{cells} table cells and {prose} numbers in sentences are claims (labjournal audit).")
        for line, text, why in document.not_understood:
            click.echo(f"not understood, line {line} ({why}): {_short(text.strip(), 90)}", err=True)
    for folder in found.event_folders:
        click.echo(f"run         {fmt.visible(str(folder))}")
    for run in found.tracked:
        points = sum(map(len, run.curves.values()))
        what = f"{fmt.plural(len(run.curves), 'curve')}, {fmt.plural(points, 'point')}"
        settings = fmt.plural(len(run.settings), "setting")
        click.echo(f"{run.tracker:10}  {_short(run.name, 40)}  {(run.status or 'open').lower()}  {what}, {settings}")


def _row(line: int, day: str | None, what: str, text: str) -> None:
    click.echo(f"{line:6}  {day or 'no date':10}  {what:10}  {text}")


def _result(result: FoundResult) -> str:
    from labjournal import format as fmt

    place = result.place
    options = " ".join(f"{name} {value}" for name, value in place.options.items())
    options += " (concluded: off is written over others)" if result.options_from != "text" else ""
    n = f"n {result.n}" if result.n else None
    where = "  ".join(filter(None, [result.run, place.checkpoint, place.dataset, n, options]))
    first = list(result.parsed.metrics.items())[:3]
    return f"{_short(where, 110)}: {', '.join(f'{fmt.visible(name)} {fmt.number(value)}' for name, value in first)}"


def _summary(document: Document) -> None:
    from labjournal import format as fmt

    counts = ", ".join(
        (fmt.plural(len(document.entries), "entry", "entries"), fmt.plural(len(document.results), "result"))
    )
    mended = f", {document.repaired} damaged characters put right" if document.repaired else ""
    click.echo(f"{fmt.visible(document.path)}: {counts}{mended}", err=True)


def _short(text: str, width: int) -> str:
    from labjournal import format as fmt

    return fmt.cut(fmt.visible(text), width)


def _write(context: Context, documents: list[Document], files: Sequence[Path], found: Sources) -> None:
    from labjournal import format as fmt
    from labjournal.cli import session
    from labjournal.importers import stating, trackers
    from labjournal.runner import adoption

    context.journal()
    left: list[InputError] = []
    with session.opened(context, with_curves=False) as follower:
        for document, file in zip(documents, files, strict=True):
            known = follower.store.facts_of_kind("entry", "amend", "result")
            try:
                done = stating.state(document, follower.paths, known, file.stat().st_mtime)
            except InputError as error:
                left.append(error)  # the others are taken in first
                continue
            said = [
                fmt.plural(done.entries, "entry", "entries"),
                fmt.plural(done.results, "result"),
                fmt.plural(len(done.runs), "run"),
                *([f"{done.amended} reworded"] if done.amended else []),
            ]
            click.echo(f"{fmt.visible(document.path)}: {', '.join(said)} added.", err=True)
            if document.not_understood:
                lines = fmt.plural(len(document.not_understood), "line")
                click.echo(f"  {lines} not understood: see --dry-run.", err=True)
            follower.catch_up(with_curves=False)
        for folder in found.event_folders:
            try:
                run = adoption.adopt_folder(folder, follower.paths, None, None)
            except InputError as error:
                click.echo(f"{fmt.visible(str(folder))}: {error.message}", err=True)
            else:
                click.echo(f"{run.id}  {fmt.visible(run.name)}")
        grown: set[str] = set()
        for tracked in found.tracked:
            taken = trackers.adopt(tracked, follower.paths)
            more = fmt.plural(taken.points, "point")
            words = more if taken.is_new else f"{more} more" if taken.points else "nothing new"
            click.echo(f"{taken.run}  {fmt.visible(taken.name)}: {words}")
            grown |= set() if taken.is_new else {taken.run}
        if grown:
            follower.unseal(grown)
    for one in left[:-1]:
        click.echo(f"labjournal: {one.message}", err=True)
    if left:
        raise left[-1]
