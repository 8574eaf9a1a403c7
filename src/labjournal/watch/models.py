"""Finds the models of a script and gives each tensor its name and its group of curves.

Modules are noted when they are built (torch's registration hooks), so a step pays nothing. Roots are the modules that
are nobody's child. No reference is kept that would keep anything of the user's alive.
"""

from __future__ import annotations

import sys
import weakref
from dataclasses import dataclass
from types import FrameType
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

import torch

from labjournal.watch.compiling import Compiling
from labjournal.watch.naming import names_in_frames
from labjournal.watch.sampling import is_lazy, size_of
from labjournal.watch.unregistered import plain_tensors
from labjournal.watch.walk import attribute, children, modules, named_modules, named_parameters, parameters

MAX_GROUPS = 64
MAX_COUNTING = 32
_WRAPPERS = ("module.", "_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")
"""Path parts that DDP, torch.compile, FSDP and activation checkpointing put in; the script does not know them."""


@dataclass(frozen=True)
class Named:
    """One parameter: ``path`` as the script would write it (``model.nfa.0.weight``), ``module`` less its end."""

    path: str
    module: str
    root: int


@dataclass
class _Birth:
    ref: weakref.ref[Any]
    tick: int
    label: str
    copied: bool
    """By deepcopy or unpickling, or since filled with loaded weights."""


