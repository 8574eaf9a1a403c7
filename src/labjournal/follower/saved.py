"""What a run saved against what it trained, from the headers of its checkpoints and the curves of the watch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labjournal import tags
from labjournal.checks import checkpoint
from labjournal.checks.rule import Verdict
from labjournal.checks.running_statistics import lost_statistics
from labjournal.checks.stale_values import is_any, starting_values
from labjournal.facts import Fact
from labjournal.model import Checkpoint, Run
from labjournal.store import Store

_CRITERION = re.compile(r"loss|criterion|objective|likelihood", re.IGNORECASE)
_MOST = 12
"""Headers of so many checkpoints are read; one of a large model takes some 50 ms."""


def of_checkpoints(store: Store, run: Run, frozen: Sequence[str], stated: Sequence[Fact]) -> Iterator[Verdict]:
    """``frozen``: patterns of modules that are meant to stand still."""
    from labjournal.checkpoints import checksums, is_empty_state, tensor_names

    current = [one for one in store.checkpoints(run.id) if one.current]
    if not current:
        return
    working = Path(run.cwd or ".")
    read = {one.path: tensor_names(working / one.path) for one in _worth_reading(current)}
    saved = {path: list(tensors) for path, tensors in read.items() if tensors}
    empty = [path for path, tensors in read.items() if not tensors and is_empty_state(working / path)]
    moved = _of_models(_moved(store, run.id), stated)
    began = max((first for first, _ in moved.values()), default=0.0)
    earlier = [module for module, (_, last) in moved.items() if last < began]
    left = checkpoint.LeftOut(frozen, earlier, _named(stated, "unvalidated") or (), _named(stated, "validated"))
    written = {one.path: one.written_at.timestamp() for one in current}
    since = {module: {path for path in saved if written[path] >= first} for module, (first, _) in moved.items()}
    yield from checkpoint.missing_params(list(moved), saved, left, empty, since, _sizes(stated), _together(stated))
    starting = _starting(stated)
    if starting:
        sums = {path: checksums(working / path, lambda name: is_any(name, starting)) for path in saved}
        later = {name: [path for path in saved if written[path] > wall] for name, (_, wall) in starting.items()}
        yield starting_values({name: crc for name, (crc, _) in starting.items()}, sums, later)
    for layers in _counting(stated) if saved else ():
        yield lost_statistics(layers, saved)


def _worth_reading(current: Sequence[Checkpoint]) -> list[Checkpoint]:
    """The last of each series (the same name but for its numbers), as an earlier phase leaves one; then the newest."""
    last = {re.sub(r"\d+", "#", one.path): one.path for one in current}
    chosen = list(last.values())[-_MOST:]
    others = [one.path for one in current if one.path not in chosen]
    chosen += others[len(chosen) - _MOST :] if len(chosen) < _MOST else []
    return [one for one in current if one.path in chosen]


def _named(stated: Sequence[Fact], what: str) -> list[str] | None:
    """What the watch named at its end; None where no watch has."""
    found = [fact.data.get(what) for fact in stated if fact.kind == "watch_end"]
    lists = [names for names in found if isinstance(names, list)]
    return [str(name) for names in lists for name in names] if lists else None


def _starting(stated: Sequence[Fact]) -> dict[str, tuple[int, float]]:
    """By path of a tensor that has moved: the checksum of its values before training, and when they were taken."""
    told = [fact.data.get("starting") for fact in stated if fact.kind == "watch_end"]
    found = {}
    for name, first in [pair for sums in told if isinstance(sums, dict) for pair in sums.items()]:
        match first:
            case [int(crc), float(wall)]:
                found[str(name)] = crc, wall
    return found


def _models(stated: Sequence[Fact]) -> list[dict[str, Any]]:
    """The models that the watch told of, each time it did."""
    told = [fact.data.get("models") for fact in stated if fact.kind == "watch_state"]
    return [model for models in told if isinstance(models, list) for model in models if isinstance(model, dict)]


def _sizes(stated: Sequence[Fact]) -> dict[str, int]:
    """How many parameter tensors each model has, by the last word of the watch."""
    return {str(one.get("name")): size for one in _models(stated) if isinstance(size := one.get("tensors"), int)}


def _together(stated: Sequence[Fact]) -> list[set[str]]:
    """The models that each optimizer holds, by the last word of the watch, without criteria that have weights."""
    told = [fact.data.get("optimizers") for fact in stated if fact.kind == "watch_state"]
    criteria = {str(one.get("name")) for one in _models(stated) if _CRITERION.search(str(one.get("class")))}
    named = [one.get("models") for one in (told[-1] if told and isinstance(told[-1], list) else [])]
    return [set(map(str, names)) - criteria for names in named if isinstance(names, list)]


def _counting(stated: Sequence[Fact]) -> Iterator[list[str]]:
    """Of each model its layers with running statistics, by the first word of the watch that has some."""
    seen: set[str] = set()
    for model in _models(stated):
        name, layers = str(model.get("name")), model.get("counting")
        if isinstance(layers, list) and layers and name not in seen:
            seen.add(name)
            yield [str(layer) for layer in layers]


def _of_models(moved: dict[str, tuple[float, float]], stated: Sequence[Fact]) -> dict[str, tuple[float, float]]:
    """Less tensors that belong to no model: they are known by the variable that holds them, not by what they are."""
    named = [f"{model.get('name')}." for model in _models(stated)]
    if not named:
        return moved
    paths = {module: f"{module}." for module in moved}
    return {
        module: times
        for module, times in moved.items()
        if any(paths[module].startswith(name) or name.startswith(paths[module]) for name in named)
    }


def _moved(store: Store, run_id: str) -> dict[str, tuple[float, float]]:
    """Modules whose weights the watch saw move, with the times of the first and the last look that saw it."""
    prefix = f"{tags.UPDATE_RATIO}/"
    moved = {}
    for info in store.series_list(run_id):
        data = store.series(info.key) if info.key.tag.startswith(prefix) else None
        if data is not None and (walls := data.walls[data.values > 0]).size:
            moved[info.key.tag.removeprefix(prefix)] = (float(walls[0]), float(walls[-1]))
    return moved
