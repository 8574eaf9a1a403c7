"""Checksums of the weights that training began with: is what was saved what was trained?

A checkpoint states the checksum of each tensor in it. Where it is that of the first step, while the tensor has moved
since, a copy was saved that training never reached. The values are copied before an optimizer's first step, a tensor a
module, and their checksums taken at the end, when the model itself may be gone.
"""

from __future__ import annotations

import time
import weakref
import zlib
from typing import Any, Dict, List, Set, Tuple

import torch

from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import readable, size_of

FEWEST = 8
"""Elements; numbers of fewer may be equal by chance."""
MOST_BYTES = 4_000_000
"""Of all copies together."""
MOST_TENSORS = 64


class _First:
    """A tensor as it was before its first step."""

    def __init__(self, parameter: Any) -> None:
        self.ref = weakref.ref(parameter)
        self.values = _copied(parameter)
        self.wall = time.time()
        self.moved = False


class Starting:
    """The first values of some tensors, by their paths in the models.

    Where another tensor comes under a path there are rounds or folds, whose copies start from what is saved.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._seen: Set[Tracked] = set()
        self._known: Dict[str, _First] = {}
        self._several: Set[str] = set()

    def before_step(self, look: Look) -> None:
        """Of an optimizer that is seen for the first time: copy what there is room for, small ones first."""
        if look.tracked in self._seen:
            return
        self._seen.add(look.tracked)
        for parameter, path in self._one_a_module(look):
            known = self._known.get(path)
            if known is not None:
                if known.ref() is not parameter:
                    self._several.add(path)
                continue
            taken = sum(_bytes(one.values) for one in self._known.values())
            if taken + _bytes(parameter) <= MOST_BYTES and len(self._known) < MOST_TENSORS:
                self._known[path] = _First(parameter)

    def _one_a_module(self, look: Look) -> List[Tuple[Any, str]]:
        """Matrices before vectors, which are often the same number throughout."""
        chosen: Dict[str, Tuple[Any, str]] = {}
        for parameter, named in zip(look.params, self._names(look.params, look.tracked)):
            known = chosen.get(named.module)
            better = known is None or size_of(known[0]) < size_of(parameter)
            if better and named.root and parameter.requires_grad and _is_plain(parameter):
                chosen[named.module] = parameter, named.path
        return sorted(chosen.values(), key=lambda one: (one[0].dim() < 2, size_of(one[0])))

    def judge(self, look: Look, compared: Compared) -> None:
        """Which of them has a step changed?"""
        waiting = {id(one.ref()): one for one in self._known.values() if not one.moved}
        if waiting:
            for at, changed in compared.changed.items():
                first = waiting.get(id(look.params[at]))
                if changed and first is not None:
                    first.moved = True

    def checksums(self) -> Dict[str, Tuple[int, float]]:
        """CRC-32 of the first values of each tensor that has moved since, and when they were copied."""
        found = {}
        for path, first in self._known.items():
            flat = first.values.reshape(-1)
            if first.moved and path not in self._several and bool((flat != flat[0]).any()):
                found[path] = zlib.crc32(flat.view(torch.uint8).numpy().tobytes()), first.wall
        return found


def _bytes(tensor: Any) -> int:
    return int(size_of(tensor) * tensor.element_size())


def _is_plain(parameter: Any) -> bool:
    """Has it data of its own, in order, as a checkpoint would hold them?"""
    plain = type(parameter) in (torch.Tensor, torch.nn.Parameter) and parameter.layout is torch.strided
    enough = plain and size_of(parameter) >= FEWEST and parameter.is_contiguous()
    return enough and readable(parameter) is not None


def _copied(parameter: Any) -> Any:
    """On the CPU, without waiting for the device."""
    if parameter.device.type == "cpu":
        return parameter.detach().clone()
    pinned = parameter.device.type == "cuda"
    copy = torch.empty(parameter.shape, dtype=parameter.dtype, device="cpu", pin_memory=pinned)
    return copy.copy_(parameter.detach(), non_blocking=pinned)
