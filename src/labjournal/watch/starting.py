"""Checksums of the weights that training began with: is what was saved what was trained?

A checkpoint states the checksum of each tensor in it. Where it is that of the first step, while the tensor has moved
since, a copy was saved that training never reached. The values are copied before an optimizer's first step, a tensor a
module, and their checksums taken at the end.
"""

from __future__ import annotations

import weakref
import zlib
from typing import Any, Dict, List, Tuple

import torch

from labjournal.watch.look import Look, Names
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import size_of

FEWEST = 8
"""Elements; numbers of fewer may be equal by chance."""
MOST_BYTES = 4_000_000
"""Of all copies together."""
MOST_TENSORS = 64


class Starting:
    """The first values of some tensors, by their paths in the models."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._seen: Dict[Tracked, bool] = {}
        self._known: Dict[int, Tuple[weakref.ref[Any], str, Any]] = {}
        self._bytes = 0

    def before_step(self, look: Look) -> None:
        """Of an optimizer that is seen for the first time: copy what there is room for, small ones first."""
        if self._seen.setdefault(look.tracked, False):
            return
        self._seen[look.tracked] = True
        for parameter, path in self._one_a_module(look):
            size = size_of(parameter) * parameter.element_size()
            if self._bytes + size > MOST_BYTES or len(self._known) >= MOST_TENSORS:
                return
            if id(parameter) not in self._known:
                self._bytes += size
                self._known[id(parameter)] = weakref.ref(parameter), path, _copied(parameter)

    def _one_a_module(self, look: Look) -> List[Tuple[Any, str]]:
        chosen: Dict[str, Tuple[Any, str]] = {}
        for parameter, named in zip(look.params, self._names(look.params, look.tracked)):
            known = chosen.get(named.module)
            better = known is None or size_of(known[0]) < size_of(parameter)
            if better and named.root and parameter.requires_grad and _is_plain(parameter):
                chosen[named.module] = parameter, named.path
        return sorted(chosen.values(), key=lambda one: size_of(one[0]))

    def checksums(self) -> Dict[str, int]:
        """CRC-32 of the first values of each tensor that has others now."""
        found = {}
        for ref, path, first in self._known.values():
            parameter = ref()
            if parameter is None or parameter.shape != first.shape or parameter.dtype != first.dtype:
                continue
            if bool((first != first.reshape(-1)[0]).any()) and not torch.equal(parameter.detach().cpu(), first):
                found[path] = zlib.crc32(first.reshape(-1).view(torch.uint8).numpy().tobytes())
        return found


def _is_plain(parameter: Any) -> bool:
    """Has it data of its own, in order, as a checkpoint would hold them?"""
    plain = type(parameter) in (torch.Tensor, torch.nn.Parameter) and parameter.layout is torch.strided
    return plain and parameter.is_contiguous() and size_of(parameter) >= FEWEST and parameter.device.type != "meta"


def _copied(parameter: Any) -> Any:
    """On the CPU, without waiting for the device."""
    if parameter.device.type == "cpu":
        return parameter.detach().clone()
    copy = torch.empty(parameter.shape, dtype=parameter.dtype, pin_memory=parameter.device.type == "cuda")
    return copy.copy_(parameter.detach(), non_blocking=True)
