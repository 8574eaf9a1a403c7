"""The command line. Each verb is a module named in ``COMMANDS`` and imported only when it is called.

stdout is data, stderr is talk. Exit codes: 0 ok, 1 a negative answer, 2 usage, 3 journal trouble.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from gc import set_threshold
from typing import TYPE_CHECKING

import click

from labjournal.errors import InputError, JournalError

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from labjournal.paths import JournalPaths

# verb -> (module, function, one line of help): the help of all verbs must not import any of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "launch a command and follow it into the journal"),
    "validate": ("validate", "validate checkpoints, each as a run of its own"),
    "stop": ("stop", "ask a run, or a whole sweep, to stop: INT, then TERM, then KILL"),
    "queue": ("queue", "what waits and for what; pause it, let it go on"),
    "gpus": ("gpus", "the GPUs of this machine and who has them"),
    "resume": ("resume", "go on with a run from its newest checkpoint"),
    "retry": ("retry", "start a run again from the beginning"),
    "adopt": ("adopt", "take a running process or a folder of event files in"),
    "ls": ("ls", "list runs"),
    "show": ("show", "everything about one run"),
    "follow": ("follow", "a run's output, live until it ends"),
    "logs": ("logs", "a run's output"),
    "scalars": ("scalars", "points of curves, of a run or of any event file"),
    "checks": ("checks", "findings, or the list of checks"),
    "study": ("study", "a protocol run stage by stage, each behind its gate"),
    "sweep": ("sweep", "one command over many settings: a grid, seeds, a search"),
    "log": ("log", "a result by hand, or read off a file"),
    "compare": ("compare", "the comparison table"),
    "checkout": ("checkout", "the code of a run in a folder, to look at"),
    "diff": ("diff", "in what one run differs from another"),
    "note": ("note", "write into the diary"),
    "diary": ("diary", "read the diary"),
    "tag": ("tag", "tag the code of a run in git, and say so in the diary"),
    "retract": ("retract", "mark results that must not be used any more"),
    "faults": ("faults", "known faults of the code, and the runs that have them"),
    "export": ("export", "write the diary as markdown"),
    "import": ("import_", "take diaries, event files and the runs of other trackers in"),
    "audit": ("audit", "recompute what a diary or the journal says"),
    "pull": ("pull", "fetch the runs of a journal on another machine"),
    "tui": ("tui", "the terminal app (also: labjournal alone)"),
    "serve": ("serve", "the app in a browser, behind a token"),
    "demo": ("demo", "the main job on real data, in under two minutes"),
    "init": ("init", "make the journal and a commented labjournal.toml"),
    "reindex": ("reindex", "rebuild the database from the files"),
    "gc": ("gc", "what can go: trees of code, caches, hidden refs"),
    "doctor": ("doctor", "look for trouble in the journal"),
    "completion": ("completion", "what makes a shell complete verbs and options"),
}


@dataclass
class Context:
    """What every verb is given: where the user wants to work."""

    start: Path | None = None
    """The folder of ``-C``, which is the working folder by then; None without ``-C``."""

    def journal(self) -> JournalPaths:
        """The journal, made when there is none."""
        from labjournal import paths

        return paths.find_or_make(self.start)

    def existing_journal(self) -> JournalPaths | None:
        """The journal if there is one, checked for its version."""
        from labjournal import paths

        found = paths.find(self.start)
        if found is not None:
            found.read_identity()
        return found


pass_context = click.make_pass_decorator(Context, ensure=True)


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = cmd_name
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"labjournal.cli.{COMMANDS[name][0]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            ctx.fail(f"No verb {args[0]!r}.{hint} See labjournal --help.")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        verbs = [
            CompletionItem(name, help=means) for name, (_, means) in COMMANDS.items() if name.startswith(incomplete)
        ]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, means) for name, (_, means) in COMMANDS.items()])


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from labjournal import __version__

        click.echo(f"labjournal {__version__}")
        ctx.exit()


def _enter(directory: str | None) -> Path | None:
    """Go to the folder of ``-C``, as git does; raises InputError when it does not exist."""
    if directory is None:
        return None
    try:
        os.chdir(directory)
    except OSError as error:
        raise InputError(f"-C {directory}: {error.strerror}.") from error
    from pathlib import Path

    return Path.cwd()


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "directory", metavar="DIR", help="Work as if started in DIR.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version)
@click.pass_context
def group(ctx: click.Context, directory: str | None) -> None:
    """An experiment journal that makes it hard for its owner to fool himself.

    \b
    labjournal run -- python train.py    launch, watch and record; nothing to set up
    labjournal                           open the app
    """
    ctx.obj = Context(_enter(directory))
    if ctx.invoked_subcommand is None:
        command = group.get_command(ctx, "tui")
        assert command is not None
        ctx.invoke(command)


UNCUT = 10_000
"""Columns where there is no terminal: what a program reads, or a file keeps, is cut and broken nowhere."""


def terminal_columns() -> int:
    """Width of the terminal, or what COLUMNS says; `UNCUT` where there is none."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(1).columns or 80  # a terminal that was never told its size says 0
    except OSError:
        return UNCUT


_HELP_COLUMNS = 50, 78
"""Help is as wide as the terminal within these; asked of the terminal here, click would import shutil for it."""
_GARBAGE_EVERY = 20_000
"""Objects between two collections: Python's 700 costs a list of 10,000 runs a tenth of its time."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point; never shows a traceback for what was foreseen."""
    set_threshold(_GARBAGE_EVERY)
    width = min(max(terminal_columns() - 2, _HELP_COLUMNS[0]), _HELP_COLUMNS[1])
    try:
        code = group.main(args=arguments, prog_name="labjournal", standalone_mode=False, terminal_width=width)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = 130
    except JournalError as error:
        click.echo(f"labjournal: {error}", err=True)
        code = error.exit_code
    except BrokenPipeError:
        # the reader of our output went away (head, less): that is no fault, and Python must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if type(error).__module__ != "sqlite3":  # most verbs never import it
            raise
        click.echo(f"labjournal: the index cannot be used: {error}.", err=True)
        click.echo("  Try again in a moment; if it stays so: labjournal reindex", err=True)
        code = JournalError.exit_code
    sys.exit(code if isinstance(code, int) else 0)
