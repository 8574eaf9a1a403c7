"""Which parts of a model behave differently in train and in eval mode."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional

from labjournal.watch.walk import attribute, children, modules, parameters


def recalibrates(module: Any) -> bool:
    """``swa_utils.update_bn`` runs the loader in train mode, with momentum None, to gather statistics."""
    return any(attribute(part, "momentum", 0) is None for part in modules(module) if _is_batch_norm(part))


def _is_batch_norm(part: Any) -> bool:
    return "BatchNorm" in type(part).__name__


def in_train_mode(module: Any) -> bool:
    """Not in eval mode if a part that the mode matters to is not: a later phase trains it within another model."""
    return bool(module.training) or any(part.training for part in modules(module) if _depends(part))


def mode_dependent(module: Any, trained: Optional[Dict[int, Any]] = None) -> List[str]:
    """Class names of the parts whose output depends on the mode.

    Given the tensors ``trained`` (by id), without the parts that hold others only: they may be in eval mode on purpose.
    """
    found: Dict[str, None] = {}
    for part in modules(module) if trained is None else _trained_parts(module, trained):
        if _depends(part):
            found[type(part).__name__] = None
    return list(found)


def _depends(part: Any) -> bool:
    rates = [attribute(part, key, 0) for key in ("p", "dropout", "drop_prob", "attention_dropout", "drop_path")]
    drops = any(isinstance(rate, float) and rate > 0 for rate in rates)
    return drops or (_is_batch_norm(part) and attribute(part, "track_running_stats", True))


def _trained_parts(module: Any, trained: Dict[int, Any]) -> Iterator[Any]:
    tensors = list(parameters(module))
    if tensors and not any(one.requires_grad and id(one) in trained for one in tensors):
        return
    yield module
    for child in children(module):
        yield from _trained_parts(child, trained)
