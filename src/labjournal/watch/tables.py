"""Embeddings that all samples ask, at all their places, for one and the same row: constant_input of symbols.

A vocabulary read wrongly makes every word the unknown one. Which rows are asked for is read off the graph at each look;
that the ids come from outside, and are no constant of the model's own as learned queries are, off the next forward
passes.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Set

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models

MIN_TABLE = 16
"""Rows of an embedding; one of segments, languages or states has fewer, and its data may be of one kind."""
LOOKS = 8
MIN_IDS = 500
CALLS = 3
MOST_CALLS = 1000
"""Calls of any modules, after which an embedding that none of them was is no longer waited for."""


class _Table:
    def __init__(self, row: int) -> None:
        self.row: Optional[int] = row
        """The only one asked for; None once there were two."""
        self.looks = 0
        self.ids = 0
        self.answered = False
        """A target for each id: the model may fill in blanks, where what it knows comes in beside them."""
        self.calls = 0


class Tables:
    """Embeddings at the first looks, by their weight; ``asked`` are weights (by id) to be met in forward passes."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._tables: Dict[int, _Table] = {}
        self.asked: Set[int] = set()
        self._roots: Set[int] = set()
        self._given: List[Any] = []
        """Tensors that a whole model was called with."""
        self._calls = 0

    # -- at a look

    def look(self, nodes: Dict[Any, Any], joins: List[Any], target: Optional[Any]) -> None:
        """``nodes`` of embeddings, with their ids, and the joins in the same graph."""
        joined = {_undropped(child): graph.shape(node) or () for node in joins for child in graph.inputs(node)}
        ids = {node: found for node, found in nodes.items() if found.numel()}
        varied = [found.shape for found in ids.values() if found.dim() > 1 and not bool((found == found[:1]).all())]
        seen: Set[int] = set()
        for node, found in ids.items():
            weight = getattr(graph.inputs(node)[0], "variable", None)
            if weight is None or weight.dim() != 2 or len(weight) < MIN_TABLE:
                continue
            several = found.dim() > 1 and found.shape[0] > 1 and found.numel() >= 2 * found.shape[0]
            beside = joined.get(node, ())[:-1] == tuple(found.shape) or found.shape in varied  # as a word's language
            spread = 0 in found.stride()
            row = int(found.reshape(-1)[0]) if several and not beside and not spread and _is_one(found) else None
            row = None if row == graph.saved(node, "padding_idx") else row
            table = self._tables.setdefault(id(weight), _Table(-1 if row is None else row))
            table.row = table.row if table.row == row else None
            table.looks += id(weight) not in seen
            table.ids += found.numel()
            table.answered |= target is not None and abs(target.numel() - found.numel()) <= found.shape[0]
            seen.add(id(weight))
        for key in seen:
            table = self._tables[key]
            if table.row is not None and table.looks >= LOOKS and table.ids >= MIN_IDS and not table.calls:
                self.asked.add(key)
                self._roots = {id(root) for root in self._models.roots()}

    # -- in forward passes

    def on_forward(self, module: Any, args: Any, step: int) -> None:
        if not self.asked or not torch.is_grad_enabled():
            return
        self._calls += 1
        if self._calls > MOST_CALLS:
            self._forget(self.asked)
        if id(module) in self._roots:
            self._given = list(_tensors(args))
        key = id(vars(module).get("_parameters", {}).get("weight"))
        ids = args[0] if key in self.asked and args else None
        if isinstance(ids, torch.Tensor) and ids.numel() and not ids.is_floating_point():  # not a layer with its weight
            self._met(key, ids, step)

    def _met(self, key: int, ids: Any, step: int) -> None:
        table = self._tables[key]
        table.calls += 1
        others = [one for one in self._given if not _same_storage(one, ids) and one.dtype is not torch.bool]
        given = any(_same_storage(one, ids) for one in self._given)
        if not given or (table.answered and others) or not _is_one(ids) or int(ids.reshape(-1)[0]) != table.row:
            self._forget({key})
        elif table.calls == CALLS:
            self._forget({key})
            self._say(key, table, step)

    def _forget(self, keys: Set[int]) -> None:
        self.asked = self.asked - keys
        self._given = self._given if self.asked else []

    def _say(self, key: int, table: _Table, step: int) -> None:
        found = ((one, named) for one, named, _ in self._models.parameters() if id(one) == key)
        weight, named = next(found, (None, None))
        if weight is None or named is None:
            return
        self._findings.say(
            "constant_input",
            step,
            f"All {table.ids} ids that {{subject}} ({len(weight)} rows) was given in {table.looks} backward passes "
            f"looked at are {table.row}: every symbol of every sample is the same.",
            [(named.module, named.module)],
            {"ids": table.ids, "row": table.row, "rows": len(weight), "backward_passes": table.looks},
            remedy="Look at what makes the ids: a vocabulary in which nothing is found, an unknown word for all.",
        )


def _is_one(ids: Any) -> bool:
    """Are they all the same?"""
    return ids.device.type == "cpu" and bool((ids == ids.reshape(-1)[0]).all())


def _undropped(node: Optional[Any]) -> Optional[Any]:
    """What was joined, below a dropout."""
    below = graph.through_views(node)
    return graph.through_views(graph.inputs(below)[0]) if below is not None and graph.kind(below) == "Mul" else below


def _tensors(args: Any) -> Iterator[Any]:
    for one in args.values() if isinstance(args, dict) else args:
        if isinstance(one, torch.Tensor):
            yield one
        elif isinstance(one, (dict, list, tuple)):
            yield from _tensors(one)


def _same_storage(one: Any, other: Any) -> bool:
    plain = type(one) is type(other) is torch.Tensor and one.layout is other.layout is torch.strided
    return plain and bool(one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr())
