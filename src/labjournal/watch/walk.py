"""Goes through a model by what torch keeps of it, in torch's order, and not by methods that a class may have replaced.

A tree that calls its list ``children``, or a model whose ``parameters()`` takes no argument, trains well.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Set, Tuple


def attribute(module: Any, name: str, default: Any = None) -> Any:
    """What a class makes of its attributes is its own affair, and may raise."""
    try:
        return getattr(module, name, default)
    except Exception:  # noqa: BLE001 - whatever the class of the user raises
        return default


def children(module: Any) -> List[Any]:
    return [child for child in module._modules.values() if child is not None]


def named_modules(root: Any) -> Iterator[Tuple[str, Any]]:
    """(path, module) of a model and all its parts; one that is in several places comes once."""
    waiting = [("", root)]
    seen: Set[int] = set()
    while waiting:
        path, module = waiting.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        yield path, module
        start = f"{path}." if path else ""
        below = [(start + name, child) for name, child in module._modules.items() if child is not None]
        waiting += reversed(below)


def modules(root: Any) -> Iterator[Any]:
    return (module for _, module in named_modules(root))


def named_parameters(root: Any) -> Iterator[Tuple[str, Any]]:
    """(path, tensor), each tensor once."""
    seen: Set[int] = set()
    for path, module in named_modules(root):
        for name, parameter in module._parameters.items():
            if parameter is not None and id(parameter) not in seen:
                seen.add(id(parameter))
                yield f"{path}.{name}" if path else name, parameter


def parameters(root: Any) -> Iterator[Any]:
    return (parameter for _, parameter in named_parameters(root))
