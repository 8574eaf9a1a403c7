"""Is ``step()`` of an optimizer, or of a schedule, called anywhere? Read in the script, where it says so for certain.

The name that holds it may be used for what does not step: resets, groups, states, schedules. A name that
goes anywhere else, into a function, a list or another variable, may be stepped there.
"""

from __future__ import annotations

import ast
import os
import sys
from types import FrameType
from typing import Any, Dict, Iterable, List, Optional, Tuple

from labjournal.watch.naming import frames_above, is_installed, is_of_library, names_in_frames

_HARMLESS = frozenset(
    "zero_grad param_groups state state_dict load_state_dict add_param_group defaults get_last_lr last_epoch".split()
)
_MOST = 2_000_000
"""Bytes of a file that is read."""


def is_never_stepped(optimizer: Any, frame: Optional[FrameType]) -> Optional[str]:
    """The name of an optimizer or schedule that no file of the user's steps, or None where that is not certain."""
    name, trees = _read(optimizer, frame)
    return name if trees and all(_is_harmless(tree, name) for tree in trees) else None


def condition_of_step(optimizer: Any, frame: Optional[FrameType]) -> Optional[str]:
    """What must hold in a turn of a loop for the optimizer to be stepped, as the script has it; None where nothing."""
    name, trees = _read(optimizer, frame)
    for tree in trees:
        for loop in filter(_is_loop, ast.walk(tree)):
            for node in ast.walk(loop):
                if isinstance(node, ast.If) and _steps(node, name) and not any(map(_is_loop, ast.walk(node))):
                    return ast.unparse(node.test)
    return None


def _read(optimizer: Any, frame: Optional[FrameType]) -> Tuple[str, List[ast.Module]]:
    """The name that holds it, and the files of the user's that know the name."""
    found = names_in_frames([optimizer], frame).get(id(optimizer))
    name = "" if found is None else found.rpartition(".")[2]
    if not name.isidentifier():
        return "", []
    return name, trees_with([name], frame)


def trees_with(words: Iterable[str], frame: Optional[FrameType]) -> List[ast.Module]:
    """The user's files in which one of the words stands; none where any of them cannot be read."""
    try:
        return [ast.parse(text) for text in sources(frame) if any(word in text for word in words)]
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []


def _is_loop(node: ast.AST) -> bool:
    return isinstance(node, (ast.For, ast.While))


def _steps(branch: ast.If, name: str) -> bool:
    """Does the branch that is taken where the test holds call ``name.step()``?"""
    calls = [node for part in branch.body for node in ast.walk(part) if isinstance(node, ast.Call)]
    stepped = [call.func.value for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "step"]
    return any(name in (getattr(one, "id", None), getattr(one, "attr", None)) for one in stepped)


def sources(frame: Optional[FrameType]) -> List[str]:
    """The files of the frames, and of all that is loaded and neither installed nor ours."""
    names = {one.f_code.co_filename: None for one in frames_above(frame) if not is_of_library(one)}
    for title, module in list(sys.modules.items()):
        file: Any = getattr(module, "__file__", None)
        named = isinstance(file, str) and os.path.isabs(file) and file.endswith(".py")
        if named and title.partition(".")[0] != "labjournal" and not is_installed(file):
            names[file] = None
    return [_text(name) for name in names if not name.startswith("<frozen ")]


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
        return file.read(_MOST)


def _is_harmless(tree: ast.Module, name: str) -> bool:
    """Is all that is done with the name known not to step?"""
    above = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return all(
        _is_harmless_use(node, above)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
    ) and not _is_named(tree, name)


def _is_harmless_use(node: ast.AST, above: Dict[int, ast.AST]) -> bool:
    if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
        parent = above.get(id(node))
        return isinstance(parent, (ast.Assign, ast.AnnAssign, ast.Tuple))
    parent = above.get(id(node))
    if isinstance(parent, ast.Attribute):
        return parent.attr in _HARMLESS
    return isinstance(parent, ast.Call) and node in parent.args and _called(parent.func).endswith(_SCHEDULES)


_SCHEDULES = ("LR", "Restarts", "LRScheduler", "Plateau", "Scheduler", "schedule", "scheduler", "_warmup")


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_named(tree: ast.Module, name: str) -> bool:
    """Is it an argument of a function, or asked for by its text, as by getattr?"""
    return any(
        (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, ast.keyword) and node.arg == name)
        or (isinstance(node, ast.Constant) and node.value == name)
        or (isinstance(node, ast.alias) and name in (node.name, node.asname))
        or (isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names)
        for node in ast.walk(tree)
    )
