"""``for p in parameters: p = p - lr * p.grad``: read in the script, a step that writes to nothing.

The name of a loop is given to the result, and is not asked for again before the loop gives it to the next tensor. Or an
item of a state dict is, which holds another tensor then, in a script that never loads one.
"""

from __future__ import annotations

import ast
from types import FrameType
from typing import Iterator, Optional, Tuple

from labjournal.watch.naming import frames_above, is_of_library
from labjournal.watch.syntax import tree_of


def dead_step(frame: Optional[FrameType]) -> Optional[Tuple[str, str]]:
    """(place, name) of the first such line in the files of the user's frames."""
    files = dict.fromkeys(one.f_code.co_filename for one in frames_above(frame) if not is_of_library(one))
    for name in files:
        found = _in_file(name)
        if found is not None:
            line, variable = found
            return f"line {line} of {name.rpartition('/')[2]}", variable
    return None


def _in_file(name: str) -> Optional[Tuple[int, str]]:
    tree = tree_of(name)
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    return next((found for loop in loops for found in _in_loop(loop, tree)), None)


def _in_loop(loop: ast.For, tree: ast.Module) -> Iterator[Tuple[int, str]]:
    names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    inside = [node for statement in loop.body for node in ast.walk(statement)]
    for node in inside:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        if isinstance(node.targets[0], ast.Subscript) and _is_step_on_state(node, tree):
            yield node.lineno, ast.unparse(node.targets[0])
        if not isinstance(node.targets[0], ast.Name):
            continue
        name, end = node.targets[0].id, node.end_lineno or node.lineno
        read_later = any(
            isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load) and one.lineno > end
            for one in inside
        )
        if name in names and _is_step(node.value, name) and not read_later:
            yield node.lineno, name


def _is_step(value: ast.expr, name: str) -> bool:
    """``p - …`` or ``p.data + …``, with a gradient or another number of the same loop in it."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, (ast.Sub, ast.Add)):
        return False
    left = value.left.value if isinstance(value.left, ast.Attribute) else value.left
    return isinstance(left, ast.Name) and left.id == name


def _is_step_on_state(node: ast.Assign, tree: ast.Module) -> bool:
    """``state[name] = state[name] - … * p.grad``, in a script that never loads a state."""
    target, value = node.targets[0], node.value
    loads = any(isinstance(one, ast.Attribute) and one.attr in _LOADS for one in ast.walk(tree))
    same = isinstance(value, ast.BinOp) and ast.dump(value.left) == ast.dump(target).replace("Store()", "Load()", 1)
    grads = any(isinstance(one, ast.Attribute) and one.attr == "grad" for one in ast.walk(value))
    return bool(same and grads and not loads)


_LOADS = ("load_state_dict", "copy_", "set_", "functional_call", "swap_tensors")
