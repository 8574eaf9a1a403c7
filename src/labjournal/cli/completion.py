"""`labjournal completion`: what makes a shell complete verbs and options."""

from __future__ import annotations

import click

_HOW = {
    "bash": 'eval "$(labjournal completion bash)"        in ~/.bashrc',
    "zsh": 'eval "$(labjournal completion zsh)"         in ~/.zshrc',
    "fish": "labjournal completion fish | source          in ~/.config/fish/config.fish",
}


@click.command("completion", epilog="\b\n" + "\n".join(_HOW.values()))
@click.argument("shell", type=click.Choice(list(_HOW)))
def command(shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from labjournal.cli import group

    made = get_completion_class(shell)
    assert made is not None  # click knows these three
    click.echo(made(group, {}, "labjournal", "_LABJOURNAL_COMPLETE").source())
