"""Flags that freeze nothing and thaw nothing: ``requires_grad`` on a module, or misspelt on a tensor.

``model.base.requires_grad = False`` and ``p.require_grad = False`` set an attribute that nobody reads, as Python lets
one do; ``p.requires_grad_ = False`` buries the method, and ``trainable`` is Keras's word. True leaves a part frozen
that was to be trained, False trains one that was to be frozen. What the code of the class or the script reads by this
name is its own affair.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import lru_cache
from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

from labjournal.watch.models import Models
from labjournal.watch.naming import is_installed
from labjournal.watch.syntax import tree_of
from labjournal.watch.walk import named_modules, named_parameters

NAME = "requires_grad"
_OF_KERAS = "trainable"
_MISSPELT = re.compile(r"requi\w{0,4}_?grad(ient)?s?_?", re.IGNORECASE)
"""``require_grad``, ``requires_gradient``, ``requires_grad_``; not ``requires_gather`` or ``requires_grad_sync``."""


class Flagged(NamedTuple):
    """A part that was given a flag without effect."""

    path: str
    members: Dict[int, Any]
    """Its tensors by id."""
    name: str
    holder: str
    """What the flag was set on, as a text names it."""


def flagged(models: Models, flag: bool) -> Iterator[Flagged]:
    """Each part of a model that was given this flag."""
    for root, name in models.named_roots():
        for path, module in named_modules(root):
            for key in _idle_names(module, flag, (NAME, _OF_KERAS)):
                full = f"{name}.{path}" if path else name
                yield Flagged(full, {id(one): one for _, one in named_parameters(module)}, key, "the module")
        yield from _misspelt(root, name, flag)


def _misspelt(root: Any, name: str, flag: bool) -> Iterator[Flagged]:
    marked: Dict[str, List[Tuple[str, Any]]] = {}
    for path, parameter in named_parameters(root):
        for key in _idle_names(parameter, flag, (_OF_KERAS,)):
            marked.setdefault(key, []).append((path, parameter))
    for key, members in marked.items():
        parts = [path.split(".")[:-1] for path, _ in members]
        shared = [step for step, *others in zip(*parts) if all(one == step for one in others)]
        yield Flagged(".".join([name, *shared]), {id(one): one for _, one in members}, key, "its tensors")


def _idle_names(holder: Any, flag: bool, known: Tuple[str, ...]) -> List[str]:
    """Attributes with this value that were meant to freeze or thaw, and that nobody reads."""
    found = [key for key, value in vars(holder).items() if value is flag and (key in known or _is_misspelt(key))]
    kind: Any = type(holder)
    return [key for key in found if not _is_read(kind, key)]


def _is_misspelt(key: str) -> bool:
    return key != NAME and _MISSPELT.fullmatch(key) is not None


@lru_cache(maxsize=256)
def _is_read(made: Any, key: str) -> bool:
    kinds = [kind for kind in made.__mro__ if kind.__module__.partition(".")[0] not in ("torch", "builtins")]
    codes = [getattr(part, "__code__", None) for kind in kinds for part in vars(kind).values()]
    if any(key in getattr(code, "co_names", ()) for code in codes):
        return True
    return key != NAME and _files_read(key, {kind.__module__ for kind in kinds})


def _files_read(key: str, modules: Set[str]) -> bool:
    """Is there a line in the script, its modules or these that asks for it? Without a file nobody knows."""
    if getattr(sys.modules.get("__main__"), "__file__", None) is None:
        return True
    named = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    own = {name for name, file in named if file and not is_installed(file) and not name.startswith("labjournal")}
    files = {file for name, file in named if file and (name in modules or name in own)}
    return any(_reads(tree_of(file), key) for file in files if file.endswith(".py"))


def _reads(tree: ast.Module, key: str) -> bool:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}  # the method of that name
    return any(
        (isinstance(node, ast.Attribute) and node.attr == key and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and node.value == key)
        for node in ast.walk(tree)
        if id(node) not in called
    )
