"""Where studies lie: folders of ``entries/`` with a ``study.toml``, or any folder named by its path."""

from __future__ import annotations

import difflib
from pathlib import Path

from labjournal.errors import NotFoundError
from labjournal.studies.protocol import FILE


def names(entries: Path) -> list[str]:
    """The studies of a journal."""
    try:
        return sorted(path.parent.name for path in entries.glob(f"*/{FILE}"))
    except OSError:
        return []


def folder(name: str, entries: Path) -> Path:
    """The folder of a study by its name, or by the path of its folder or file. Raises NotFoundError."""
    if (entries / name / FILE).is_file():
        return entries / name
    path = Path(name)
    for place in (path, path.parent if path.name == FILE else path):
        if (place / FILE).is_file():
            return place.absolute()
    known = names(entries)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Studies: {', '.join(known)}." if known else ""
    raise NotFoundError(f"There is no study {name!r} in {entries}.", hint or f"Make {entries / name / FILE}.")
