"""Tensors that a module keeps where no optimizer finds them."""

from __future__ import annotations

from itertools import islice
from typing import Any, Iterator, Tuple

import torch

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
