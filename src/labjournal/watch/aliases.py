"""Averages by their names: one that is no copy but the weights themselves, and whether a script keeps one at all."""

from __future__ import annotations

import ast
import re
from types import FrameType
from typing import Any, Iterator, List, Optional, Set

import torch

from labjournal.watch.naming import holders, user_frames
from labjournal.watch.uncalled import trees_with

_MEANS = frozenset("ema avg average averaged averager averaging swa shadow teacher smooth smoothed polyak mean".split())
_OF_NUMBERS = frozenset(
    "loss losses acc accuracy score scores error errors err reward rewards return returns meter time cost grad grads "
    "gradient metric metrics val train test std var variance total x y input inputs data batch pool".split()
)
_IN_AND_OUT = frozenset(
    "reptile meta maml fomaml outer inner task tasks episode episodes lookahead slow fast client clients federated "
    "fedavg fed diloco".split()
)
_ON_PURPOSE = re.compile(r"switch_?ema|^sema$|(?:reset|sync|restart|exchange)_.*student|teacher_to_student")
_AVERAGE = re.compile(r"(?:^|[._])(?:ema|avg|averaged?|swa|shadow|teacher|slow|smooth(?:ed)?|polyak)(?:[._]|$)")


def named_average(modules: List[Any], params: List[Any], frame: Optional[FrameType]) -> Optional[str]:
    """The name of an average that is one of the modules, or holds tensors with the storage of the weights."""
    ids = {id(module) for module in modules}
    storages = {one.untyped_storage().data_ptr() for one in params if type(one) in (torch.Tensor, torch.nn.Parameter)}
    for item in user_frames(frame):
        for name, value in holders(item):
            if id(value) in ids and _AVERAGE.search(name.rpartition(".")[2].lower()):
                return name  # not ``ema.model``, by which an average knows what it averages
            if _AVERAGE.search(name.lower()) and _shares(value, storages):
                return name.partition(".")[0]
    return None


def _shares(value: Any, storages: Set[int]) -> bool:
    plain = type(value) in (torch.Tensor, torch.nn.Parameter)
    return plain and value.untyped_storage().data_ptr() in storages


def keeps_average(frame: Optional[FrameType]) -> bool:
    """Do the names in the script speak of an average, if not of one of losses, and not of tasks and rounds, after each
    of which a part of what was learnt is taken over? To put a mean of each epoch in comes to the same numbers."""
    names = [set(re.findall("[a-z]+", name.lower())) for tree in trees_with(_MEANS, frame) for name in _given(tree)]
    spoken = any(words & _MEANS and not words & _OF_NUMBERS for words in names)
    return spoken and not any(words & _IN_AND_OUT for words in names)


def starts_from_average(frame: Optional[FrameType]) -> bool:
    """Do the names say that the model goes on from the average by plan?"""
    trees = trees_with(("switch", "Switch", "sema", "student"), frame)
    return any(_ON_PURPOSE.search(name.lower()) for tree in trees for name in _given(tree))


def _given(tree: ast.Module) -> Iterator[str]:
    """Names that a file gives or imports, with those in CamelCase taken apart."""
    for node in ast.walk(tree):
        name = ""
        if isinstance(node, (ast.Name, ast.Attribute)):
            stored = isinstance(node.ctx, ast.Store)
            name = "" if not stored else node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.alias)):
            name = node.name
        elif isinstance(node, ast.arg):
            name = node.arg
        if name:
            yield re.sub("(?<=[a-z])(?=[A-Z])", "_", name)
