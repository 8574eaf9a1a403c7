"""Files that are written whole: beside and renamed, so that nobody ever reads half of one."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Put the text in the place of what stands there, its folder made where there is none. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(text.encode("utf-8", "surrogateescape"))
    beside.replace(path)
