"""Exponential smoothing of a curve, in numpy blocks and continued where it stopped."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# So many values stay in a core's own cache for all passes over them. Not as a matrix product: on two busy cores its
# threads made the first draw of 20 x 50,000 points cost 149 ms of CPU.
_BLOCK = 16_384
_FEW = 32
_NOTHING = 1e-300


class Ema:
    """An exponential moving average without the start's bias, as TensorBoard draws it.

    ``s_t = w s_{t-1} + (1 - w) y_t``, shown as ``s_t / (1 - w^t)``, ``t`` counting finite values only: NaN and Inf
    pass through and leave the average as it is.
    """

    def __init__(self, weight: float) -> None:
        """Start an average.

        Args:
            weight: How much the past counts, 0 (not at all) to below 1.
        """
        self.weight = weight
        self._carry = 0.0
        self._count = 0
        self._unbiased_from = 1 + math.ceil(math.log(1e-17) / math.log(weight)) if weight > 0 else 0

    def add(self, y: Floats) -> Floats:
        """The smoothed curve at the next values, of the same length."""
        finite = np.isfinite(y)
        values = y if finite.all() else y[finite]
        if not values.size:
            return y.copy()
        summed = _decaying_sum(values * (1 - self.weight), self.weight, self._carry)
        self._carry = float(summed[-1])
        # Once the start's share is below a float's precision there is no bias left to take out.
        biased = min(values.size, max(0, self._unbiased_from - self._count))
        counts = np.arange(self._count + 1, self._count + biased + 1)
        summed[:biased] /= 1 - self.weight**counts
        self._count += values.size
        if values is y:
            return summed
        out = y.copy()
        out[finite] = summed
        return out


def _decaying_sum(values: Floats, weight: float, carry: float) -> Floats:
    """``s_t = weight * s_{t-1} + values_t`` with ``s_{-1} = carry``; ``values`` are used up."""
    if values.size <= _FEW:
        for at, value in enumerate(values.tolist()):
            carry = weight * carry + value
            values[at] = carry
        return values
    reach = min(values.size, _BLOCK, math.ceil(math.log(_NOTHING) / math.log(weight)) if weight > 0 else 1)
    powers = weight ** np.arange(1, reach + 1)
    room = np.empty(min(values.size, _BLOCK))
    for start in range(0, values.size, _BLOCK):
        block = values[start : start + _BLOCK]
        reach, factor = 1, weight
        while reach < block.size and factor > _NOTHING:
            # After each pass a value has taken in twice as many before it.
            block[reach:] += np.multiply(block[:-reach], factor, out=room[: block.size - reach])
            reach, factor = 2 * reach, factor * factor
        head = block[: powers.size]
        head += carry * powers[: head.size]
        carry = float(block[-1])
    return values
