"""`labjournal doctor`: what is wrong with the journal, and what to do about it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import JournalError, NotFoundError

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Look for trouble and say what to do; exits 1 when there is any.

    Looked at: the database, unreadable lines, damaged event files, space, tools.
    """
    from labjournal.cli import session

    paths = context.existing_journal()
    if paths is None:
        raise NotFoundError("There is no journal here.", "Name one with -C DIR.")
    troubles = [*_tools(), *_space(paths), *_index(paths)]
    if as_json:
        session.print_json(troubles)
    for trouble in [] if as_json else troubles:
        click.echo(f"- {trouble}")
    if not troubles:
        click.echo(f"{paths.folder}: nothing wrong.", err=True)
        return
    raise click.exceptions.Exit(1)


def _tools() -> list[str]:
    import shutil

    if shutil.which("git") is None:
        return ["git is not installed: the code of runs is not kept. Install it with your package manager."]
    return []


def _space(paths: JournalPaths) -> list[str]:
    import os

    from labjournal import machine
    from labjournal.format import size

    found = []
    if not os.access(paths.folder, os.W_OK):
        found.append(f"{paths.folder} cannot be written: runs cannot be launched into this journal.")
    free = machine.disk_free(paths.folder)
    if free is not None and free < 1 << 30:
        found.append(f"only {size(free)} left on the disk of the journal.")
    return found


def _index(paths: JournalPaths) -> list[str]:
    from labjournal import format as fmt
    from labjournal.follower import Follower
    from labjournal.store import upkeep

    try:
        follower = Follower.open(paths)
    except JournalError as error:
        return [str(error)]
    try:
        follower.catch_up()
        broken = upkeep.integrity(follower.store.connection)
        found = [f"journal.db: {line}. Rebuild it with: labjournal reindex" for line in broken]
        for file in follower.store.troubled_files():
            found.append(f"{fmt.visible(file.path)}: {fmt.visible(file.trouble or '')}")
        return found
    except sqlite3.DatabaseError as error:
        return [f"journal.db: {error}. Rebuild it with: labjournal reindex"]
    finally:
        follower.close()
