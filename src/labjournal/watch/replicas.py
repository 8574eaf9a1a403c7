"""What each rank of a training says of its weights, so that ranks meant to be equal can be compared from outside.

No collective call: each rank states sums over the same sampled elements at the same steps, and who reads the run
compares them. Looked at is what stands before a step: parameters averaged after each step are equal then too.
"""

from __future__ import annotations

import functools
import os
import zlib
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch.look import Look
from labjournal.watch.models import Models, Named
from labjournal.watch.sampling import Later, Pack
from labjournal.watch.walk import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.optimizers import Tracked
    from labjournal.watch.outbox import Outbox

GroupOf = Callable[[str], str]
Members = Dict[Tuple[str, str, bool], List[Tuple[int, str]]]
"""(group of modules, dtype, held by DDP) -> place among the parameters, and path with shape."""

_EARLY = (1, 5, 10, 20, 50)


def replica_due(step: int) -> bool:
    """Is this a step at which every rank speaks? Nine a decade from 100 on; all of them are steps of a look."""
    return step in _EARLY or (step >= 100 and step % 10 ** (len(str(step)) - 1) == 0)


class Replicas:
    """States a ``replica`` fact at the steps common to all ranks, where the process is one of several."""

    def __init__(self, outbox: Outbox, attempt: int, later: Later, models: Models) -> None:
        self._outbox = outbox
        self._attempt = attempt
        self._later = later
        self._models = models

    def look(self, look: Look, names: Callable[[List[Any], Tracked], List[Named]], group_of: GroupOf) -> None:
        """State the sums of one look if its step is due; they may arrive later."""
        distributed: Any = torch.distributed
        if not replica_due(look.step) or not distributed.is_available() or not distributed.is_initialized():
            return
        if distributed.get_world_size() < 2:
            return
        wrapped, peers, own_ways = _wrapped(self._models)
        fact: Dict[str, Any] = {
            "step": look.step,
            "optimizer": look.tracked.label,
            "rank": distributed.get_rank(),
            "world_size": distributed.get_world_size(),
            "attempt": self._attempt,
            "group": _group(),
            "peers": peers,
        }
        if own_ways:
            self._outbox.write("replica", {**fact, "not_judged": own_ways, "modules": []})
            return
        members = _members(look.params, names(look.params, look.tracked), wrapped, group_of)
        sums: Dict[int, List[float]] = {}

        def landed(pack: Pack, rows_3N: List[List[float]]) -> None:
            for at, tensor in enumerate(pack.index):
                sums[tensor] = [row[at] for row in rows_3N]

        for (device, _), pack in look.before.items():
            if device.type not in ("cpu", "cuda"):  # mps has no float64
                continue
            self._later.give(_sums(pack.values_NK), functools.partial(landed, pack))
        self._later.after_all(lambda: self._state(fact, members, sums))

    def _state(self, fact: Dict[str, Any], members: Members, sums: Dict[int, List[float]]) -> None:
        modules = []
        for (module, dtype, wrapped), tensors in members.items():
            found = [(sums[at], path) for at, path in tensors if at in sums]
            if not found:
                continue
            total, weighted, square = (sum(values[row] for values, _ in found) for row in range(3))
            modules.append(
                {
                    "module": module,
                    "dtype": dtype,
                    "tensors": zlib.crc32("\n".join(path for _, path in found).encode()),
                    "ddp": wrapped,
                    "sum": total,
                    "weighted": weighted,
                    "square": square,
                }
            )
        self._outbox.write("replica", {**fact, "modules": modules})


def _members(params: List[Any], named: List[Named], wrapped: Set[int], group_of: GroupOf) -> Members:
    """The tensors of each part of the model. A shard is no replica."""
    members: Members = {}
    for at, (parameter, name) in enumerate(zip(params, named)):
        if hasattr(parameter, "_local_tensor") or type(parameter).__name__ == "FlatParameter":
            continue
        key = (group_of(name.module), str(parameter.dtype).rsplit(".", 1)[-1], id(parameter) in wrapped)
        members.setdefault(key, []).append((at, f"{name.path} {tuple(parameter.shape)}"))
    return members


def _sums(values_NK: Any) -> Any:
    """(3, N) in float64: the sum, one weighted by position with -1 to 1, and the sum of squares."""
    values = values_NK.double()
    place_K = torch.arange(1, values.shape[1] + 1, dtype=torch.float64, device=values.device)
    weights_K = (place_K * 0.6180339887498949).remainder(1.0) * 2 - 1
    return torch.stack([values.sum(1), (values * weights_K).sum(1), values.square().sum(1)])


def _wrapped(models: Models) -> Tuple[Set[int], Optional[List[int]], Optional[str]]:
    """Tensors that DistributedDataParallel keeps equal, over which ranks, and why they may differ all the same.

    Of several wrappers over different ranks the first counts.
    """
    from torch.nn.parallel import DistributedDataParallel

    held: Set[int] = set()
    peers: Optional[List[int]] = None
    for module in (module for root in models.roots() for module in modules(root)):
        if not isinstance(module, DistributedDataParallel):
            continue
        if getattr(getattr(module, "_join_config", None), "enable", False):
            return set(), None, "ranks may end their epochs at different steps (Join)"
        if any("localsgd" in f"{hook}{state}".lower() for hook, state in _hooks(module)):
            return set(), None, "ranks go their own ways between averagings (local SGD)"
        ranks = list(torch.distributed.get_process_group_ranks(module.process_group))
        if peers is not None and ranks != peers:
            continue
        peers = ranks
        left_out = set(getattr(module, "parameters_to_ignore", ()))
        inner = module.module.named_parameters()
        held.update(id(parameter) for name, parameter in inner if name not in left_out)
    return held, peers, None


def _hooks(module: Any) -> List[Tuple[str, str]]:
    """The communication hooks of a wrapper, by the names of function and state."""
    hooks = getattr(module, "_comm_hooks", ())
    return [(getattr(hook, "__qualname__", ""), type(state).__name__) for hook, state in hooks]


def _group(environ: Any = os.environ) -> str:
    """Which launch of ranks this is: one run may hold several, one after the other or side by side."""
    names = ("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT", "MASTER_ADDR", "MASTER_PORT")
    return f"{zlib.crc32('|'.join(environ.get(name, '') for name in names).encode()):08x}"
