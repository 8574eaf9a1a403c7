"""Weights that a model uses as plain numbers: ``self.scale.item()``, ``self.gate.detach()``, ``self.weight.data``.

Read in the script of tensors that never get a gradient while others of their module do: the class that makes the
attribute uses it in its ``forward()``, where it has one, and all its uses with gradients on are of this kind.
"""

from __future__ import annotations

import ast
import sys
from types import FrameType
from typing import Dict, Iterator, List, Optional, Set

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look
from labjournal.watch.models import Named
from labjournal.watch.rules import WARNING
from labjournal.watch.uncalled import trees_with

_CUT = frozenset("item data detach tolist numpy".split())
_NOT_USES = frozenset("__init__ reset_parameters extra_repr __repr__ init_weights _init_weights".split())


def say_used_as_numbers(findings: Findings, look: Look, noted: List[Named], looks: int) -> None:
    """Of those without a gradient in so many ``looks``, beside others of their module."""
    last = {name.path.rpartition(".")[2]: name for name in noted}
    uses = _used_as_numbers(set(last), sys._getframe()) if last else {}
    if uses:
        findings.say(
            "no_grad",
            look.step,
            f"{{subject}} ({{n}}) got no gradient in any of the last {looks} steps of {look.tracked.label} looked at: "
            f"its module uses it as a plain number ({', '.join(sorted(uses.values()))}).",
            [(f"{last[name].path} as a number", last[name].path) for name in uses],
            {"optimizer": look.tracked.label, "looked_at_steps": looks, "used_as": sorted(uses.values())},
            level=WARNING,
        )


def _used_as_numbers(names: Set[str], frame: Optional[FrameType]) -> Dict[str, str]:
    """By the last names of tensors: how each is used, as ``scale.item()``; without those of which it is not certain."""
    trees = trees_with(names, frame)
    found: Dict[str, str] = {}
    for name in names:
        uses = [use for tree in trees for use in _uses(tree, name)]
        if uses and all(uses):
            found[name] = f"{name}.{uses[0]}"
    return found


def _uses(tree: ast.Module, name: str) -> Iterator[str]:
    """What is taken of the attribute at each use in the classes that make it; "" for the tensor itself."""
    for made in ast.walk(tree):
        if not isinstance(made, ast.ClassDef):
            continue
        used: List[str] = []
        methods = [method for method in made.body if isinstance(method, ast.FunctionDef)]
        makes, forward = False, all(method.name != "forward" for method in methods)
        for method in methods:
            trains = method.name not in _NOT_USES and not _is_without_gradients(method)
            above = {id(child): node for node in ast.walk(method) for child in ast.iter_child_nodes(node)}
            for node in ast.walk(method):
                if not isinstance(node, ast.Attribute) or node.attr != name:
                    continue
                makes |= isinstance(node.ctx, ast.Store)
                if isinstance(node.ctx, ast.Load) and trains:
                    used.append(_taken(node, above))
                    forward |= method.name == "forward"
        if makes and forward:
            yield from used


def _is_without_gradients(method: ast.FunctionDef) -> bool:
    return any(word in ast.unparse(one) for one in method.decorator_list for word in ("no_grad", "inference_mode"))


def _taken(use: ast.AST, above: Dict[int, ast.AST]) -> str:
    """``item()`` of ``self.scale.item()`` and of ``self.scale.exp().item()``."""
    parent = above.get(id(use))
    while isinstance(parent, (ast.Attribute, ast.Call)) and getattr(parent, "attr", "") not in _CUT:
        if isinstance(parent, ast.Call) and parent.func is not use:
            break
        use, parent = parent, above.get(id(parent))
    if isinstance(parent, ast.Attribute) and parent.attr in _CUT:
        return f"{parent.attr}()" if parent.attr != "data" else "data"
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "float":
        return "__float__()"
    return ""
