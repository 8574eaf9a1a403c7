"""Numbers out of TensorProto: data types by number, and the one value of a one-element tensor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BFLOAT16 = 14

# TensorFlow data type number -> numpy type of one element in tensor_content, and its *_val field.
# Source: tensorflow/core/framework/types.proto and tensor.proto.
_TYPES = {
    1: ("<f4", "float_val"),
    2: ("<f8", "double_val"),
    3: ("<i4", "int_val"),
    4: ("u1", "int_val"),
    5: ("<i2", "int_val"),
    6: ("i1", "int_val"),
    9: ("<i8", "int64_val"),
    10: ("?", "bool_val"),
    BFLOAT16: ("<u2", "half_val"),
    17: ("<u2", "int_val"),
    19: ("<f2", "half_val"),
    22: ("<u4", "uint32_val"),
    23: ("<u8", "uint64_val"),
}

SIZES = {number: np.dtype(name).itemsize for number, (name, _) in _TYPES.items()}
"""Bytes of one element, for the data types that are read."""


def storage(dtype: int) -> str:
    """The numpy type whose bytes a slot of this data type holds (bfloat16: its 16 bits)."""
    return _TYPES[dtype][0]


def widened(stored: NDArray[Any], dtype: int) -> NDArray[np.float64]:
    """Stored elements as float64."""
    if dtype == BFLOAT16:
        stored = (stored.astype(np.uint32) << np.uint32(16)).view(np.float32)
    with np.errstate(invalid="ignore"):  # a signalling NaN may become a quiet one
        return stored.astype(np.float64)


def only_value(tensor: Any) -> float | None:
    """The value of a TensorProto with one numeric element; None for anything else.

    A tensor of one element and no content is zero: writers may leave out trailing default values.
    """
    if tensor.dtype not in _TYPES:
        return None
    shape = tensor.tensor_shape
    if shape.unknown_rank or any(dim.size != 1 for dim in shape.dim):
        return None
    name, field = _TYPES[tensor.dtype]
    content, values = tensor.tensor_content, getattr(tensor, field)
    if content:
        if len(content) != np.dtype(name).itemsize or len(values):
            return None
        return float(widened(np.frombuffer(content, name), tensor.dtype)[0])
    if len(values) > 1:
        return None
    value = values[0] if values else 0
    if field == "half_val":
        if not 0 <= value < 1 << 16:
            return None
        return float(widened(np.array([value], "<u2").view(name), tensor.dtype)[0])
    return float(value)
