"""``requires_grad`` set on a module, where it does nothing: only tensors have it.

True leaves a part frozen that was to be trained, False trains one that was to be frozen. A class that has an attribute
of this name by its own code is left in peace.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, Tuple

from labjournal.watch.models import Models
from labjournal.watch.walk import named_modules, parameters

NAME = "requires_grad"


def flagged(models: Models, flag: bool) -> Iterator[Tuple[str, Dict[int, Any]]]:
    """(path of the module, its tensors by id), for each module that was given this flag."""
    for root, name in models.named_roots():
        for path, module in named_modules(root):
            if vars(module).get(NAME) is flag and not _is_its_own(type(module)):
                yield f"{name}.{path}" if path else name, {id(one): one for one in parameters(module)}


def _is_its_own(made: type) -> bool:
    kinds = [kind for kind in made.__mro__ if not kind.__module__.startswith(("torch.", "builtins"))]
    codes = [getattr(part, "__code__", None) for kind in kinds for part in vars(kind).values()]
    return any(NAME in getattr(code, "co_names", ()) for code in codes)
