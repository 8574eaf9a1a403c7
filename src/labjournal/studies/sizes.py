"""Reading ``study.toml`` at one size: its variations laid over, single values made the lists that are meant."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labjournal.errors import InputError, NotFoundError

SIZES = ("smoke", "full")
"""Those that every study knows; its own are tables of ``[sizes]``."""
_SECTIONS = ("stage", "fault", "table", "decision", "metric")
_LISTS = {
    "stage": ("after", "criteria", "datasets", "path"),
    "fault": ("shows", "breaks"),
    "table": ("stages", "metrics", "datasets"),
}
"""Keys that may be given as one text instead of a list."""
_VARIED = {"stage": ("grid", "options")}
"""Tables whose values may be one value instead of a list."""


def read(path: Path) -> dict[str, Any]:
    """Raises InputError, NotFoundError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no {path}.", "labjournal study list shows what there is.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}.") from error


def known(raw: Mapping[str, Any]) -> list[str]:
    """The sizes of a study."""
    return list(dict.fromkeys([*SIZES, *raw.get("sizes", {})]))


def at(raw: Mapping[str, Any], size: str | None, path: Path) -> dict[str, Any]:
    """What the file says at one size. Raises InputError."""
    sized = {key: value for key, value in raw.items() if key != "sizes"}
    own = dict(raw.get("sizes", {}).get(size, {})) if size else {}
    sized["settings"] = {**_texts(raw.get("settings", {})), **_texts(own)}
    for kind in _SECTIONS:
        items = raw.get(kind, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise InputError(f"{path}: write [[{kind}]], with two brackets, once for each.")
        sized[kind] = [_sized(item, size, set(known(raw)), kind) for item in items]
    return sized


def _sized(item: Mapping[str, Any], size: str | None, known: set[str], kind: str) -> dict[str, Any]:
    """A section with the variation of the size laid over it, and single values made lists."""
    merged = {key: value for key, value in item.items() if key not in known}
    for key, value in dict(item.get(size or "", {})).items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    for key in _LISTS.get(kind, ()):
        if isinstance(merged.get(key), str):
            merged[key] = [merged[key]]
    for key in _VARIED.get(kind, ()):
        table = merged.get(key)
        if isinstance(table, dict):
            merged[key] = {
                name: _texts_in(value if isinstance(value, list) else [value]) for name, value in table.items()
            }
    if isinstance(merged.get("search"), dict):
        search = merged["search"] = dict(merged["search"])
        if isinstance(search.get("space"), dict):
            search["space"] = _texts(search["space"])
        if isinstance(search.get("stop"), str):
            search["stop"] = [search["stop"]]
    if isinstance(merged.get("settings"), dict):
        merged["settings"] = _texts(merged["settings"])
    if kind == "table" and isinstance(merged.get("options"), dict):
        merged["options"] = _texts(merged["options"])
    return merged


def _texts(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _text(value) for key, value in table.items()}


def _texts_in(values: Sequence[Any]) -> list[Any]:
    return [_text(value) for value in values]


def _text(value: Any) -> Any:
    """``true`` and numbers as they are written on a command line; anything else is told by the reader."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.17g}" if isinstance(value, float) and float(f"{value:g}") != value else _short(value)


def _short(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else str(value) if isinstance(value, int) else value