class Models:
    """All modules that live, by weak reference."""

    def __init__(self) -> None:
        self.compiled = Compiling()
        self.tick = 0
        """Rises with each module or parameter registered; tells what was there when an optimizer was built."""
        self.loads = 0
        """Calls of ``load_state_dict`` so far."""
        self.when_loaded: Optional[Callable[[Any, Any], None]] = None
        """Told of each load: the module, and what it is given by name."""
        self.misfits: List[Tuple[weakref.ref[Any], int, str, str]] = []
        """Loads that filled nothing: model, its number of tensors, one name of its own, the same as it was given."""
        self._modules: Dict[int, weakref.ref[Any]] = {}
        self._births: Dict[int, _Birth] = {}
        self._names: Dict[int, Tuple[weakref.ref[Any], str]] = {}
        self._taken: Set[str] = set()
        self._loaded: Dict[int, weakref.ref[Any]] = {}
        self._walked: List[Tuple[weakref.ref[Any], Named, weakref.ref[Any]]] = []
        self._walked_at = -1
        self._plain: List[Tuple[weakref.ref[Any], Named, weakref.ref[Any]]] = []
        self._stated: List[Tuple[weakref.ref[Any], str]] = []

    # -- told by torch's hooks

    def on_module(self, module: Any, name: str, _child: Any) -> None:
        self.tick += 1
        self._note(module)
        if name == "_orig_mod":
            self.compiled.found = True

    def on_parameter(self, module: Any, name: str, parameter: Any) -> None:
        self.tick += 1
        self._note(module)
        if parameter is not None:
            self._born(module, name, parameter)

    def on_restored(self, module: Any) -> None:
        """deepcopy and unpickling register nothing; they end in ``Module.__setstate__``."""
        self.tick += 1
        self._note(module)
        for name, parameter in module._parameters.items():
            if parameter is not None:
                self._born(module, name, parameter, copied=True)

    def on_loaded(self, module: Any, state: Any) -> None:
        """``load_state_dict`` is called on it: the parts that ``state`` has weights for have them from somewhere."""
        self.loads += 1
        if self.when_loaded is not None:
            self.when_loaded(module, state)
        self._note_misfit(module, [str(key) for key in state])
        filled = {str(key).rpartition(".")[0] for key in state}
        for prefix, child in named_modules(module):
            if prefix in filled:
                self._loaded[id(child)] = weakref.ref(child)
                for parameter in child._parameters.values():
                    born = None if parameter is None else self._births.get(id(parameter))
                    if born is not None and born.ref() is parameter:
                        born.copied = True

    def _note_misfit(self, module: Any, given: List[str]) -> None:
        """Not one name fits, though the names end alike: with strict=False nothing is loaded, and nothing said."""
        own = [name for name, _ in named_parameters(module)]
        if not own or not given or set(own) & set(given):
            return
        pairs = ((mine, theirs) for mine in own[:3] for theirs in given)
        alike = next(((m, t) for m, t in pairs if t.endswith(f".{m}") or m.endswith(f".{t}")), None)
        if alike is not None and len(self.misfits) < 8:
            self.misfits.append((weakref.ref(module), len(own), *alike))

    def _note(self, module: Any) -> None:
        known = self._modules.get(id(module))
        if known is None or known() is not module:
            self._modules[id(module)] = weakref.ref(module)

    def _born(self, module: Any, name: str, parameter: Any, copied: bool = False) -> None:
        shape = "lazy" if is_lazy(parameter) else "x".join(str(size) for size in parameter.shape)
        label = f"{type(module).__name__}.{name} ({shape})"
        self._births[id(parameter)] = _Birth(weakref.ref(parameter), self.tick, label, copied)

    def state_model(self, module: Any, name: str = "") -> None:
        """Named by hand through ``labjournal.watch(model)``."""
        self._note(module)
        for child in modules(module):
            self._note(child)
        if name:
            self._stated.append((weakref.ref(module), name))

    # -- asked by the watch

    def birth(self, parameter: Any) -> Optional[Tuple[int, str]]:
        """When a tensor was registered as a parameter and under which name, or None if it never was."""
        found = self._births.get(id(parameter))
        return (found.tick, found.label) if found is not None and found.ref() is parameter else None

    def was_copied(self, parameter: Any) -> bool:
        """Does it have its numbers from another model?"""
        found = self._births.get(id(parameter))
        return found is not None and found.ref() is parameter and found.copied

    def was_loaded(self, module: Any) -> bool:
        found = self._loaded.get(id(module))
        return found is not None and found() is module

    def is_one_of_many(self, module: Any) -> bool:
        """Is the largest part around it without gradients a member of a list, from which a forward pass may choose?"""
        chain = self.parents(module)
        for at, parent in enumerate(chain[1:]):
            if type(parent).__name__ in ("ModuleList", "ModuleDict"):
                return not _left_over(chain[at], parent)
            if any(parameter.grad is not None for parameter in parameters(parent)):
                return False
        return False

    def of_library(self, module: Any) -> bool:
        """Is the nearest module above it that is not torch's own code of an installed package?"""
        for parent in self.parents(module):
            file = getattr(sys.modules.get(type(parent).__module__), "__file__", None) or ""
            if not type(parent).__module__.startswith("torch."):
                return "site-packages" in file or "dist-packages" in file
        return False

    def parents(self, module: Any) -> List[Any]:
        """The module and those above it, up to its root."""
        above = {id(child): parent for root in self.roots() for parent in modules(root) for child in children(parent)}
        chain = [module]
        while id(chain[-1]) in above and len(chain) < 100:
            chain.append(above[id(chain[-1])])
        return chain

    def roots(self) -> List[Any]:
        live = []
        for identity, ref in list(self._modules.items()):
            module = ref()
            if module is None:
                del self._modules[identity]
            elif "_modules" in vars(module):
                live.append(module)
        children = {id(child) for module in live for child in module._modules.values() if child is not None}
        roots = [module for module in live if id(module) not in children]
        return [root for root in roots if next(parameters(root), None) is not None]

    def name_of(self, root: Any) -> str:
        return _clean(self._root_name(root) or type(unwrapped(root)).__name__)

    def named_roots(self) -> List[Tuple[Any, str]]:
        return [(root, self.name_of(root)) for root in self.roots()]

    def name_roots(self, frame: Optional[FrameType]) -> None:
        """Give every root that has none the name the script uses, its class name where none is found."""
        new = [root for root in self.roots() if self._root_name(root) is None]
        if not new:
            return
        self._walked_at = -1
        stated = {id(ref()): name for ref, name in self._stated if ref() is not None}
        in_frames = names_in_frames(new, frame)
        for root in new:
            name = stated.get(id(root)) or in_frames.get(id(root)) or type(unwrapped(root)).__name__
            unique, number = name, 2
            while unique in self._taken:
                unique, number = f"{name}#{number}", number + 1
            self._taken.add(unique)
            self._names[id(root)] = (weakref.ref(root), unique)

    def _root_name(self, root: Any) -> Optional[str]:
        known = self._names.get(id(root))
        return known[1] if known is not None and known[0]() is root else None

    def parameters(self) -> Iterator[Tuple[Any, Named, Any]]:
        """(parameter, its name, the module that owns it) for every leaf of every root; a tied tensor comes once.

        The walk is kept, by weak reference, until something is registered: it takes 3 ms for 1,000 modules.
        """
        if self._walked_at != self.tick:
            self._walked_at = self.tick
            self._plain = []
            self._walked = [
                (weakref.ref(parameter), named, weakref.ref(owner)) for parameter, named, owner in self._walk()
            ]
        for parameter_ref, named, owner_ref in self._walked:
            parameter, owner = parameter_ref(), owner_ref()
            if parameter is not None and owner is not None and parameter.is_leaf:
                yield parameter, named, owner

    def plain_tensors(self) -> Iterator[Tuple[Any, Named, Any]]:
        """Tensors that want a gradient and are attributes of a module without being parameters; kept like the walk."""
        list(self.parameters())
        for ref, named, owner_ref in self._plain:
            tensor, owner = ref(), owner_ref()
            if tensor is not None and owner is not None and tensor.is_leaf and tensor.requires_grad:
                yield tensor, named, owner

    def outside(self, held: Dict[int, Any]) -> List[Tuple[Any, Named]]:
        """Trainable tensors that are not among ``held``, which are by id."""
        return [
            (parameter, named)
            for parameter, named, _ in self.parameters()
            if parameter.requires_grad and id(parameter) not in held
        ]

    def _walk(self) -> Iterator[Tuple[Any, Named, Any]]:
        seen: Set[int] = set()
        plain: List[Tuple[Any, str, str, Any, Any]] = []
        for root in self.roots():
            root_name = self._root_name(root) or type(unwrapped(root)).__name__
            for prefix, module in named_modules(root):
                for name, parameter in module._parameters.items():
                    if parameter is None or id(parameter) in seen:
                        continue
                    seen.add(id(parameter))
                    module_path = _clean(f"{root_name}.{prefix}" if prefix else root_name)
                    yield parameter, Named(f"{module_path}.{name}", module_path, id(root)), module
                plain += [(value, name, prefix, module, root) for name, value in plain_tensors(module)]
        for value, name, prefix, module, root in plain:
            if id(value) not in seen:
                seen.add(id(value))
                root_name = self._root_name(root) or type(unwrapped(root)).__name__
                module_path = _clean(f"{root_name}.{prefix}" if prefix else root_name)
                path = f"{module_path}.{name}"
                named = Named(path, path.rpartition(".")[0] if "." in name else path, id(root))
                self._plain.append((weakref.ref(value), named, weakref.ref(module)))

    def describe(self) -> List[Dict[str, Any]]:
        """The models found, for the watch state."""
        described = []
        for root in self.roots()[:20]:
            sizes = [(size_of(parameter), parameter.requires_grad) for parameter in parameters(root)]
            described.append(
                {
                    "name": self.name_of(root),
                    "class": type(unwrapped(root)).__name__,
                    "tensors": len(sizes),
                    "parameters": sum(size for size, _ in sizes),
                    "trainable": sum(size for size, trainable in sizes if trainable),
                    "counting": _counting(root),
                }
            )
        return described


