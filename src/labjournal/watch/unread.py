"""A data set that gives pairs, and a loss that compares an output with what it was made from: target_equals_input.

As of a denoiser that is taught its noisy input. An autoencoder does the same on purpose, also with a data set that
gives more; so the other half must lie in a variable with a name of its own, which no loop over batches reads.
"""

from __future__ import annotations

import ast
import sys
import weakref
from types import FrameType
from typing import Any, Iterator, List, Mapping, Optional, Tuple, Type

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.naming import is_of_library, user_frames
from labjournal.watch.syntax import tree_of

TIMES = 8


class Unread:
    """The halves of the last batch that a loader gave."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._pair: List[weakref.ref[Any]] = []
        self._times = 0

    def batch(self, data: Any) -> None:
        if self._times < TIMES:
            parts = list(data.values()) if isinstance(data, Mapping) else data
            self._pair = [weakref.ref(one) for one in parts] if _are_alike(parts) else []

    def look(self, inputs: Any, step: int) -> None:
        """Before a backward pass on a loss whose target is the input, number for number."""
        if self._times >= TIMES:
            return
        half = self._other_half(inputs)
        unread = next(_unread(half, sys._getframe()), None) if half is not None else None
        self._times = self._times + 1 if unread is not None else 0
        if unread is not None and self._times == TIMES:
            name, where = unread
            self._findings.say(
                "target_equals_input",
                step,
                f"The target is the input itself, number for number, in {TIMES} backward passes in a row, while "
                f"{name!r}, which the data set gives beside it, is never read in {where}.",
                [("unread", "")],
                {"times": TIMES, "unread": name},
                subject="the target",
            )

    def _other_half(self, inputs: Any) -> Optional[Any]:
        halves = [one for one in (ref() for ref in self._pair) if one is not None]
        alike = [one for one in halves if one.shape == inputs.shape and one.dtype == inputs.dtype]
        others = [one for one in alike if not torch.equal(one, inputs)]
        return others[0] if len(halves) == 2 and len(others) == 1 else None


def _are_alike(parts: Any) -> bool:
    """Two tensors of numbers, alike in shape."""
    return (
        isinstance(parts, (list, tuple))
        and len(parts) == 2
        and all(isinstance(one, torch.Tensor) and one.is_floating_point() and one.dim() > 1 for one in parts)
        and all(one.device.type == "cpu" and one.layout is torch.strided for one in parts)
        and (parts[0].shape, parts[0].dtype) == (parts[1].shape, parts[1].dtype)
    )


def _unread(half: Any, frame: Optional[FrameType]) -> Iterator[Tuple[str, str]]:
    """The variable that holds it, in the first of the user's frames that has one, if no loop over batches of that file
    that gives a variable of this name reads it."""
    for one in user_frames(frame):
        if is_of_library(one):
            return
        code, namespace = one.f_code, one.f_locals
        names = [name for name, value in namespace.items() if value is half]
        if code.co_flags & 1 and sys.version_info < (3, 13):
            namespace.clear()  # see `naming`
        if names:
            name = names[0]
            if len(names) == 1 and not name.startswith("_") and _is_read_by_no_loop(name, code.co_filename):
                yield name, code.co_name
            return


def _is_read_by_no_loop(name: str, file: str) -> bool:
    """There is a loop that binds the name, and none of those that do has a use for it."""
    tree = tree_of(file)
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.AsyncFor))]
    bound = [loop for loop in loops if any(_is(node, name, ast.Store) for node in ast.walk(loop.target))]
    asked = any(isinstance(node, ast.Global) and name in node.names for node in ast.walk(tree))
    return bool(bound) and not asked and not any(_is(node, name, ast.Load) for loop in bound for node in ast.walk(loop))


def _is(node: ast.AST, name: str, context: Type[ast.expr_context]) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, context)
