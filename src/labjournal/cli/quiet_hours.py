"""What came in the quiet hours, said to who calls first after them; a run that lives then tells it by itself."""

from __future__ import annotations

import click

from labjournal import format as fmt
from labjournal.config import NotifyConfig
from labjournal.launchers import held
from labjournal.paths import JournalPaths


def tell(paths: JournalPaths, how: NotifyConfig) -> None:
    """One line on stderr, once."""
    notice = None if held.is_quiet(how) else held.take(paths)
    if notice is not None:
        click.echo(f"labjournal: {fmt.visible(notice.name)}: {fmt.visible(notice.text)}", err=True)
