"""Heads side by side in a list, of which a training may use one."""

from __future__ import annotations

from typing import Any, List, Tuple

from labjournal.watch.walk import children, parameters


def side_by_side(chain: List[Any]) -> bool:
    """Is it of a list of heads, another of which is trained? Its members cannot follow one another: all take the same
    size, which none of them gives."""
    for at, parent in enumerate(chain[1:]):
        if type(parent).__name__ in ("ModuleList", "ModuleDict"):
            ends = [_ends(member) for member in children(parent)]
            heads = len({first for first, _ in ends}) == 1 and all(first != last for first, last in ends)
            return heads and any(
                one.grad is not None
                for member in children(parent)
                if member is not chain[at]
                for one in parameters(member)
            )
    return False


def _ends(module: Any) -> Tuple[int, int]:
    """What the first of its matrices takes, and what the last one gives; the same number where it has none."""
    matrices = [one for one in parameters(module) if one.dim() > 1]
    return (int(matrices[0].shape[1]), int(matrices[-1].shape[0])) if matrices else (0, 0)
