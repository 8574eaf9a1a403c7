"""Names of modules as the watch gives them, and of tensors as checkpoints do: which is which?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

_WRAPPERS = frozenset(
    "module _orig_mod model base_model default _forward_module _fsdp_wrapped_module _checkpoint_wrapped_module "
    "original_module base_layer parametrizations".split()
)
_COPIES = "modules_to_save"
"""Of peft: a part of the model by the name of the adapter it is trained with, saved under the part's own name."""
_STATISTICS = frozenset("running_mean running_var num_batches_tracked".split())


def root_of(module: str) -> str:
    return module.partition(".")[0]


def inside(module: str) -> tuple[str, ...]:
    """What lies below the root, as checkpoints name it."""
    return parts_of(module.partition(".")[2])


_Known = tuple[set[tuple[str, ...]], set[tuple[str, ...]]]


def pieces(tensors: Sequence[str]) -> _Known:
    """All stretches of the names of a checkpoint, and those that they begin with."""
    known = list(map(parts_of, tensors))
    stretches = {parts[a:b] for parts in known for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)}
    return stretches, {parts[:b] for parts in known for b in range(1, len(parts) + 1)}


def holds(known: _Known, inner: tuple[str, ...]) -> bool:
    """Whether a module is among them, as part of a model or by itself, as LoRA by peft is."""
    stretches, beginnings = known
    return inner in stretches or any(inner[k:] in beginnings for k in range(1, len(inner)))


def by_parts(within: Mapping[str, tuple[str, ...]], known: Sequence[_Known]) -> dict[str, tuple[str, ...]]:
    """What lies below the root of each module; below its place where the root is a list whose parts are models that a
    checkpoint has under names of their own, as ``encoder.conv`` for ``parts.0.conv``."""
    found = dict(within)
    for root in {root_of(module) for module in within}:
        own = {module: inner for module, inner in within.items() if root_of(module) == root}
        below = {module: after for module, inner in own.items() if (after := _below_place(inner))}
        if len(below) == len(own) and not any(holds(one, inner) for one in known for inner in own.values()):
            found |= below
    return found


def _below_place(inner: tuple[str, ...]) -> tuple[str, ...]:
    place = next((at for at, part in enumerate(inner) if part.isdigit()), len(inner))
    return inner[place + 1 :]


def merged(module: str, tensors: Sequence[str]) -> bool:
    """Whether peft has worked this adapter into its layer: that is saved, and not as the base of an adapter."""
    parts = module.split(".")
    at = next((place for place, part in enumerate(parts) if part.startswith("lora_")), None)
    if at is None or "base_model" not in parts:
        return False
    layer = ".".join([*parts[parts.index("base_model") + 2 : at], "weight"])
    return any(tensor == layer or tensor.endswith(f".{layer}") for tensor in tensors)


def parts_of(name: str) -> tuple[str, ...]:
    """Less what wraps a module, and the name of its adapter, which peft leaves out of what it saves."""
    parts = name.split(".")
    above = ["", *parts]
    return tuple(
        part
        for part, over in zip(parts, above, strict=False)
        if part and part not in _WRAPPERS and part != _COPIES and over != _COPIES and not over.startswith("lora_")
    )


def renamed(tensors: Collection[str], size: int) -> bool:
    """Whether a checkpoint has as many tensors as the model has parameters, and so all of them, under other names.

    transformers saves some models under the names that they had in an older version of it.
    """
    return size > 0 and sum(name.rpartition(".")[2] not in _STATISTICS for name in tensors) == size
