"""JSON Schemas of everything labjournal writes for others to read; docs/formats.md explains the shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def names() -> list[str]:
    return sorted(path.stem for path in Path(__file__).parent.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    """The schema of one shape, as ``load("ls")``. Raises FileNotFoundError."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    return content
