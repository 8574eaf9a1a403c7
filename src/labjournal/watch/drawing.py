"""Who draws random numbers, in a forward pass or for an order? Read in the code of a class, which is not run for it."""

from __future__ import annotations

import dis
import types
from typing import Any, Iterator, List, Set, Tuple

from labjournal.watch.walk import modules

_RANDOM = frozenset(
    "rand randn randint rand_like randn_like randint_like normal normal_ uniform_ bernoulli bernoulli_ multinomial "
    "sample rsample randperm gumbel_softmax exponential_".split()
)
_DROPOUTS = frozenset(
    (
        "dropout",
        "alpha_dropout",
        "dropout1d",
        "dropout2d",
        "dropout3d",
        "feature_alpha_dropout",
        "scaled_dot_product_attention",
    )
)


_MIXING = frozenset(("shuffle", "randperm", "permutation", "permuted", "randint", "randrange", "choice"))


def mixes(source: Any) -> bool:
    """Does the code of a data set or a sampler draw an order, anew each time it is gone through?"""
    kinds = [kind for kind in type(source).__mro__ if not kind.__module__.startswith(("torch.", "builtins", "typing"))]
    return any(
        _MIXING & _names(function)
        for kind in kinds
        for function in _functions(kind)
        if function.__name__ != "__init__"  # an order drawn once is meant to stay
    )


def draws_of(module: Any) -> Tuple[str, List[str]]:
    """(class that uses dropout as a function whatever the mode, names of functions that sample on purpose).

    What draws the first values of the weights is not called by a forward pass.
    """
    dropout = ""
    sampling: List[str] = []
    for kind in {type(part) for part in modules(module)}:
        if kind.__module__.startswith("torch."):
            continue
        for function in _functions(kind):
            if any(word in function.__name__ for word in ("init", "reset")):
                continue
            sampling += sorted(_names(function) & _RANDOM)
            if _drops_always(function):
                dropout = dropout or kind.__name__
    return dropout, sampling


def _drops_always(function: types.FunctionType) -> bool:
    """Does it use dropout more often than it says in which mode? ``self.dropout`` is a module, which knows its own;
    ``training=True`` is said on purpose."""
    code = list(dis.get_instructions(function.__code__))
    loads = [one for one in code if one.opname.startswith("LOAD_")]
    keywords = [function.__code__.co_consts[one.arg or 0] for one in code if one.opname in ("KW_NAMES", "LOAD_CONST")]
    named = sum(isinstance(names, tuple) and "training" in names for names in keywords)
    drops = 0
    for before, one in zip([None, *loads], loads):
        if one.argval in _DROPOUTS:
            of_module = before is not None and (before.opname == "LOAD_GLOBAL" or before.argval == "functional")
            drops += one.opname == "LOAD_GLOBAL" or of_module
    return bool(drops > max(named, sum(one.argval == "training" for one in loads)))


def _functions(kind: Any) -> Iterator[types.FunctionType]:
    for value in list(vars(kind).values()):
        inner = getattr(value, "__func__", value)  # static methods too
        if isinstance(inner, types.FunctionType):
            yield inner


def _names(function: types.FunctionType) -> Set[str]:
    """Names it uses, and those of the functions of the script that it calls by name."""
    names = set(function.__code__.co_names)
    for name in function.__code__.co_names:
        helper = function.__globals__.get(name)
        if isinstance(helper, types.FunctionType):
            names.update(helper.__code__.co_names)
    return names
