"""Tables kept in ``labjournal.toml`` or a study, written anew at each export: ``entries/tables/NAME.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from labjournal import format as fmt
from labjournal.compare import build_table, named
from labjournal.compare.known import Known
from labjournal.config import Config
from labjournal.errors import InputError, NotFoundError
from labjournal.export import markdown
from labjournal.export.blocks import Block, harmless
from labjournal.export.style import Style
from labjournal.facts import derived_id
from labjournal.store import Store
from labjournal.studies import protocol, tables

FOLDER = "tables"
_UNSAFE = re.compile(r"[^\w.-]+")


def files(
    store: Store, config: Config, folder: Path, known: Known | None, zone: tzinfo | None
) -> Iterator[tuple[Path, list[Block]]]:
    """Each kept table with its file. One that cannot be built says why in its place, the others are written."""
    for name in config.tables:
        path = folder / FOLDER / f"{_UNSAFE.sub('-', name).lstrip('.') or 'table'}.md"
        yield path, [Block(block_id(name), harmless(_text(store, config, name, known, zone)))]


def of_study(store: Store, config: Config, folder: Path, zone: tzinfo | None) -> Iterator[tuple[Path, list[Block]]]:
    """The tables of a study, in its own folder."""
    if not (folder / protocol.FILE).is_file():
        return
    try:
        own = tables.of_folder(store, config, folder)
    except InputError as error:
        text = f"# {fmt.markdown(folder.name)}\n\nThe tables cannot be made: {fmt.markdown(str(error))}"
        yield folder / FOLDER / "tables.md", [Block(block_id(folder.name), harmless(text))]
        return
    yield from files(store, own, folder, None, zone)


def block_id(name: str) -> str:
    """The id of the block that holds a kept table, or the tables of a study."""
    return derived_id("table", name)


def _text(store: Store, config: Config, name: str, known: Known | None, zone: tzinfo | None) -> str:
    section, selection = config.tables[name], named(config, name)
    title = f"# {fmt.markdown(section.caption or name)}"
    if selection is None:
        return title
    try:
        style = Style(zone=zone).kept(section, name)
        table = build_table(store, selection, config, known=known)
    except (NotFoundError, InputError) as error:
        return f"{title}\n\nThis table cannot be made: {fmt.markdown(str(error))}"
    return f"{title}\n\n{markdown.body(table, style)}"
