"""`labjournal gpus`: the GPUs of this machine and who has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from labjournal.scheduler.cards import Card


@click.command("gpus")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(as_json: bool) -> None:
    """Show each GPU: how busy it is, which runs hold it, and who uses it without labjournal.

    Leases are machine-wide: runs of other journals and users are shown too.
    """
    from labjournal.cli.session import print_json
    from labjournal.errors import JournalUnavailableError
    from labjournal.machine.devices import NoGpus, gpus
    from labjournal.scheduler import cards, leases

    found = gpus()
    if isinstance(found, NoGpus):
        if as_json:
            print_json([])
        click.echo(f"No GPUs: {found.reason}.", err=True)
        return
    place = leases.folder()
    try:
        with leases.allocating(place):
            seen = cards.survey(found, place)
    except OSError as error:
        raise JournalUnavailableError(f"The leases in {place} cannot be read: {error.strerror}.") from error
    if as_json:
        print_json([_json(card) for card in seen])
        return
    for card in seen:
        click.echo(_line(card))
    if any(card.gpu.processes is None for card in seen):
        click.echo(
            "The driver lists no processes here (WSL2 does not): programs started without labjournal are not seen.",
            err=True,
        )


def _json(card: Card) -> dict[str, Any]:
    gpu = card.gpu
    return {
        "index": gpu.index,
        "uuid": gpu.uuid,
        "name": gpu.name,
        "memory_total_bytes": gpu.memory_total_bytes,
        "memory_used_bytes": gpu.memory_used_bytes,
        "utilisation_percent": gpu.utilisation_percent,
        "temperature_c": gpu.temperature_c,
        "power_w": gpu.power_w,
        "free": card.why_not is None,
        "why_not": card.why_not,
        "holders": [holder._asdict() for holder in card.held.holders],
        "without_lease": [one._asdict() for one in card.neighbours],
        "processes_known": gpu.processes is not None,
    }


def _line(card: Card) -> str:
    from labjournal import format as fmt

    gpu = card.gpu
    busy = fmt.missing() if gpu.utilisation_percent is None else f"{gpu.utilisation_percent}%"
    memory = fmt.missing()
    if gpu.memory_used_bytes is not None and gpu.memory_total_bytes is not None:
        memory = fmt.used_of(gpu.memory_used_bytes, gpu.memory_total_bytes)
    heat = "" if gpu.temperature_c is None else f"  {gpu.temperature_c} C"
    power = "" if gpu.power_w is None else f"  {gpu.power_w:.0f} W"
    state = fmt.visible(card.why_not or "free")
    return f"gpu {gpu.index}  {busy:>4}  {memory:>16}{heat}{power}  {state}  ({fmt.visible(gpu.name)})"
