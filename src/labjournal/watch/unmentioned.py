"""Can a forward pass come to a part of a model at all? Read in the script, where it says so for certain.

Not where no line asks for the attribute that the part was built for, nor where all lines that ask for the list it is in
take the same slice of it at all times, one that leaves it out. Parts that are asked for in other ways, by their text or
as the children of a model, may be called later.
"""

from __future__ import annotations

import ast
import re
import sys
from types import FrameType
from typing import Any, Dict, List, Optional, Set

from labjournal.watch.models import Models
from labjournal.watch.uncalled import sources, trees_with

_OTHER_WAYS = re.compile(
    r"children\(|\._modules\b|__dict__|get_submodule|attrgetter|(?<![.\w])(?:getattr|vars|eval|exec|__import__)\("
)
_PLAIN = (ast.Constant, ast.UnaryOp, ast.USub, ast.Load, ast.IfExp, ast.Compare, ast.In, ast.NotIn, ast.Eq)


def is_left_out(models: Models, module: Any, frame: Optional[FrameType]) -> bool:
    """Is it certain that nothing calls the module?"""
    chain = models.parents(module)
    for at, parent in enumerate(chain[1:]):
        if type(parent).__module__.startswith("torch."):
            continue
        names = [key for key, child in parent._modules.items() if child is chain[at]]
        if len(names) != 1 or not names[0].isidentifier() or models.of_library(parent):
            return False
        members = list(chain[at]._modules.values()) if type(chain[at]).__name__ == "ModuleList" else []
        place = next((index for index, one in enumerate(members) if at and one is chain[at - 1]), -1)
        return _is_unasked(names[0], place, len(members), frame)
    return False


def _is_unasked(name: str, place: int, members: int, frame: Optional[FrameType]) -> bool:
    """``place``: in the list of so many ``members`` that has the name; -1 where it is no list."""
    trees = trees_with([name], frame)
    try:
        if not trees or any(_OTHER_WAYS.search(text) for text in sources(frame)):
            return False
    except OSError:
        return False
    return all(_leaves_out(tree, name, place, members) for tree in trees)


def _leaves_out(tree: ast.Module, name: str, place: int, members: int) -> bool:
    above: Dict[int, ast.AST] = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    known = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if name in (getattr(node, "value", None), getattr(node, "id", None), getattr(node, "arg", None)):
            return False
        if not isinstance(node, ast.Attribute) or node.attr != name:
            continue
        parent = above.get(id(node))
        if not isinstance(node.ctx, ast.Load):
            if not _is_built(parent, above):
                return False
            continue
        taken = _taken(parent, members, known) if place >= 0 and isinstance(parent, ast.Subscript) else None
        if taken is None or place in taken:
            return False
    return True


def _is_built(parent: Optional[ast.AST], above: Dict[int, ast.AST]) -> bool:
    """Is what is given to the attribute built there, so that nothing else holds it?"""
    if isinstance(parent, ast.Tuple):
        parent = above.get(id(parent))
    value = parent.value if isinstance(parent, ast.Assign) else None
    built = value.elts if isinstance(value, ast.Tuple) else [value]
    lists = [one for call in built if isinstance(call, ast.Call) for one in call.args if isinstance(one, ast.List)]
    members = [member for one in lists for member in one.elts]
    return all(isinstance(one, ast.Call) for one in (*built, *members))


def _taken(node: ast.Subscript, members: int, known: Set[str]) -> Optional[List[int]]:
    """The places that a slice takes at all times; None where that is not certain."""
    if not isinstance(node.slice, ast.Slice) or not all(
        _is_fixed(one, known) for one in ast.iter_child_nodes(node.slice)
    ):
        return None
    text = ast.unparse(node)[len(ast.unparse(node.value)) :]
    try:
        return list(eval(f"places{text}", {"sys": sys, "places": list(range(members))}))
    except Exception:  # noqa: BLE001 - bounds that are no numbers
        return None


def _is_fixed(bound: ast.AST, known: Set[str]) -> bool:
    """Constants, and what stands in ``sys.argv``."""
    return all(
        isinstance(node, _PLAIN) or (isinstance(node, (ast.Attribute, ast.Name)) and _is_argv(node, known))
        for node in ast.walk(bound)
    )


def _is_argv(node: ast.AST, known: Set[str]) -> bool:
    return "sys" in known and ast.unparse(node) in ("sys", "sys.argv")
