"""Checkpoints: found, told apart by version, and read by their headers. Nothing is ever unpickled."""

from __future__ import annotations

from labjournal.checkpoints.checksums import checksums
from labjournal.checkpoints.find import Found, Seen, full_hash, inspect, quick_hash, scan
from labjournal.checkpoints.names import Counter, Position, by_word, counted, position
from labjournal.checkpoints.tensors import TensorInfo, is_empty_state, tensor_names

__all__ = [
    "Counter",
    "Found",
    "Position",
    "Seen",
    "TensorInfo",
    "by_word",
    "checksums",
    "counted",
    "full_hash",
    "inspect",
    "is_empty_state",
    "position",
    "quick_hash",
    "scan",
    "tensor_names",
]
