"""Are predictions and targets of other shapes spread against each other in the loss: pairs of all with all?

Asked of whatever arithmetic a script writes between its last layer and its loss, and of the criteria that broadcast.
"""

from __future__ import annotations

from typing import Any, Iterator, List, NamedTuple, Optional, Set, Tuple

from labjournal.watch import graph

_KERNELS = frozenset(("Exp",))
"""Of what lies between all and all: how near two are."""
_ORDERS = _KERNELS | {"Softplus", "LogSigmoid"}
"""Of a difference: which of the two comes first. Of a product with the target it is a loss as any other."""
_SUMS = frozenset("Mean Sum Neg Mul Div Add Sub Rsub".split())


class Sides(NamedTuple):
    """The shapes of what is spread against each other. ``(N)`` also where it was ``(1, N)``: spread they are alike."""

    prediction: Tuple[int, ...]
    target: Tuple[int, ...]

    @property
    def words(self) -> str:
        ours, theirs = (f"({', '.join(map(str, shape))})" for shape in self)
        return f"Prediction {ours} and target {theirs} are spread to pairs of all with all in the loss"


def spread_sides(loss: Any, read: bool) -> Optional[Sides]:
    """``read``: what nodes saved may be looked at."""
    errors = _not_in_kernels(loss, read)
    found: Optional[Sides] = None
    for node in graph.arithmetic(loss):
        name = graph.kind(node)
        if name in ("Sub", "Rsub") and _is_pairing(node):
            return None  # of the predictions with each other: a distance between samples
        if found is not None:
            continue
        if name.startswith(graph.CRITERIA):
            found = _in_criterion(node) if read else None
        elif name == "Dist":
            found = _in_distance(node) if read else None
        elif node in errors:
            found = _pairs_all_with_all(node, name, read)
    return found


def _not_in_kernels(loss: Any, read: bool) -> Set[Any]:
    """What leads to the loss by another way than through a kernel, or through exponentials that are merely added up, as
    in Welsch's loss. Where both sides of a quantile's error are weighed row by row, quantiles meet samples on purpose.
    """
    outside = set(graph.arithmetic(loss, _ORDERS))
    found = {
        one for one in graph.arithmetic(loss, _KERNELS) if one in outside or graph.kind(one) not in ("Sub", "Rsub")
    }
    for node in _added_up(loss) if read else ():
        found.update(graph.arithmetic_below(node))
    for node in list(found) if read else ():
        if graph.kind(node) in ("Maximum", "Where") and all(map(_is_weighed_by_rows, graph.inputs(node)[-2:])):
            found.difference_update(graph.arithmetic_below(node))
    return found


def _added_up(loss: Any) -> Iterator[Any]:
    """Exponentials of N x N numbers that go into one sum as they are. Between particles, made by no net, they are what
    keeps these apart."""
    waiting = [getattr(loss, "grad_fn", None)]
    for _ in range(graph.TRUNK_NODES):
        node = waiting.pop() if waiting else None
        if node is None:
            continue
        if graph.kind(node) == "Exp":
            if not any(hasattr(one, "variable") for one in graph.arithmetic_below(node)):
                yield node
        elif graph.kind(node) in _SUMS and len(graph.shape(node) or ()) != 1:
            other = graph.saved(node, "other") if graph.kind(node) in ("Mul", "Div") else None
            waiting += [] if getattr(other, "ndim", 0) else graph.inputs(node)


def _is_weighed_by_rows(node: Any) -> bool:
    """Is it a product with given numbers, N x 1?"""
    if node is None or graph.kind(node) != "Mul":
        return False
    weights, size = graph.saved(node, "self" if graph.inputs(node)[0] is None else "other"), graph.shape(node)
    return weights is not None and size is not None and tuple(weights.shape) == (size[0], 1)


