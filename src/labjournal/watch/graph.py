"""Reads the autograd graph of a loss just before its backward pass: which functions made it, from which shapes.

Nothing is wrapped and no hook is set for this: the nodes are there anyway. Numbers that nodes have saved are read only
near the loss, and never once the script uses saved-tensor hooks (checkpointing, offloading), which would recompute.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

import torch

from labjournal.watch.sampling import is_released
from labjournal.watch.walk import parameters

SQUARED = ("MseLoss", "SmoothL1Loss", "HuberLoss")
"""Criteria of the difference of two tensors of numbers."""
CRITERIA = ("NllLoss", *SQUARED, "BinaryCrossEntropy", "LogSoftmax")
_VIEWS = frozenset(
    "View Reshape ReshapeAlias Transpose T Permute Squeeze Unsqueeze Slice Select Clone ToCopy Alias UnsafeView "
    "Expand AsStrided Flatten Unflatten".split()
)
_TRUNK = frozenset("Mean Sum Div Neg Mul Add Sub Rsub Pow Abs Sqrt Log Exp Stack Cat MaskedFill Gather Index".split())
_ARITHMETIC = _TRUNK | frozenset(
    "Where Maximum Minimum Fmax Fmin Clamp ClampMin ClampMax Relu LeakyRelu Elu Softplus LogSigmoid "
    "Cosh Sinh Asinh Acosh Atan Sin Cos Erf Log1P Log2 Log10 Expm1 Sign Sgn Reciprocal Rsqrt Norm LinalgVectorNorm Std "
    "Var Nansum NanToNum MaskedSelect Addcmul Addcdiv Lerp Hypot Atan2 Xlogy Logaddexp".split()
)
"""What a script may make a loss of by itself, number by number, and what it sums it up with."""
INPUT_OF = {"Addmm": (1, "mat1"), "Mm": (0, "self"), "Convolution": (0, "input"), "Bmm": (0, "self")}
"""Node -> which of its arguments is the input, and the name under which it is kept."""
TRUNK_NODES = 60
"""Nodes looked at near the loss; 0.3 us each."""
REACH_NODES = 3000


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


def is_view(name: str) -> bool:
    """Does a node of this kind show the same numbers in another shape or precision?"""
    return name in _VIEWS


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
    return trunk_below(getattr(loss, "grad_fn", None))


def arithmetic(loss: Any, without: FrozenSet[str] = frozenset()) -> Iterator[Any]:
    """The nodes from the loss down to its criteria and through all arithmetic but some, not into layers."""
    return (node for node, _ in trunk_below(getattr(loss, "grad_fn", None), _ARITHMETIC - without))


def arithmetic_below(root: Optional[Any]) -> Iterator[Any]:
    """The same from a node on."""
    return (node for node, _ in trunk_below(root, _ARITHMETIC))


def trunk_below(root: Optional[Any], through: FrozenSet[str] = _TRUNK) -> Iterator[Tuple[Any, int]]:
    """The same from a node on, ``through`` nodes of these kinds and views."""
    waiting: List[Tuple[Any, int]] = [] if root is None else [(root, 1)]
    seen: Set[Any] = set()
    while waiting and len(seen) < TRUNK_NODES:
        node, sign = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        yield node, sign
        name = kind(node)
        if name.startswith(CRITERIA) or (name not in through and name not in _VIEWS):
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


def head(criterion: Any) -> Optional[Any]:
    """The layer whose output goes into a criterion, through views and a softmax only."""
    node: Optional[Any] = criterion
    for _ in range(4):
        children = [child for child in inputs(node) if child is not None] if node is not None else []
        node = through_views(children[0]) if children else None
        if node is not None and kind(node) in ("Addmm", "Mm", "Convolution", "Bmm"):
            return node
        if node is None or kind(node) not in ("LogSoftmax", "Softmax", "Sigmoid", "LogSigmoid"):
            return None
    return None


def is_frozen_head(node: Optional[Any]) -> bool:
    """A layer with a gradient for its input alone."""
    if node is None or kind(node) not in ("Addmm", "Mm", "Convolution"):
        return False
    at, _ = INPUT_OF[kind(node)]
    return all((child is not None) is (place == at) for place, child in enumerate(inputs(node)))


def joined_leaves(node: Optional[Any]) -> List[Any]:
    """The leaves that make up an argument through views and joins alone."""
    waiting: List[Optional[Any]] = [node]
    found: List[Any] = []
    while waiting and len(found) < 16:
        one = through_views(waiting.pop())
        variable = getattr(one, "variable", None)
        if variable is not None:
            found.append(variable)
        elif one is not None and kind(one) in ("Cat", "Stack"):
            waiting += inputs(one)[:16]
    return found


def leaves_below_layers(node: Optional[Any]) -> List[Any]:
    """The leaves that make up the input of a first layer; nothing where another layer comes before it."""
    waiting, seen = [node], {node}
    found: List[Any] = []
    while waiting and len(seen) < TRUNK_NODES:
        one = waiting.pop()
        if one is None:
            continue
        if kind(one) in INPUT_OF or kind(one) == "Embedding":
            return []
        variable = getattr(one, "variable", None)
        found += [] if variable is None else [variable]
        new = [child for child in inputs(one) if child not in seen]
        seen.update(new)
        waiting += new
    return found


def walk(
    loss: Any,
    limit: int,
    blocked: Optional[Callable[[Any, int], bool]] = None,
    at_limit: Callable[[], None] = lambda: None,
) -> Iterator[Any]:
    """All nodes below a loss, breadth first, at most ``limit``; not into arguments (by place) that are ``blocked``.

    ``at_limit`` is called where the limit ends the walk before the graph does.
    """
    root = getattr(loss, "grad_fn", None)
    waiting: List[Any] = [] if root is None else [root]
    seen: Set[Any] = set(waiting)
    while waiting:
        level: List[Any] = []
        for node in waiting:
            yield node
            for at, (child, _) in enumerate(node.next_functions):
                if child is not None and child not in seen and not (blocked is not None and blocked(node, at)):
                    if len(seen) >= limit:
                        at_limit()
                        return
                    seen.add(child)
                    level.append(child)
        waiting = level


def leaves(loss: Any, limit: int, read: bool) -> Dict[int, Any]:
    """Tensors, by id, to which the backward pass will bring gradients.

    With ``read`` those are left out whose every way to the loss leads over a factor that is all zeros: an empty mask, a
    block dropped for this batch.
    """
    found: Dict[int, Any] = {}
    for node in walk(loss, limit, _is_blocked if read else None):
        variable = getattr(node, "variable", None)
        if variable is not None:
            found[id(variable)] = variable
    return found


def reaches(loss: Optional[Any], module: Any) -> bool:
    """Will the backward pass come to a tensor of the module? Yes where that is not known."""
    known = [loss is not None]
    held = {id(parameter) for parameter in parameters(module)}
    nodes = walk(loss, REACH_NODES, at_limit=lambda: known.append(False))
    return any(id(getattr(node, "variable", None)) in held for node in nodes) or not all(known)


def _is_blocked(node: Any, at: int) -> bool:
    """Is argument ``at`` of a product multiplied by zeros alone?"""
    if kind(node) != "Mul" or at > 1:
        return False
    factor = saved(node, ("other", "self")[at])
    known = isinstance(factor, torch.Tensor) and factor.device.type == "cpu" and not factor.is_meta
    return known and factor is not None and not bool(factor.any())


def narrows(loss: Any, symbols: int, limit: int) -> bool:
    """Does every way from the symbols to the scores of all ``symbols`` lead through one and the same narrow place?

    There is no room in it for a vector each. A recurrent net has as many such places as steps.
    """
    scores = next((node for node in walk(loss, TRUNK_NODES) if kind(node) == "LogSoftmax"), None)
    if scores is None:
        return False
    narrow: Set[Any] = set()
    waiting, seen = [scores], {scores}
    while waiting and len(seen) < limit:
        node = waiting.pop()
        if kind(node) == "Embedding":
            return False
        for child in inputs(node):
            if child is None or child in seen or getattr(child, "variable", None) is not None:
                continue
            seen.add(child)
            size = shape(child)
            rows = 1
            for one in (size or ())[:-1]:
                rows *= one
            if size is not None and len(size) > 1 and rows < symbols and _leads_to_symbols(child, limit):
                narrow.add(child)
            else:
                waiting.append(child)
    return 0 < len(narrow) <= 2


def _leads_to_symbols(root: Any, limit: int) -> bool:
    return any(kind(node) == "Embedding" for node in _below(root, limit))


def _below(root: Any, limit: int) -> Iterator[Any]:
    waiting, seen = [root], {root}
    while waiting and len(seen) < limit:
        node = waiting.pop()
        yield node
        for child in inputs(node):
            if child is not None and child not in seen:
                seen.add(child)
                waiting.append(child)
