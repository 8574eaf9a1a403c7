"""Where does the script switch requires_grad off? Read when a part was frozen while training goes on.

A phase of the training freezes by functions of any name. But what only looks at the model, to extract features, to log
or to export, has no business to leave a part of it frozen.
"""

from __future__ import annotations

import ast
from types import FrameType
from typing import Iterator, List, Optional, Set, Tuple

from labjournal.watch.naming import words
from labjournal.watch.uncalled import trees_with

_LOOKING = frozenset(
    "eval evaluate evaluation valid validate validation val test predict prediction infer inference extract features "
    "embeddings encode plot visualize visualise draw show log count summary summarize report profile export onnx save "
    "dump generate saliency attribution attributions interpret inspect debug check tsne umap knn benchmark measure "
    "importance importances sensitivity explain explanation gradcam".split()
)
_ACTING = frozenset("train training fit finetune phase stage step".split())
_SETTING = frozenset("freeze frozen unfreeze set toggle requires grad trainable".split())
_TRAINS = frozenset("step backward zero_grad fit".split())
_MEASURES = frozenset("eval no_grad inference_mode grad".split())


def slipped_from(frame: Optional[FrameType]) -> Optional[str]:
    """The function that only looks at models, by its name or by what it does, and is all that switches requires_grad
    off; else None."""
    trees = trees_with(("requires_grad", "freeze"), frame)
    places = {place for tree in trees for place in _places(tree, set())}
    setters = {place for place in places if words(place) & _SETTING}
    callers = {place for tree in trees for place in _places(tree, setters)} if setters else set()
    found = (places - setters) | (callers - setters)
    measuring = {name for tree in trees for name in _measuring(tree)}
    looking = [name for name in found if _looks(name, measuring) and not words(name) & _ACTING]
    return min(looking) if looking and len(looking) == len(found) else None


def _looks(name: str, measuring: Set[str]) -> bool:
    return bool(words(name) & _LOOKING) or (name in measuring and not words(name) & _SETTING)


def _measuring(tree: ast.Module) -> Iterator[str]:
    """Functions that call what they are given without training it, and return what they have found."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        given = {one.arg for one in node.args.args}
        inside = [one for part in node.body for one in ast.walk(part)]
        calls = [one.func for one in inside if isinstance(one, ast.Call)]
        named = {one.attr for one in calls if isinstance(one, ast.Attribute)}
        runs = any(isinstance(one, ast.Name) and one.id in given for one in calls)
        returned = [one.value for one in inside if isinstance(one, ast.Return) and one.value is not None]
        if (
            runs
            and returned
            and named & _MEASURES
            and not named & _TRAINS
            and not any(_hands(one, given) for one in returned)
        ):
            yield node.name


def _hands(value: ast.expr, given: Set[str]) -> bool:
    """Is it one of the arguments, or made of one that is not merely called?"""
    called = {id(one.func) for one in ast.walk(value) if isinstance(one, ast.Call)}
    return any(isinstance(one, ast.Name) and one.id in given and id(one) not in called for one in ast.walk(value))


def _places(tree: ast.Module, setters: Set[str]) -> Iterator[str]:
    """Names of the functions in which requires_grad is switched off, or one of the ``setters`` is called; "" outside of
    all."""
    waiting: List[Tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = node.name
        if _switches_off(node) if not setters else _calls(node, setters):
            yield name
        waiting += [(child, name) for child in ast.iter_child_nodes(node)]


def _switches_off(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        set_ = any(isinstance(one, ast.Attribute) and one.attr == "requires_grad" for one in node.targets)
        return set_ and not _is_true(node.value)
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requires_grad_"
    return named and isinstance(node, ast.Call) and bool(node.args) and not _is_true(node.args[0])


def _calls(node: ast.AST, names: Set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in names and not any(_is_true(one) for one in node.args)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
