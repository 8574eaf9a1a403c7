"""`labjournal init`: a journal and a commented configuration. Neither is needed to start."""

from __future__ import annotations

from pathlib import Path

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import JournalUnavailableError

TEMPLATE = """\
# Configuration of labjournal. Every key is optional; docs/formats.md explains each.

[journal]
# name = "jets"                 # shown in the app's header

[code]
# untracked_file_mb = 1.0       # larger untracked files are left out of a snapshot, and listed
# exclude = ["wandb/*"]         # never part of a snapshot

[validate]
# command = "python validate.py --checkpoint {checkpoint} --data {dataset}"

# [datasets."1:1"]
# path = "data/val_1to1.jsonl"

[results]
# signal = "signal"             # the positive class, for SIC
# files = ["results/*.json"]    # saved files that are read while a run lives and at its end

[watch]
# frozen = ["base.*"]           # modules that are meant to stand still

# [tables.main]                 # labjournal compare main
# rows = ["baseline", "new"]
# metrics = ["accuracy"]
"""


@click.command("init")
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@pass_context
def command(context: Context, directory: Path) -> None:
    """Make a journal in DIR and a commented labjournal.toml beside it.

    Not needed to start: `labjournal run` makes what is missing.
    """
    from labjournal import config, paths

    journal = paths.at(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        paths.make(journal)
        file = journal.project / config.FILE
        if file.exists():
            click.echo(f"{file} stands and was left as it is.", err=True)
        else:
            file.write_text(TEMPLATE, encoding="utf-8")
    except OSError as error:
        raise JournalUnavailableError(f"{directory}: {error.strerror or error}.", "Name another folder.") from error
    click.echo(journal.folder)
