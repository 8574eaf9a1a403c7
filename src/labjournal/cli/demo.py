"""`labjournal demo`: the main job on real data, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help="An empty or new folder; default: a fresh one in the temporary folder.",
)
@click.option(
    "--keep/--no-keep", default=True, show_default=True, help="Leave the folder to look at, or remove it at the end."
)
def command(directory: Path | None, keep: bool) -> None:
    """Train, watch, mend, validate, compare and write the diary, on scanned digits.

    Takes under two minutes and touches nothing outside its folder. Needs torch and scikit-learn.
    """
    import shutil
    import sys
    import tempfile
    import time

    from labjournal.demo import Workplace, check_packages, tell_story

    check_packages()
    begun = time.monotonic()
    folder = directory.absolute() if directory else Path(tempfile.mkdtemp(prefix="labjournal-demo-"))
    workplace = Workplace(folder)
    workplace.make()
    click.echo(f"A small project in {folder}: its scripts hold no line about labjournal.\n")
    live = sys.stderr.isatty()

    told_at = begun

    def progress(text: str) -> None:
        """One line that is written over on a terminal; elsewhere a line now and then."""
        nonlocal told_at
        if live:
            click.echo(f"\r\x1b[K  {text}", nl=False, err=True)
        elif time.monotonic() - told_at > 10:
            told_at = time.monotonic()
            click.echo(f"  {text}", err=True)

    def say(line: str) -> None:
        if live:
            click.echo("\r\x1b[K", nl=False, err=True)
        click.echo(line)

    try:
        tell_story(workplace, say, progress)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"\nAll of it took {time.monotonic() - begun:.0f} s.")
