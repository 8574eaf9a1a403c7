"""CRC-32C as event files use it: of one record by the C library, of a hundred thousand by table look-ups.

A CRC is linear over xor: two equally long records differ in their CRC by the xor of what their differing
bytes contribute, and a byte's contribution depends only on its value and on how many bytes follow it.
"""

from __future__ import annotations

import functools

import google_crc32c
import numpy as np
from numpy.typing import NDArray

UInt8s = NDArray[np.uint8]
UInt32s = NDArray[np.uint32]

REACH = 640
"""Longest record, in bytes, whose CRC is taken by table look-ups (640 KiB of tables)."""

SHORT = 1 << 16
"""Payload lengths below this have their header checksum in `short_headers`."""


def crc32c(data: UInt8s | bytes) -> int:
    """CRC-32C by the C library, which takes a contiguous uint8 array without a copy (but no memoryview)."""
    crc: int = google_crc32c.value(data)
    return crc


def masked(crc: int) -> int:
    """The form in which records store a CRC (tensorflow/core/lib/hash/crc32c.h, Mask)."""
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def masked_all(crcs: UInt32s) -> UInt32s:
    """`masked` for an array."""
    turned = (crcs >> np.uint32(15)) | (crcs << np.uint32(17))
    return turned + np.uint32(0xA282EAD8)


def matches(payload: UInt8s, stored: int) -> bool:
    """Whether ``stored`` is the masked CRC of ``payload``."""
    return masked(crc32c(payload)) == stored


@functools.cache
def contributions() -> UInt32s:
    """Shape (REACH, 256): what byte b, followed by d more bytes, adds to a CRC, at [d, b]."""
    zero = crc32c(b"\0")
    table = np.empty((REACH, 256), np.uint32)
    first = np.array([crc32c(bytes([b])) ^ zero for b in range(256)], np.uint32)
    table[0] = first
    for distance in range(1, REACH):
        before = table[distance - 1]
        table[distance] = (before >> np.uint32(8)) ^ first[before & np.uint32(255)]
    return table


def _length_crcs(shift: int) -> UInt32s:
    """CRC of the eight length bytes holding ``n << shift``, for n in 0..65535, by doubling (it is affine)."""
    zero = crc32c(bytes(8))
    table = np.array([zero], np.uint32)
    for bit in range(16):
        table = np.concatenate([table, table ^ np.uint32(crc32c((1 << (bit + shift)).to_bytes(8, "little")) ^ zero)])
    return table


@functools.cache
def short_headers() -> UInt32s:
    """Masked CRC of the eight length bytes, for every payload length below SHORT."""
    return masked_all(_length_crcs(0))


@functools.cache
def _halves() -> tuple[UInt32s, UInt32s]:
    return _length_crcs(0), _length_crcs(16) ^ np.uint32(crc32c(bytes(8)))


def header_crcs(lengths: NDArray[np.uint64]) -> UInt32s:
    """Masked CRCs of the eight length bytes of payload lengths below 2**32."""
    low, high = _halves()
    return masked_all(low[lengths & np.uint64(0xFFFF)] ^ high[lengths >> np.uint64(16)])


def header_crc(length: int) -> int:
    """Masked CRC of the eight bytes of any payload length."""
    if length < SHORT:
        return int(short_headers()[length])
    return masked(crc32c(length.to_bytes(8, "little")))
