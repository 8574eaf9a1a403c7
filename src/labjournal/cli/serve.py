"""`labjournal serve`: the app in a browser."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; others see it only then.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="Port to listen at.")
@click.option("--token", help="What opens the door; default: a new one at each start.")
@click.option(
    "--allow-writing", is_flag=True, help="Let visitors launch, stop and write: whoever has the token runs as you."
)
@pass_context
def command(context: Context, host: str, port: int, token: str | None, allow_writing: bool) -> None:
    """Serve the app to a browser, read-only, on this machine alone, behind a token.

    Prints the address to open. It ends with ctrl-c, or with the process that started it. Over ssh:
    ssh -L 8765:127.0.0.1:8765 HOST.
    """
    import asyncio
    import secrets

    from labjournal.errors import NotFoundError
    from labjournal.tui import serving

    if context.existing_journal() is None:
        raise NotFoundError("There is no journal here.", "Start one with: labjournal run -- python train.py")
    served = serving.Serving(host, port, token or secrets.token_urlsafe(24), allow_writing)

    def ready() -> None:
        click.echo(served.link)
        if allow_writing:
            click.echo("Whoever has this address can run commands as you.", err=True)

    asyncio.run(serving.serve(served, ready))
