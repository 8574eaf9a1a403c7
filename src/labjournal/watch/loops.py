"""Which setting bounds the loop that steps an optimizer? Read in the script at a step, where it says so for certain.

``for step in range(args.steps)``, ``while step < args.steps``, or ``if step >= args.steps: break`` around the line that
steps: then one turn of the loop is one step. A step in one turn of several, or a loop that may also end for another
reason than its counter, says nothing.
"""

from __future__ import annotations

import ast
import functools
from types import FrameType
from typing import List, Optional, Set, Tuple, Type, Union

from labjournal.watch.naming import frames_above, is_of_library
from labjournal.watch.syntax import tree_of

_AROUND = frozenset("tqdm trange list enumerate zip iter track progress".split())
"""Calls around a range that leave its length; of ``zip`` the range is one of several."""
_STEPS = frozenset("steps iterations iters iter updates nsteps niters niter niterations nupdates".split())
_EPOCH = frozenset("epoch epoch_idx epoch_i i_epoch epoch_num current_epoch".split())
_NO_PLAN = frozenset("per limit cap warmup".split())
_Loop = Union[ast.For, ast.While]


def counted_by(frame: Optional[FrameType]) -> Optional[str]:
    """The last name of the setting that says how often the innermost loop around this step turns."""
    for one in frames_above(frame):
        if is_of_library(one):
            if one.f_code.co_name != "step":  # of a wrapped optimizer
                return None
            continue
        around = _around(tree_of(one.f_code.co_filename), one.f_lineno)
        for node in reversed(around):
            if isinstance(node, (ast.For, ast.While)):
                return _bound(node, [other for other in around if other is not node])
            if isinstance(node, ast.If) and any(
                isinstance(part, (ast.Mod, ast.Compare)) for part in ast.walk(node.test)
            ):
                return None
    return None


def in_each_epoch(frame: Optional[FrameType]) -> bool:
    """Is this line, or the call that leads to it, in a loop whose variable is called epoch, with no condition on it?"""
    for one in [frame for frame in frames_above(frame) if not is_of_library(frame)][:3]:
        told = _by_epoch(one.f_code.co_filename, one.f_lineno)
        if told is not None:
            return told
    return False


@functools.lru_cache(maxsize=256)
def _by_epoch(file: str, line: int) -> Optional[bool]:
    """Of a line of a file; None where no loop and no condition is around it within its function."""
    for node in reversed(_around(tree_of(file), line)):
        if isinstance(node, ast.For):
            return isinstance(node.target, ast.Name) and node.target.id.lower().strip("_") in _EPOCH
        if isinstance(node, (ast.If, ast.While)) and not _is_main(node):
            return False
    return None


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)


def _around(tree: ast.Module, line: int) -> List[ast.stmt]:
    """Statements around a line, outermost first, within its function."""
    found: List[ast.stmt] = []
    body = _below(tree)
    while True:
        inner = next((one for one in body if one.lineno <= line <= (one.end_lineno or one.lineno)), None)
        if inner is None:
            return found
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found = []
        elif isinstance(inner, ast.stmt):
            found.append(inner)
        body = _below(inner)


def _below(node: ast.AST) -> List[Union[ast.stmt, ast.ExceptHandler]]:
    return [one for one in ast.iter_child_nodes(node) if isinstance(one, (ast.stmt, ast.ExceptHandler))]


def _bound(loop: _Loop, outer: List[ast.stmt]) -> Optional[str]:
    counters = _counters([loop, *outer])
    found = _of_range(loop.iter) if isinstance(loop, ast.For) else _of_test(loop.test, counters, (ast.Lt, ast.LtE))
    names = {found} if found else set()
    for exit_ in _exits(loop):
        name = _of_test(exit_.test, counters, (ast.Gt, ast.GtE, ast.Eq)) if isinstance(exit_, ast.If) else None
        if name is None and not _is_fixed(exit_, counters):
            return None
        names |= {name} if name else set()
    if not names and isinstance(loop, ast.For):
        above = [one for one in outer if isinstance(one, ast.While)]
        names = {_of_test(one.test, counters, (ast.Lt, ast.LtE)) or "" for one in above[-1:]}
    name = next(iter(names)) if len(names) == 1 else ""
    words = set(name.lower().split("_"))
    return name if words & _STEPS and not words & _NO_PLAN else None


def _counters(loops: List[ast.stmt]) -> Set[str]:
    """Names that a loop gives, or that each turn counts up by one and nothing sets back."""
    found: Set[str] = set()
    for loop in loops:
        if isinstance(loop, ast.For):
            found.update(part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name))
        found.update(_setting(one.target) or "" for one in _counted_up(loop))
    stores = [part for loop in loops[:1] for part in ast.walk(loop) if isinstance(part, ast.Assign)]
    return found - {part.id for one in stores for part in ast.walk(one) if isinstance(part, ast.Name) and _is_set(part)}


def _counted_up(node: ast.AST) -> List[ast.AugAssign]:
    """In each turn: not under a condition."""
    found: List[ast.AugAssign] = []
    for one in _below(node):
        if isinstance(one, ast.AugAssign) and isinstance(one.value, ast.Constant) and one.value.value == 1:
            found.append(one)
        elif isinstance(one, (ast.For, ast.While, ast.With)):
            found += _counted_up(one)
    return found


def _is_set(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _of_range(given: ast.expr) -> Optional[str]:
    if not isinstance(given, ast.Call):
        return None
    called = _setting(given.func)
    if called in ("range", "trange"):
        fixed = len(given.args) == 1 or (len(given.args) == 2 and isinstance(given.args[0], ast.Constant))
        return _setting(given.args[-1]) if fixed else None
    if called == "islice" and len(given.args) == 2:
        return _setting(given.args[1])
    inside = [_of_range(one) for one in given.args] if called in _AROUND else []
    return next(filter(None, inside), None)


def _of_test(test: ast.expr, counters: Set[str], ways: Tuple[Type[ast.cmpop], ...]) -> Optional[str]:
    """The setting that a counter is compared with."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, right = _setting(test.left), _setting(test.comparators[0])
    forward = isinstance(test.ops[0], ways) and left in counters
    return right if forward and right not in counters else None


def _exits(loop: _Loop) -> List[ast.AST]:
    """What leaves the loop, each as the innermost ``if`` or handler around it."""
    found: List[ast.AST] = []
    waiting: List[Tuple[ast.AST, ast.AST, bool]] = [(one, loop, False) for one in loop.body]
    while waiting:
        node, holder, nested = waiting.pop()
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break) and not nested):
            found.append(holder)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            holder = node if isinstance(node, (ast.If, ast.Try, ast.ExceptHandler)) else holder
            nested = nested or isinstance(node, (ast.For, ast.While))
            waiting += [(one, holder, nested) for one in _below(node)]
    return found


def _is_fixed(exit_: ast.AST, counters: Set[str]) -> bool:
    """Does it depend on the counter and on numbers alone, or on the data's end?"""
    if isinstance(exit_, ast.ExceptHandler):
        return isinstance(exit_.type, ast.Name) and exit_.type.id == "StopIteration"
    if not isinstance(exit_, ast.If):
        return False
    names = {part.id for part in ast.walk(exit_.test) if isinstance(part, ast.Name)}
    calls = any(isinstance(part, (ast.Call, ast.Attribute)) for part in ast.walk(exit_.test))
    return bool(names) and names <= counters and not calls


def _setting(node: ast.expr) -> Optional[str]:
    """The last part of a name, an attribute or an item; also less or more a number."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) and isinstance(node.right, ast.Constant):
        node = node.left
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return None
