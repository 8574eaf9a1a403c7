"""The rows of a batch as numbers: one 64-bit hash a row, and what may be told of inputs and targets.

Shapes: B rows, D elements a row.
"""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple

import torch

WHOLE_ROW = 1024
SPREAD = 512
"""Elements taken, evenly spread, of a row longer than WHOLE_ROW. 64 rows: 0.05 ms."""
BESIDE = 8
SCARCE = 4
_TARGET_NAMES = ("labels", "label", "target", "targets", "y")
_BITS = {8: torch.int64, 4: torch.int32, 2: torch.int16, 1: torch.uint8}

_mix: List[Any] = []


def _mix_D(size: int) -> Any:
    """Odd constants by position, made without drawing a random number."""
    if not _mix:
        at = torch.arange(1, WHOLE_ROW + 1, dtype=torch.int64, device="cpu")
        _mix.append((at * at * at * -7046029254386353131 + at * 1442695040888963407) | 1)
    return _mix[0][:size]


def hashes(rows: Any) -> Optional[List[int]]:
    """One number a row of a CPU tensor; None for what has no rows or cannot be read as bits."""
    if rows.device.type != "cpu" or rows.dim() < 1 or rows.is_complex() or rows.layout is not torch.strided:
        return None
    flat_BD = rows.detach().reshape(rows.shape[0], -1)
    if not flat_BD.numel() or flat_BD.is_quantized:
        return None
    if flat_BD.shape[1] > WHOLE_ROW:
        flat_BD = flat_BD[:, :: -(-flat_BD.shape[1] // SPREAD)]
    flat_BD = flat_BD.contiguous()
    bits_BD = flat_BD.view(_BITS[flat_BD.element_size()]).to(torch.int64)
    found: List[int] = (bits_BD * _mix_D(bits_BD.shape[1])).sum(1).tolist()
    return found


def one_a_sample(targets: Any) -> bool:
    """A number for each sample, on the host?"""
    one = bool(targets.dim()) and 0 < targets.numel() == targets.shape[0]
    return one and targets.device.type == "cpu" and not targets.is_complex() and type(targets) is torch.Tensor


def labels_among(targets: Any) -> List[int]:
    """Classes, one a sample: whole numbers, or the 0 and 1 of two classes; nothing where they are something else."""
    if targets.device.type != "cpu" or targets.dim() not in (1, 2) or targets.numel() != targets.shape[0]:
        return []
    whole = targets.dim() == 1 and targets.dtype in (torch.int64, torch.int32)
    two = targets.is_floating_point() and bool(((targets == 0) | (targets == 1)).all())
    return [int(one) for one in targets.reshape(-1).tolist()] if whole or two else []


class Batch:
    """What a loader gave: its inputs, and the tensor that looks like the target."""

    def __init__(self, given: Any) -> None:
        self._inputs, self.targets = _parts(given)
        self.inputs = _largest(self._inputs)
        """The largest of them."""
        self.scarce = False
        """Rows of a few whole numbers (a user and an item, a pair of words): they are equal by chance."""
        self.columns: List[List[int]] = []
        """Of scarce rows."""
        self.symbols = self.inputs is not None and self.inputs.dtype in (torch.int64, torch.int32)
        """Rows of words or other symbols."""

    @property
    def has_symbols(self) -> bool:
        """Is any of its inputs rows of words or other symbols?"""
        return any(one.dim() > 1 and one.dtype in (torch.int64, torch.int32) for one in self._inputs)

    def marks(self) -> Optional[List[int]]:
        """One number a row, over all inputs of about the size of the largest: a number of the row beside it is none."""
        if self.inputs is None or self._is_joined_end_to_end(self.inputs):
            return None
        rows, size = self.inputs.shape[0], self.inputs.numel()
        parts = [one for one in self._inputs if one.dim() and one.shape[0] == rows and one.numel() * BESIDE >= size]
        few = not any(one.is_floating_point() for one in parts) and sum(one.numel() for one in parts) <= SCARCE * rows
        self.scarce = few and self.targets is not None and self.targets.shape[:1] == (rows,)
        if self.scarce:
            self.columns = [column for one in parts for column in one.detach().reshape(rows, -1).t().tolist()]
            parts.append(self.targets)
        found = _joined(parts)
        if found is not None and 1 < rows == found.count(found[0]) and self._values_on_a_grid(rows, size):
            return _joined([*parts, self.targets])
        return found

    def _is_joined_end_to_end(self, inputs: Any) -> bool:
        """Texts of a batch in one row of symbols, with offsets and labels beside it: its items are no samples."""
        beside = [one.shape[0] for one in (*self._inputs, self.targets) if one is not None and one.dim()]
        others = [rows for rows in beside if rows != inputs.shape[0]]
        return len(others) > 1 and len(others) == len(beside) - 1 and len(set(others)) == 1

    def _values_on_a_grid(self, rows: int, size: int) -> bool:
        """Are the targets functions on the points that the inputs are? Then these may be the same in each sample."""
        targets = self.targets
        if targets is None or not targets.is_floating_point() or targets.shape[:1] != (rows,):
            return False
        return bool(rows < targets.numel() and BESIDE * targets.numel() >= size)


def _joined(parts: List[Any]) -> Optional[List[int]]:
    """A number for each row over all these tensors; None where one of them cannot be read."""
    found = [hashes(one) for one in parts]
    whole = [one for one in found if one is not None]
    if not whole or len(whole) < len(found):
        return None
    return whole[0] if len(whole) == 1 else [hash(marks) for marks in zip(*whole)]


def _is_tensor(part: Any) -> bool:
    return isinstance(part, torch.Tensor) and not part.is_nested


def _parts(batch: Any) -> Tuple[List[Any], Optional[Any]]:
    if _is_tensor(batch):
        return [batch], None
    if isinstance(batch, Mapping):
        tensors = {str(name): item for name, item in batch.items() if _is_tensor(item)}
        target = next((tensors[name] for name in _TARGET_NAMES if name in tensors), None)
        return [item for item in tensors.values() if item is not target], target
    if not isinstance(batch, (list, tuple)) or not batch:
        return [], None
    parts = [part for part in batch if _is_tensor(part)]
    target = parts[-1] if parts else None
    if isinstance(batch[0], Mapping):
        return _parts(batch[0])[0], target
    if isinstance(batch[0], (list, tuple)):  # several views of each sample
        return [part for part in batch[0] if _is_tensor(part)], target
    if len(parts) == 1:  # without its inputs beside it, which may be no tensors, a label is none either
        return (parts, None) if batch[0] is target else ([], target)
    return parts[:-1], target


def _largest(tensors: List[Any]) -> Optional[Any]:
    rows = [one for one in tensors if one.dim() > 0]
    return max(rows, key=lambda one: one.numel(), default=None)