def _counting(root: Any) -> List[str]:
    """Layers with a weight that keep running statistics of what comes in, in train mode now."""
    found = [
        _clean(path)
        for path, module in named_modules(root)
        if module.training and attribute(module, "running_mean") is not None
        if attribute(module, "weight") is not None
    ]
    return found[:MAX_COUNTING]


def _left_over(child: Any, parent: Any) -> bool:
    """Is it the first or the last of a list that is else used whole? Nobody chooses so; a slice is one too short."""
    members = children(parent)
    others = [one for one in members if one is not child]
    at_the_edge = type(parent).__name__ == "ModuleList" and (members[0] is child or members[-1] is child)
    used = [any(parameter.grad is not None for parameter in parameters(one)) for one in others]
    return at_the_edge and len(others) >= 2 and all(used)


def _clean(path: str) -> str:
    for part in _WRAPPERS:
        path = path.replace(f".{part}", ".")
        if path.endswith(f".{part[:-1]}"):
            path = path[: -len(part)]
    return path


def unwrapped(module: Any) -> Any:
    for name in ("_orig_mod", "module", "_fsdp_wrapped_module"):
        inner = vars(module).get("_modules", {}).get(name)
        if isinstance(inner, torch.nn.Module):
            return unwrapped(inner)
    return module


def fold(modules: List[str], limit: int = MAX_GROUPS) -> Dict[str, str]:
    """Each module path to its group: as deep as possible with at most ``limit`` groups in all.

    Starting from the first path parts, the shallowest group (ties by name) is split into its children while the
    count stays within the limit, so an adapter beside a deep stack keeps a group of its own.
    """
    paths = {path: tuple(path.split(".")) for path in modules}
    groups: Dict[Tuple[str, ...], List[Tuple[str, ...]]] = {}
    for parts in paths.values():
        groups.setdefault(parts[:1], []).append(parts)
    open_groups = sorted(groups, key=lambda group: (len(group), group))
    while open_groups:
        group = open_groups.pop(0)
        members = groups[group]
        children: Dict[Tuple[str, ...], List[Tuple[str, ...]]] = {}
        for parts in members:
            children.setdefault(parts[: len(group) + 1], []).append(parts)
        if set(children) == {group} or len(groups) - 1 + len(children) > limit:
            continue
        del groups[group]
        groups.update(children)
        deeper = [child for child in children if len(child) > len(group)]
        open_groups = sorted(open_groups + deeper, key=lambda child: (len(child), child))
    group_of = {parts: ".".join(group) for group, members in groups.items() for parts in members}
    return {path: group_of[parts] for path, parts in paths.items()}
