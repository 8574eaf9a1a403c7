"""Looks at weights without a copy of them and without waiting for a GPU.

Each tensor gives SAMPLE elements, spread evenly over its storage; those of all tensors are gathered by one
concatenation per device and dtype. Answers of comparisons travel to the host beside the training: at once on a CPU,
when their copy has landed on a GPU (``Later``). Shapes: N tensors in a pack, K = SAMPLE elements each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple

import torch
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

SAMPLE = 256
"""Elements a tensor. 99 tensors of 25M parameters: 0.8 ms a gather on one CPU thread, 100 kB."""
MAX_BYTES = 4_000_000
"""A gather on a device stays below this (there are two at a time); more tensors get fewer elements each."""

Key = Tuple[Any, Any]


@dataclass
class Pack:
    """Samples of the tensors of one device and dtype: ``index`` into the list given, ``sizes`` without padding."""

    index: List[int]
    sizes: List[int]
    values_NK: Any


def readable(tensor: Any) -> Optional[Any]:
    """The tensor's own numbers as a plain strided tensor, or None when they cannot be read cheaply.

    A DTensor gives its local shard, numbers of 8 bits their bits, for there is no arithmetic with them; sparse,
    quantised, meta and other special tensors give None. So does one whose storage was let go: FSDP does that between
    uses, and to read it ends the process.
    """
    local = getattr(tensor, "_local_tensor", tensor)
    if type(local) not in (torch.Tensor, torch.nn.Parameter):
        return None
    if local.layout is not torch.strided or local.is_meta or local.is_quantized or not local.numel():
        return None
    if is_released(local):
        return None
    local = local.detach()
    if local.is_floating_point() and local.element_size() == 1:
        return local.view(torch.uint8)
    return torch.view_as_real(local) if local.is_complex() and not local.is_conj() else local


def is_lazy(tensor: Any) -> bool:
    """Is it a parameter of a lazy module that no batch has come to yet? It has no shape until then."""
    return isinstance(tensor, (UninitializedParameter, UninitializedBuffer))


def size_of(tensor: Any) -> int:
    """Its number of elements; 0 of a lazy one."""
    return 0 if is_lazy(tensor) else int(tensor.numel())


def is_matrix(tensor: Any) -> bool:
    """Has it two axes or more?"""
    return not is_lazy(tensor) and bool(tensor.dim() > 1)


def is_released(tensor: Any) -> bool:
    """Has a plain tensor elements and no storage for them?"""
    return bool(tensor.numel()) and not tensor.untyped_storage().nbytes()


def sample_size(tensors: int) -> int:
    return max(16, min(SAMPLE, MAX_BYTES // 4 // max(1, tensors)))


def gather(tensors: List[Any]) -> Dict[Key, Pack]:
    """A fresh copy of some elements of each tensor. Views are made anew: kept ones would hold freed storage."""
    size = sample_size(len(tensors))
    parts: Dict[Key, List[Any]] = {}
    packs: Dict[Key, Pack] = {}
    pads: Dict[Key, Any] = {}
    for at, tensor in enumerate(tensors):
        plain = readable(tensor)
        if plain is None or not (plain.is_floating_point() or plain.dtype in (torch.int8, torch.uint8)):
            continue
        key = (plain.device, plain.dtype)
        pack = packs.setdefault(key, Pack([], [], None))
        pieces = parts.setdefault(key, [])
        view = _elements(plain, size)
        pack.index.append(at)
        pack.sizes.append(view.numel())
        pieces.append(view)
        if view.numel() < size:
            if key not in pads:
                pads[key] = torch.zeros(size, dtype=plain.dtype, device=plain.device)
            pieces.append(pads[key][: size - view.numel()])
    for key, pack in packs.items():
        pack.values_NK = torch.cat(parts[key]).view(-1, size)
    return packs


def _elements(plain: Any, size: int) -> Any:
    """At most ``size`` elements as a vector: all of a small tensor, evenly spread ones of a large one."""
    count = plain.numel()
    if count <= size:
        return plain.reshape(-1)
    dense = plain.is_contiguous() or (
        plain.storage_offset() == 0 and plain.untyped_storage().nbytes() == count * plain.element_size()
    )
    if dense:  # also transposed and channels_last: the storage is read in its own order
        return torch.as_strided(plain, (size,), (_stride(count, size, plain.shape[0]),), plain.storage_offset())
    row = plain[(0,) * (plain.dim() - 1)]  # a view into larger storage: its first row, which costs no copy
    return row[:size]


def _stride(count: int, size: int, rows: int) -> int:
    """Distance of the elements taken. It has no factor in common with the length of a row: else all would be of a few
    columns, and where those belong to inputs that are always 0 a live gradient would look dead."""
    stride, row = (count - 1) // (size - 1), max(1, count // rows)
    while math.gcd(stride, row) > 1:
        stride -= 1
    return stride


def piece(plain: Any, room: int, turn: int) -> Any:
    """The whole tensor as a vector if it has at most ``room`` elements, else the ``turn``-th part of that size."""
    count = plain.numel()
    if count <= room:
        return plain.reshape(-1)
    flat = plain.view(-1) if plain.is_contiguous() else plain[(0,) * (plain.dim() - 1)]
    if flat.numel() <= room:
        return flat
    return flat.narrow(0, (turn * room) % (flat.numel() - room + 1), room)


class Later:
    """Hands the numbers of small tensors to a callback: at once from a CPU, without waiting from a GPU."""

    def __init__(self, bind: Callable[[Callable[..., None]], Callable[..., None]]) -> None:
        """``bind`` takes note of who gave a callback, for the moment at which it is called."""
        self._bind = bind
        self._queue: List[Tuple[Any, Callable[[], None]]] = []

    def give(self, tensor: Any, use: Callable[[Any], None]) -> None:
        """Call ``use`` with ``tensor.tolist()``, now or in a later ``poll``."""
        if tensor.device.type == "cpu":
            use(tensor.tolist())
            return
        if tensor.device.type != "cuda":  # no way to ask whether a copy is done: mps and others wait here
            use(tensor.cpu().tolist())
            return
        host = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu", pin_memory=True)
        host.copy_(tensor, non_blocking=True)
        done = torch.cuda.current_stream(tensor.device).record_event()
        use = self._bind(use)
        self._queue.append((done, lambda: use(host.tolist())))

    def when_same(self, pairs: List[Tuple[Pack, Pack]], use: Callable[[], None]) -> None:
        """Call ``use`` once it is known that no element differs in any of the pairs; there must be one."""
        waiting = len(pairs)

        def landed(differ: int) -> None:
            nonlocal waiting
            waiting = -1 if differ else waiting - 1
            if waiting == 0:
                use()

        for one, other in pairs:
            self.give((one.values_NK != other.values_NK).any().long(), landed)

    def after_all(self, use: Callable[[], None]) -> None:
        """Call ``use`` when everything given before has been handed over."""
        if not self._queue:
            use()
        else:
            self._queue.append((self._queue[-1][0], self._bind(use)))

    def poll(self, wait: bool = False) -> None:
        """Call back whatever has arrived, in order; ``wait`` at the end of the process only."""
        while self._queue:
            if wait:
                self._queue[0][0].synchronize()
            elif not self._queue[0][0].query():
                return
            self._queue.pop(0)[1]()

    def forget(self) -> None:
        self._queue.clear()


def capturing() -> bool:
    """In a CUDA graph our kernels would be replayed for ever."""
    cuda: Any = torch.cuda
    return bool(cuda.is_initialized() and cuda.is_current_stream_capturing())
