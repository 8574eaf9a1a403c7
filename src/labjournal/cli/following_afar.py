"""`labjournal follow HOST:REF`: a run on another machine, for which ssh and rsync are enough."""

from __future__ import annotations

import sys
import time

import click

from labjournal import format as fmt
from labjournal.cli import Context

_AGAIN_S = 3.0


def follow_afar(context: Context, host: str, reference: str, path: str | None, ssh: str | None, raw: bool) -> int:
    """Pull what is new there, print the run's output until it ends, pull its end; returns its exit code."""
    from labjournal.cli.following import Shown, exit_code, tell_end
    from labjournal.errors import NotFoundError
    from labjournal.follower import Follower
    from labjournal.launchers import records
    from labjournal.runner import afar, pulling

    paths = context.journal()
    there = path or afar.journal_of(paths, host)
    if there is None:
        raise NotFoundError(
            f"Nothing was pulled from {host} yet, so where its journal lies is not known.",
            f"labjournal follow {host}:{reference} --path FOLDER, or labjournal pull {host}:FOLDER first.",
        )
    pulled = pulling.pull(f"{host}:{there}", paths, ssh)
    follower = Follower.open(paths)
    try:
        follower.unseal(pulled.changed)
        far = afar.find(paths, follower.store, host, pulled.place.folder, reference)
    finally:
        follower.close()
    shown = Shown() if sys.stdout.isatty() and not raw else None

    def write(piece: bytes) -> None:
        sys.stdout.buffer.write(piece if shown is None else shown.feed(piece).encode("utf-8", "replace"))
        sys.stdout.buffer.flush()

    start: int | None = 0
    try:
        while start is not None:
            start = afar.stream(far, ssh, start, write)
            if start is not None:
                click.echo(f"labjournal: the connection to {host} was lost; trying again.", err=True)
                time.sleep(_AGAIN_S)
    except KeyboardInterrupt:
        click.echo(f"\nDetached: {fmt.visible(far.name)} goes on there.", err=True)
        return 130
    pulling.pull(f"{host}:{there}", paths, ssh)
    ended = records.read(paths.run(far.run).exit)
    tell_end(ended, far.name)
    return exit_code(ended)
