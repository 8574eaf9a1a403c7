"""`labjournal export`: the diary as markdown files, one a day."""

from __future__ import annotations

import os
from pathlib import Path

import click

from labjournal.cli import Context, pass_context


@click.command("export")
@click.option("--to", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Where to.")
@click.option("--since", metavar="D", help="Only days from this one on: a date, today, 7d.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the files are not up to date.")
@click.option("--force", is_flag=True, help="Replace edited blocks as well; the file is kept as NAME.md.orig.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@pass_context
def command(context: Context, folder: Path | None, since: str | None, check: bool, force: bool, as_json: bool) -> None:
    """Write the diary as markdown: DIR/YYYY-MM-DD.md (default DIR: entries).

    Beside it kept tables, DIR/tables/NAME.md, and sweeps, DIR/sweeps/NAME.md: the table, how much each setting decides,
    and a map over the two that decide most.

    Studies with a folder get DIR/STUDY/diary/YYYY-MM-DD.md. With `[diary] file` all days go into that one file, at its
    end. What you write between the generated blocks stays. A file in which a block itself was edited is left alone.
    """
    from datetime import UTC, datetime

    from labjournal import diary
    from labjournal import format as fmt
    from labjournal.cli import session
    from labjournal.export.diary_markdown import export

    begin = diary.moment_of(since, datetime.now(UTC)) if since else None
    with session.opened(context) as follower:
        project = follower.paths.project
        target = (folder or project / follower.config.diary.export).absolute()
        named = follower.config.diary.file
        file = (project / named).absolute() if named and folder is None else None
        memory = follower.paths.cache / "exported.json"
        done = export(follower.store, follower.config, target, project, begin, check, force, file=file, memory=memory)
    for path, blocks in done.edited:
        click.echo(f"{_short(path)} was left as it is: block {', '.join(blocks)} was edited.", err=True)
    if done.edited:
        first = fmt.visible(_short(done.edited[0][0]))
        click.echo(
            f"Did you reword a note? labjournal import {first} takes it in. Else put your words outside the blocks, or "
            "write the file anew with --force: the edited one is kept beside it.",
            err=True,
        )
    for path in done.kept:
        click.echo(f"The edited file is kept as {_short(path)}.", err=True)
    if as_json:
        session.print_json(
            {
                "written": [str(path) for path in done.written],
                "unchanged": done.unchanged,
                "edited": [{"path": str(path), "blocks": list(blocks)} for path, blocks in done.edited],
            }
        )
    else:
        for path in done.written:
            click.echo(_short(path))
        word = "not up to date" if check else "written"
        by_hand = f"{len(done.edited)} edited by hand, " if done.edited else ""
        click.echo(f"{fmt.plural(len(done.written), 'file')} {word}, {by_hand}{done.unchanged} unchanged.", err=True)
    if done.edited or (check and done.written):
        raise click.exceptions.Exit(1)


def _short(path: Path) -> str:
    from labjournal import format as fmt

    here = Path.cwd()
    return fmt.visible(os.fspath(path.relative_to(here) if path.is_relative_to(here) else path))
