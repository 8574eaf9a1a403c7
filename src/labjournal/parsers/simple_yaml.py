"""The part of YAML in which results are written: mappings, lists and scalars by their indent. No library needed."""

from __future__ import annotations

import re
from typing import Any

_PAIR = re.compile(r"(?P<key>'[^']*'|\"[^\"]*\"|[^\s:#'\"{\[-][^:#]*?)\s*:(?:\s+(?P<value>.*?))?\s*")


def simple_yaml(lines: list[str]) -> Any:
    """What the lines say; None where they hold anything else."""
    rows: list[tuple[int, str]] = []
    for line in lines:
        text = line.rstrip()
        if text.strip() and not text.lstrip().startswith("#"):
            rows.append((len(text) - len(text.lstrip()), text.strip()))
    try:
        found, used = _node(rows, 0)
    except ValueError:
        return None
    return found if used == len(rows) else None


def _node(rows: list[tuple[int, str]], at: int) -> tuple[Any, int]:
    return _list(rows, at) if rows[at][1].startswith("- ") or rows[at][1] == "-" else _mapping(rows, at)


def _list(rows: list[tuple[int, str]], at: int) -> tuple[list[Any], int]:
    indent, items = rows[at][0], []
    while at < len(rows) and rows[at][0] == indent and rows[at][1].startswith("-"):
        rest = rows[at][1][1:].lstrip()
        if _PAIR.fullmatch(rest):
            rows[at] = (indent + len(rows[at][1]) - len(rest), rest)
            item, at = _mapping(rows, at)
        else:
            item, at = _scalar(rest), at + 1
        items.append(item)
    return items, at


def _mapping(rows: list[tuple[int, str]], at: int) -> tuple[dict[str, Any], int]:
    indent, found = rows[at][0], {}
    while at < len(rows) and rows[at][0] == indent and (pair := _PAIR.fullmatch(rows[at][1])) is not None:
        key = pair["key"].strip("'\"")
        at += 1
        if pair["value"]:
            found[key] = _scalar(pair["value"])
            continue
        deeper = at < len(rows) and (rows[at][0] > indent or (rows[at][0] == indent and rows[at][1].startswith("-")))
        found[key], at = _node(rows, at) if deeper else (None, at)
    if not found:
        raise ValueError(rows[at][1])
    return found, at


def _scalar(text: str) -> Any:
    if text[:1] in ("'", '"'):
        return text[1:-1] if len(text) > 1 and text[-1] == text[0] else text
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
