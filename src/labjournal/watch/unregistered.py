"""Tensors and modules that a module keeps where no optimizer finds them."""

from __future__ import annotations

from itertools import islice
from typing import Any, Iterator, List, Optional, Tuple

import torch

from labjournal.watch.walk import modules

MEMBERS = 50
"""Of a list or dict that are looked at."""
_OWN = frozenset(vars(torch.nn.Module()))
"""What every module has, its parameters and children among it."""


def plain_tensors(module: Any) -> Iterator[Tuple[str, Any]]:
    """Leaves that want a gradient and are attributes of a module, or in lists and dicts of it, where no optimizer
    finds them."""
    for name, value in vars(module).items():
        if name in _OWN:
            continue
        if isinstance(value, dict):
            inside = [(f"{name}.{key}", one) for key, one in islice(value.items(), MEMBERS)]
        elif isinstance(value, (list, tuple)):
            inside = [(f"{name}.{at}", one) for at, one in enumerate(value[:MEMBERS])]
        else:
            inside = [(name, value)]
        for path, one in inside:
            if type(one) in (torch.Tensor, torch.nn.Parameter) and one.requires_grad and one.is_leaf:
                yield path, one


_LISTED = (
    " A plain list or dict holds it, in which parameters() and state_dict() do not look.",
    "Keep modules in nn.ModuleList or nn.ModuleDict and tensors in nn.ParameterList, before the optimizer is built.",
)
_TENSOR = (
    " It is a plain tensor, which parameters() and state_dict() pass over.",
    "Wrap it in nn.Parameter and assign it to its module, before the optimizer is built.",
)
_ELSE: Tuple[str, Optional[str]] = ("", None)


def unfound(left: List[Tuple[Any, int]], roots: List[Any]) -> Tuple[str, Optional[str]]:
    """Why ``parameters()`` finds none of these tensors, each with the id of its root, and what mends that."""
    parts = [part for root in roots for part in modules(root)]
    registered = {id(one) for part in parts for one in part._parameters.values()}
    listed = {id(one) for part in parts for one in _in_lists(part)}
    bare = [type(one) is torch.Tensor and id(one) not in registered for one, _ in left]
    if all(bare):
        return _TENSOR
    return _LISTED if all(root in listed or id(one) not in registered for one, root in left) else _ELSE


def _in_lists(module: Any) -> Iterator[Any]:
    """Modules in plain lists and dicts of a module, and in lists of lists."""
    waiting = [value for name, value in vars(module).items() if name not in _OWN]
    for _ in range(3):
        within = [one for value in waiting if type(value) in (list, tuple, dict) for one in _members(value)]
        yield from (one for one in within if isinstance(one, torch.nn.Module))
        waiting = within


def _members(value: Any) -> List[Any]:
    return list(islice(value.values() if isinstance(value, dict) else value, MEMBERS))
