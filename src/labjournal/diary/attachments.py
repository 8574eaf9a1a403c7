"""Files attached to entries: pictures are copied beside the exported diary, everything else is named where it lies."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from labjournal.errors import JournalUnavailableError

PICTURES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".pdf"))
FOLDER = "attachments"
_LARGEST = 20_000_000
"""Bytes; a larger file is no picture for a diary, and would live in the repository for ever."""


def keep(file: Path, entries: Path, project: Path) -> str:
    """The path under which a file is attached, relative to the project where it lies inside it.

    A copy is named after its content, so that the same picture twice is one file and a redrawn one is another.
    Raises JournalUnavailableError when it cannot be copied.
    """
    whole = file.absolute()
    if file.suffix.lower() in PICTURES and not whole.is_relative_to(entries):
        try:
            content = whole.read_bytes() if whole.stat().st_size <= _LARGEST else None
            if content is not None:
                whole = _copied(content, whole.name, entries / FOLDER)
        except OSError as error:
            raise JournalUnavailableError(
                f"{file} cannot be copied to {entries / FOLDER}: {error.strerror or error}.", "Nothing was written."
            ) from error
    return whole.relative_to(project).as_posix() if whole.is_relative_to(project) else str(whole)


def _copied(content: bytes, name: str, folder: Path) -> Path:
    safe = re.sub(r"[^\w.-]+", "-", name).lstrip(".-") or "picture"
    target = folder / f"{hashlib.sha256(content).hexdigest()[:8]}-{safe}"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        beside.write_bytes(content)
        beside.replace(target)
    return target
