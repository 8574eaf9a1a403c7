"""Inputs that cannot matter, told without a pass of one's own: placebo_input.

Two tests, both exact. An input joined to others along the features, of which every use cuts it away again, is seen in
the graph of the loss. An argument of the model's ``forward`` that its code never reads, or writes over first, is seen
in the code; that it is really given, and varies, is asked of a few forward passes. What an input does to the output in
numbers is told by ``labjournal.probe`` alone.
"""

from __future__ import annotations

import dis
import types
from typing import Any, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models, unwrapped

LOOKS = 8
TIMES = 5
NODES = 3000
CALLS = 3
_SEES_ALL = frozenset(("locals", "vars", "eval", "exec", "super"))
"""A function that calls one of these may read an argument without naming it."""


class Placebo:
    """Looks at the first backward passes; ``asked`` are modules (by id) whose forward passes it wants to see."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._looks = 0
        self._cut = 0
        self._read = False
        self.asked: Dict[int, Tuple[str, int]] = {}
        """Module -> the argument in question and its place."""
        self._calls: Dict[int, int] = {}

    # -- joined, and cut away

    def look(self, loss: Any, step: int) -> None:
        if self._looks >= LOOKS:
            return
        self._looks += 1
        if not self._read:
            self._read = True
            self._read_code()
        uses: Dict[Any, List[Any]] = {}
        for node in graph.walk(loss, NODES):
            for child in graph.inputs(node):
                if child is not None and graph.kind(child) == "Cat":
                    uses.setdefault(child, []).append(node)
        found = next((lost for node, by in uses.items() if (lost := _lost(node, by)) is not None), None)
        self._cut = 0 if found is None else self._cut + 1
        if found is not None and self._cut == TIMES:
            first, last, width = found
            self._findings.say(
                "placebo_input",
                step,
                f"An input is joined to others as columns {first} to {last - 1} of {width}, and these are cut away "
                f"again before anything uses them, in {TIMES} backward passes in a row: it has no effect at all.",
                evidence={"columns": [first, last], "of": width, "times": TIMES},
                subject="an input",
            )

    # -- given, and not read

    def _read_code(self) -> None:
        for root in self._models.roots():
            model = unwrapped(root)
            forward = vars(type(model)).get("forward")
            if isinstance(forward, types.FunctionType) and not self._models.of_library(model):
                unread = unread_arguments(forward)
                if unread:
                    self.asked[id(model)] = unread[0]

    def on_forward(self, module: Any, args: Any, step: int) -> None:
        asked = self.asked.get(id(module))
        if asked is None or not torch.is_grad_enabled():
            return
        name, place = asked
        value = args[place] if place < len(args) else None
        if value is None or not _varies(value):
            del self.asked[id(module)]  # not given, or nothing that could have told the model anything
            return
        self._calls[id(module)] = self._calls.get(id(module), 0) + 1
        if self._calls[id(module)] == CALLS:
            del self.asked[id(module)]
            model = self._models.name_of(module)
            self._findings.say(
                "placebo_input",
                step,
                f"{{subject}} is given {name!r} ({'x'.join(map(str, value.shape))}), and its forward() never reads it.",
                [(f"{model} {name}", model)],
                {"input": name, "forward_passes": CALLS},
                subject=model,
            )


def _varies(value: Any) -> bool:
    if not isinstance(value, torch.Tensor) or value.requires_grad or value.dim() < 1 or value.device.type != "cpu":
        return False
    return value.numel() > 1 and bool((value != value.reshape(-1)[0]).any())


def unread_arguments(function: types.FunctionType) -> List[Tuple[str, int]]:
    """(name, place after self) of arguments without a default that the code never reads before it writes over them."""
    code = function.__code__
    if _SEES_ALL & set(code.co_names):
        return []
    required = code.co_varnames[1 : code.co_argcount - len(function.__defaults__ or ())]
    inner = {*code.co_cellvars, *code.co_freevars}
    read: Set[str] = set(inner)
    overwritten: Set[str] = set()
    straight = True
    for one in dis.get_instructions(code):
        names = one.argval if isinstance(one.argval, tuple) else (one.argval,)
        if one.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE", "DELETE_FAST")) or "_LOAD_" in one.opname:
            read.update(name for name in names if isinstance(name, str) and name not in overwritten)
        elif one.opname.startswith("STORE_FAST") and straight:
            overwritten.update(name for name in names if isinstance(name, str) and name not in read)
        straight = straight and "JUMP" not in one.opname and "FOR_ITER" not in one.opname
    return [(name, at) for at, name in enumerate(required) if name not in read and not name.startswith("_")]


def _lost(join: Any, uses: List[Any]) -> Optional[Tuple[int, int, int]]:
    """(first, last, width) of the columns of inputs that every use of the joined tensor cuts away; None if none is."""
    whole = graph.shape(join)
    if whole is None or len(whole) < 2 or whole[0] < 2 or _axis(join, len(whole)) != len(whole) - 1:
        return None
    kept: Set[int] = set()
    for use in uses:
        if graph.kind(use) != "Slice" or _axis(use, len(whole)) != len(whole) - 1:
            return None
        kept.update(range(whole[-1])[slice(use._saved_start, use._saved_end, use._saved_step)])
    for first, last in _inputs_joined(join, whole[-1]):
        if last > first and not kept & set(range(first, last)):
            return first, last, whole[-1]
    return None


def _axis(node: Any, axes: int) -> int:
    """torch keeps a negative dimension as the unsigned number of 64 bits."""
    at = int(getattr(node, "_saved_dim", 0))
    return (at - (1 << 64) if at >= 1 << 63 else at) % axes


def _inputs_joined(join: Any, width: int) -> List[Tuple[int, int]]:
    """Where the arguments without a gradient lie: told by the sizes of the others, if they stand side by side."""
    sizes: List[Optional[int]] = []
    for child, at in join.next_functions:
        size = None if child is None else _width(child, at)
        if child is not None and size is None:
            return []
        sizes.append(size)
    blank = [at for at, size in enumerate(sizes) if size is None]
    if not blank or blank != list(range(blank[0], blank[-1] + 1)):
        return []
    first = sum(size or 0 for size in sizes[: blank[0]])
    return [(first, width - sum(size or 0 for size in sizes[blank[-1] + 1 :]))]


def _width(node: Any, at: int) -> Optional[int]:
    variable = getattr(node, "variable", None)
    if variable is not None:
        return int(variable.shape[-1]) if variable.dim() else None
    metadata = getattr(node, "_input_metadata", None)
    try:
        return int(metadata[at].shape[-1]) if metadata else None
    except (RuntimeError, TypeError, IndexError, AttributeError):  # nested tensors and symbolic sizes
        return None