def _in_distance(node: Any) -> Optional[Sides]:
    """``torch.dist`` of N x 1 and N."""
    one, other = graph.saved(node, "self"), graph.saved(node, "other")
    if one is None or other is None:
        return None
    sides = Sides(tuple(one.shape), tuple(other.shape))
    rows = max(one.numel(), other.numel())
    unmeant = rows > 1 and set(sides) == {(rows, 1), (rows,)}
    return (sides if graph.inputs(node)[0] is not None else Sides(*reversed(sides))) if unmeant else None


def _in_criterion(node: Any) -> Optional[Sides]:
    """Prediction and target were both expanded, or the prediction to the N x N of a target that was spread before."""
    prediction, target = graph.saved(node, "self"), graph.saved(node, "target")
    if prediction is None or target is None or prediction.shape != target.shape:
        return None
    ours, theirs = _expanded(prediction), _expanded(target)
    square = target.dim() == 2 and target.shape[0] == target.shape[1]
    unmeant = ours != theirs and bool(ours) and (bool(theirs) or square)
    return Sides(_before(prediction), _before(target)) if unmeant else None


def _pairs_all_with_all(node: Any, name: str, read: bool) -> Optional[Sides]:
    """A difference, product, quotient … of N x 1 predictions and N given numbers.

    A given N x N masks pairs, and 1 x N is meant for them; of a difference it is not known what was given.
    """
    one = _spread_side(node) if name in ("Sub", "Rsub", "Mul", "Div", "Maximum", "Minimum") else None
    if one is None:
        return None
    if name in ("Sub", "Rsub"):
        return Sides(one, one[:1] if len(one) == 2 else (*one, 1))
    given = graph.saved(node, "other" if graph.inputs(node)[0] is not None else "self") if read else None
    unmeant = given is not None and given.numel() == max(one) and given.dim() != len(one)
    return Sides(one, tuple(given.shape)) if given is not None and unmeant else None


def _spread_side(node: Any) -> Optional[Tuple[int, ...]]:
    """The shape of the one side that has a gradient, N x 1 or N, where N x N numbers come of it."""
    children = graph.inputs(node)
    given = [child for child in children if child is not None]
    result = graph.shape(node)
    if len(given) != 1 or len(children) != 2 or result is None or len(result) != 2 or result[0] != result[1]:
        return None
    one = given[0]
    if graph.kind(one) == "Expand" and graph.shape(one) == result:
        one = graph.inputs(one)[0]
    shape = graph.shape(one)
    unmeant = shape in ((result[0], 1), (result[0],)) and result[0] > 1 and not _stood_up(one)
    return shape if unmeant else None


def _stood_up(node: Any) -> bool:
    """N numbers were made N x 1 by hand, for pairs."""
    if graph.kind(node) == "Unsqueeze":
        return True
    below = graph.inputs(node)[0] if graph.is_view(graph.kind(node)) else None
    return below is not None and len(graph.shape(node) or ()) == 2 and len(graph.shape(below) or ()) == 1


def _is_pairing(node: Any) -> bool:
    """A difference of all predictions with all: both sides have gradients, and N x N numbers come of it."""
    result = graph.shape(node)
    given = [child for child in graph.inputs(node) if child is not None]
    return (
        len(given) == 2
        and result is not None
        and len(result) == 2
        and result[0] == result[1] > 1
        and (all(graph.shape(one) in ((result[0], 1), (1, result[0])) for one in given))
    )


def _expanded(tensor: Any) -> List[int]:
    """Dimensions along which the tensor repeats itself."""
    return [at for at, (size, stride) in enumerate(zip(tensor.shape, tensor.stride())) if size > 1 and stride == 0]


def _before(tensor: Any) -> Tuple[int, ...]:
    """The shape of a tensor before it was expanded, without the dimensions that were put before its own."""
    shape = [1 if at in _expanded(tensor) else size for at, size in enumerate(tensor.shape)]
    while len(shape) > 1 and shape[0] == 1:
        shape.pop(0)
    return tuple(shape)
