"""What the launching verbs share: what a run starts from, and what is said once it was accepted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from labjournal.cli import Context

if TYPE_CHECKING:
    from labjournal.runner.request import Launched, Parent


def parent(context: Context, reference: str) -> Parent:
    """What ``--from REF[:STEP]`` means. Raises NotFoundError."""
    from labjournal.cli import session
    from labjournal.runner import subjects, written_over
    from labjournal.runner.request import Parent
    from labjournal.store import references

    with session.opened(context) as follower:
        wanted, selector = references.split(reference)
        run = follower.store.resolve(wanted)
        if selector is None:
            return Parent(run.id)
        checkpoint = written_over.own(follower.store, run, subjects.one(follower.store, run, selector))
    return Parent(run.id, checkpoint.step, subjects.path_of(run, checkpoint))


def tell(runs: Sequence[Launched], as_json: bool, followed: bool) -> None:
    """Ids on stdout, everything else on stderr; a run with nothing to say says nothing."""
    for run in runs:
        for notice in run.notices:
            click.echo(f"labjournal: {_shown(notice)}", err=True)
    if as_json and not followed:
        from labjournal.cli.session import print_json

        shapes = [{"id": run.id, "name": run.name, "status": run.status} for run in runs]
        print_json(shapes[0] if len(shapes) == 1 else shapes)
        return
    for run in runs:
        click.echo(run.id, err=followed)
    if sys.stdout.isatty() and not followed:
        click.echo(" ".join(_shown(run.name) for run in runs), err=True)


def leave(runs: Sequence[Launched]) -> None:
    """Exit with 127 or 126, as a shell does, where a command could not be started; returns where none is known not to.

    Never 0: a script that goes on after it would wait for, or measure, what does not exist.
    """
    code = next((run.exit_code for run in runs if run.exit_code), 0)
    if code:
        raise SystemExit(code)


def _shown(text: str) -> str:
    if text.isprintable():  # nearly always, and then 8 ms need not be spent on the import
        return text
    from labjournal.format import visible

    return visible(text)
