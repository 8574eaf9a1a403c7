"""Reads the autograd graph of a loss just before its backward pass: which functions made it, from which shapes.

Nothing is wrapped and no hook is set for this: the nodes are there anyway. Numbers that nodes have saved are read only
near the loss, and never once the script uses saved-tensor hooks (checkpointing, offloading), which would recompute.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

import torch

from labjournal.watch.sampling import is_released

CRITERIA = ("NllLoss", "MseLoss", "SmoothL1Loss", "HuberLoss", "BinaryCrossEntropy", "LogSoftmax")
_VIEWS = frozenset(
    "View Reshape ReshapeAlias Transpose T Permute Squeeze Unsqueeze Slice Select Clone ToCopy Alias UnsafeView "
    "Expand AsStrided Flatten Unflatten".split()
)
_TRUNK = frozenset("Mean Sum Div Neg Mul Add Sub Rsub Pow Abs Sqrt Log Exp Stack Cat MaskedFill Gather Index".split())
TRUNK_NODES = 60
"""Nodes looked at near the loss; 0.3 us each."""


def kind(node: Any) -> str:
    """``MseLossBackward0`` as ``MseLoss``."""
    name: str = node.name()
    return name.partition("Backward")[0].rpartition("::")[2]


def shape(node: Any) -> Optional[Tuple[int, ...]]:
    """Of the node's output in the forward pass; None where torch (before 2.2) does not tell."""
    metadata = getattr(node, "_input_metadata", None)
    try:
        return tuple(int(size) for size in metadata[0].shape) if metadata else None
    except (RuntimeError, TypeError, AttributeError):  # nested tensors and symbolic sizes
        return None


def dtype(node: Any) -> Any:
    metadata = getattr(node, "_input_metadata", None)
    return getattr(metadata[0], "dtype", None) if metadata else None


def inputs(node: Any) -> List[Optional[Any]]:
    """The nodes that made its arguments; None for one that needs no gradient."""
    return [child for child, _ in node.next_functions]


def saved(node: Any, name: str) -> Optional[Any]:
    """A tensor that the node kept for its backward pass, or None when it cannot be had."""
    try:
        found = getattr(node, f"_saved_{name}", None)
    except RuntimeError:  # freed by an earlier backward, or changed in place since
        return None
    plain = type(found) is torch.Tensor and found.layout is torch.strided and not found.is_meta
    return None if plain and is_released(found) else found


def through_views(node: Optional[Any]) -> Optional[Any]:
    """The first node on the way down that does more than show the same numbers in another shape or precision."""
    for _ in range(12):
        if node is None or kind(node) not in _VIEWS:
            return node
        node = next((child for child in inputs(node) if child is not None), None)
    return node


def trunk(loss: Any) -> Iterator[Tuple[Any, int]]:
    """(node, sign) from the loss down to its criteria; sign is -1 or 1, 0 where several terms meet or it is not known.

    A criterion is given and not gone into.
    """
    root = getattr(loss, "grad_fn", None)
    waiting: List[Tuple[Any, int]] = [] if root is None else [(root, 1)]
    seen: Set[Any] = set()
    while waiting and len(seen) < TRUNK_NODES:
        node, sign = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        yield node, sign
        name = kind(node)
        if name.startswith(CRITERIA) or (name not in _TRUNK and name not in _VIEWS):
            continue
        children = [child for child in inputs(node) if child is not None]
        if len(children) != 1:
            sign = 0
        elif name == "Neg":
            sign = -sign
        elif name in ("Mul", "Div"):
            sign *= _sign_of_factor(node)
        elif name not in ("Mean", "Sum") and name not in _VIEWS:
            sign = 0
        waiting += [(child, sign) for child in children]


def _sign_of_factor(node: Any) -> int:
    other = saved(node, "other")
    if other is None or getattr(other, "numel", lambda: 0)() != 1 or other.device.type != "cpu":
        return 0
    return 1 if float(other) > 0 else -1


def is_switched_off(node: Any) -> bool:
    """Is it a product with the number 0, as of a term whose weight comes later?"""
    if kind(node) != "Mul":
        return False
    factors = [saved(node, name) for name in ("self", "other")]
    numbers = [one for one in factors if isinstance(one, torch.Tensor) and one.numel() == 1 and not one.requires_grad]
    return any(one.device.type == "cpu" and not one.is_meta and float(one) == 0 for one in numbers)


def walk(loss: Any, limit: int) -> Iterator[Any]:
    """All nodes below a loss, breadth first, at most ``limit``."""
    root = getattr(loss, "grad_fn", None)
    waiting: List[Any] = [] if root is None else [root]
    seen: Set[Any] = set(waiting)
    while waiting:
        level: List[Any] = []
        for node in waiting:
            yield node
            for child, _ in node.next_functions:
                if child is not None and child not in seen:
                    if len(seen) >= limit:
                        return
                    seen.add(child)
                    level.append(child)
        waiting = level


def leaves(loss: Any, limit: int) -> Dict[int, Any]:
    """Tensors, by id, to which the backward pass will bring gradients."""
    found: Dict[int, Any] = {}
    for node in walk(loss, limit):
        variable = getattr(node, "variable", None)
        if variable is not None:
            found[id(variable)] = variable
    return found
