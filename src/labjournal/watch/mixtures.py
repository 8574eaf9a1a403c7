"""Probabilities made of softmaxes by sums and products, as a mixture of experts is, computed again from the graph."""

from __future__ import annotations

import math
from typing import Any, Optional

import torch

from labjournal.watch import graph

_MIXING = frozenset(("Sum", "Mul", "Bmm", "Stack", "Cat"))
MIN_ROWS = 4
CLOSE = 1e-3
_MOST = 4_000_000
"""Numbers of a product that is computed again."""


def are_probabilities(scores: Any) -> bool:
    """``scores``: a node of LogSoftmax. Is each row of what it was given within [0, 1] and of sum 1, and made so of
    softmaxes by arithmetic? Unknown makings are given the benefit."""
    out = graph.shape(scores)
    given = graph.through_views(graph.inputs(scores)[0])
    if not out or given is None or graph.kind(given) not in ("Sum", "Bmm"):
        return False
    dim = graph.saved(scores, "dim")
    classes = out[dim] if isinstance(dim, int) and dim < len(out) else out[-1]
    rows = _value(given)
    if rows is None or rows.shape[-1] != classes or classes < 2 or rows.numel() < MIN_ROWS * classes:
        return False
    within = rows.min() >= -CLOSE and rows.max() <= 1 + CLOSE
    return bool(within) and bool(((rows.sum(-1) - 1).abs() <= CLOSE).all()) and _softmax_below(given)


def _value(node: Any) -> Optional[Any]:
    """What a sum of products, or a product of matrices, gave."""
    if graph.kind(node) == "Bmm":
        first: Any = graph.saved(node, "self")
        second: Any = graph.saved(node, "mat2")
        whole = torch.bmm(first, second).float() if _fits(first) and _fits(second) else None
        return whole[..., 0] if whole is not None and whole.shape[-1] == 1 else whole
    product = graph.inputs(node)[0]
    dims = graph.saved(node, "dim")
    if product is None or graph.kind(product) != "Mul" or not dims:
        return None
    left: Any = graph.saved(product, "self")
    right: Any = graph.saved(product, "other")
    if not _fits(left) or not _fits(right) or math.prod(graph.shape(product) or (_MOST + 1,)) > _MOST:
        return None
    signed = [one - 2**64 if one >= 2**63 else one for one in dims]
    return (left * right).sum(signed).float()


def _fits(factor: Any) -> bool:
    return isinstance(factor, torch.Tensor) and factor.device.type == "cpu" and 0 < factor.numel() <= _MOST


def _softmax_below(node: Any) -> bool:
    return any(graph.kind(one) == "Softmax" for one, _ in graph.trunk_below(node, _MIXING))
