"""`labjournal tui`: the terminal app, or one frame of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from labjournal.cli import COMMANDS, Context, pass_context
from labjournal.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.tui.app import JournalApp


@click.command("tui")
@click.option(
    "--logdir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Look at a folder of event files, read-only, without a journal.",
)
@click.option("--once", is_flag=True, help="Print one frame and leave (COLUMNS and LINES are honoured).")
@click.option("--read-only", "readonly", is_flag=True, help="Only look: nothing is written, launched or stopped.")
@pass_context
def command(context: Context, logdir: Path | None = None, once: bool = False, readonly: bool = False) -> None:
    """Open the app. Keys: 1-7 pages, enter in, esc out, : every verb, ? keys, q quit."""
    import os
    import shutil
    import socket
    import sys

    from labjournal import config as configuration
    from labjournal import paths as journals
    from labjournal.tui.app import JournalApp
    from labjournal.tui.drafts import Drafts
    from labjournal.tui.feed import Feed
    from labjournal.tui.glyphs import choose_glyphs
    from labjournal.tui.remembered import Remembered, state_folder

    # `serve` starts the app on pipes, which Textual's own driver for browsers reads.
    served = "TEXTUAL_DRIVER" in os.environ
    if not (once or served) and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError("The app needs a terminal.", "One frame without one: labjournal tui --once")
    if logdir is not None:
        paths = None
    elif once or readonly:
        # Looking from cron must not make a journal where there is none.
        paths = context.existing_journal()
        if paths is None:
            raise NotFoundError("There is no journal here.", "Start one with: labjournal run -- python train.py")
    else:
        paths = context.journal()

    def made(paths: JournalPaths | None) -> JournalApp:
        config = configuration.load(paths.project if paths is not None else Path.cwd())
        # A folder that is only looked at, and a frame for mail, leave no trace.
        identity = str(paths.read_identity()["id"]) if paths is not None and not (once or readonly) else None
        remembered = Remembered(state_folder() / f"{identity}.json" if identity else None)
        remembered.load()
        return JournalApp(
            Feed(paths, logdir, config),
            journal=config.journal.name or (paths.project.name if paths is not None else str(logdir)),
            host=socket.gethostname(),
            theme=config.tui.theme,
            glyphs=choose_glyphs(config.tui.glyphs, sys.stdout.encoding),
            remembered=remembered,
            drafts=Drafts(state_folder() / "drafts" / identity if identity else None),
            readonly=readonly,
            ends_with=os.getppid() if served else None,
            verbs={verb: means for verb, (_, means) in COMMANDS.items()},
        )

    app = made(paths)
    if once:
        from labjournal.tui.frame import one_frame

        size = shutil.get_terminal_size((80, 24))
        click.echo(one_frame(app, size.columns, size.lines), nl=False)
        return
    app.run()
    while app.next_folder is not None:
        app = made(journals.at(app.next_folder))
        app.run()
