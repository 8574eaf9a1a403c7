"""Axes: round limits, round ticks, and their labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Tick:
    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values, linear or logarithmic. ``low < high``; both positive on a logarithmic axis."""

    low: float
    high: float
    log: bool = False

    @overload
    def fraction(self, value: float) -> float: ...
    @overload
    def fraction(self, value: Floats) -> Floats: ...
    def fraction(self, value: float | Floats) -> float | Floats:
        """Where a value lies, 0 at ``low`` and 1 at ``high``."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (np.log10(np.maximum(value, 1e-320)) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)

    def covers(self, low: float, high: float) -> bool:
        return self.low <= low and high <= self.high


def nice_step(span: float, parts: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that splits ``span`` into at most ``parts`` parts."""
    rough = span / max(1, parts)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    for factor in (1, 2, 5, 10):
        # The margin forgives the rounding of the division above.
        if factor * power >= rough * (1 - 1e-9):
            return factor * power
    return 10 * power


def value_axis(low: float, high: float, log: bool = False, parts: int = 4) -> Axis:
    """A round axis around values; on a logarithmic one ``low`` must be positive.

    Of wider ranges it is wider, save that a single value, which has no scale yet, gets room of its own.
    """
    if log:
        return _log_axis(low, high)
    if not math.isfinite(high - low) or high - low <= abs(high) * 1e-12:
        # One value: room around it, with zero at the bottom when the value is zero.
        # Below the smallest normal float, steps would round to nothing: such a value is drawn as zero.
        zero = abs(high) < 1e-300
        reach = 1.0 if zero else abs(high) / 10
        low, high = 0.0 if zero else low - reach, high + reach
    # To the power of ten in the step and not to the step: what 5 divides, 2 may not, and ends would come back.
    grain = 10.0 ** math.floor(math.log10(nice_step(high - low, parts)) + 1e-9)
    return Axis(math.floor(low / grain + 1e-9) * grain, math.ceil(high / grain - 1e-9) * grain)


def _log_axis(low: float, high: float) -> Axis:
    def rounded(value: float, up: bool) -> float:
        power = 10.0 ** math.floor(math.log10(value) + 1e-9)
        factors = (1.0, 2.0, 5.0, 10.0)
        at = value / power
        if up:
            return power * next(factor for factor in factors if factor >= at * (1 - 1e-9))
        return power * next(factor for factor in reversed(factors) if factor <= at * (1 + 1e-9))

    if math.log10(high / low) > 2:
        return Axis(10.0 ** math.floor(math.log10(low) + 1e-9), 10.0 ** math.ceil(math.log10(high) - 1e-9), True)
    bottom, top = rounded(low, up=False), rounded(high, up=True)
    return Axis(bottom, top if top > bottom else bottom * 10, True)


def ahead(last: float, span: float) -> float:
    """A round right end beyond the last point of a live curve, 1 to 30 % of the span ahead; it never comes back."""
    # A span at the limit of what floats can tell apart beside ``last`` has no end ahead of it.
    step = nice_step(span := max(span, abs(last) * 1e-12), 10)
    # Every other finer step divides the chosen one; 2 does not divide 5.
    steps = (step, 0.4 * step) if f"{step:e}"[0] == "5" else (step,)
    return max(math.ceil((last + span / 100) / one) * one for one in steps)


def value_ticks(axis: Axis, count: int) -> list[Tick]:
    """About ``count`` round values on the axis with labels of at most a few cells, ascending."""
    count = max(2, count)
    if axis.log:
        values = _log_values(axis, count)
        labels = [value_labels([value])[0] for value in values] if 1e-3 <= values[0] <= values[-1] < 1e3 else None
    else:
        values, labels = _linear_values(axis, count), None
    return [Tick(value, label) for value, label in zip(values, labels or value_labels(values), strict=True)]


def _linear_values(axis: Axis, count: int) -> list[float]:
    for parts in range(count - 1, count + 9):
        step = nice_step(axis.high - axis.low, parts)
        first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
        if last > first:
            return [at * step for at in range(first, last + 1)]
    # The range is too narrow around a large value for any round step.
    return [axis.low, axis.high]


def _log_values(axis: Axis, count: int) -> list[float]:
    low, high = math.log10(axis.low), math.log10(axis.high)
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    decades = [10.0**power for power in range(first, last + 1)]
    if len(decades) > count:
        stride = -(-(len(decades) - 1) // (count - 1))
        # Counted from the top, so that the largest value in sight keeps its tick.
        return decades[::-1][::stride][::-1]
    if len(decades) >= 3 or high - low > 2:
        return decades
    fine = [
        factor * 10.0**power
        for power in range(math.floor(low + 1e-9), last + 1)
        for factor in (1, 2, 5)
        if axis.low * (1 - 1e-9) <= factor * 10.0**power <= axis.high * (1 + 1e-9)
    ]
    if len(fine) <= count + 1:
        return fine
    return decades if len(decades) >= 2 else [fine[0], fine[-1]]


def value_labels(values: Sequence[float]) -> list[str]:
    """One label a tick, in one notation: 0.25, 10, 2k, 1.5M; powers of ten outside of that."""
    if not values:
        return []
    top = max(abs(value) for value in values)
    small = min((abs(value) for value in values if value), default=top)
    if top and (top < 1e-3 or top >= 1e12 or (small < 1e-3 and top / small >= 100) or top / small >= 1e6):
        return [_power(value) for value in values]
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if top >= scale:
            shown = [value / scale for value in values]
            digits = _digits(shown)
            if digits <= 2:
                return [f"{value:.{_own(value, digits)}f}{letter}" if value else "0" for value in shown]
    digits = _digits(values)
    return [f"{value:.{_own(value, digits)}f}" if value else "0" for value in values]


def _digits(values: Sequence[float]) -> int:
    """Digits after the point that tell every value exactly enough, 12 at most."""
    for digits in range(12):
        if all(abs(round(value, digits) - value) <= 1e-9 * max(abs(value), 1e-3) for value in values):
            return digits
    return 12


def _own(value: float, digits: int) -> int:
    """Trailing zeros say nothing when labels differ in length anyway (0.1, 1, 10), and help when they do not."""
    return 0 if value == round(value) and abs(value) >= 1 else digits if value else 0


def _power(value: float) -> str:
    if not value:
        return "0"
    mantissa, _, power = f"{value:.12e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    if int(power) in (0, 1) and mantissa == "1":
        return "1" if int(power) == 0 else "10"
    return f"{mantissa}e{int(power)}"


def step_ticks(axis: Axis, count: int) -> list[Tick]:
    """Round steps on the axis, whole numbers with commas; steps are integers, so no tick lies between two."""
    step = max(1.0, nice_step(axis.high - axis.low, max(1, count)))
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return [Tick(at * step, f"{at * step:,.0f}") for at in range(first, last + 1)]


def duration_ticks(axis: Axis, count: int) -> list[Tick]:
    """Round durations in seconds on the axis: 0, 30s, 5m, 1h30, 2d."""
    step = _time_step(axis.high - axis.low, count)
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return [Tick(at * step, duration_label(at * step)) for at in range(first, last + 1)]


def clock_ticks(axis: Axis, count: int, zone: tzinfo | None = None) -> list[Tick]:
    """Round local times on the axis, seconds since 1970: 14:30, from midnight on the date, below a minute seconds."""
    step = _time_step(axis.high - axis.low, count)
    start = datetime.fromtimestamp(axis.low, zone).astimezone(zone)
    offset = (start.utcoffset() or timedelta()).total_seconds()
    first, last = math.ceil((axis.low + offset) / step - 1e-9), math.floor((axis.high + offset) / step + 1e-9)
    ticks = []
    for at in range(first, last + 1):
        moment = datetime.fromtimestamp(at * step - offset, zone)
        midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
        pattern = "%d %b" if midnight or step >= 86400 else "%H:%M:%S" if step < 60 else "%H:%M"
        ticks.append(Tick(at * step - offset, moment.strftime(pattern)))
    return ticks


def _time_step(span: float, count: int) -> float:
    rough = span / max(1, count)
    if rough > _SECONDS[-1]:
        return nice_step(span / 86400, count) * 86400 if rough > 86400 else 86400.0
    if rough < 1:
        return max(1e-3, nice_step(span, count))
    return float(next(step for step in _SECONDS if step >= rough))


def duration_label(seconds: float) -> str:
    """A duration on an axis, short: 0, 0.5s, 45s, 2m, 1h30, 2d."""
    if seconds == 0:
        return "0"
    if abs(seconds) < 60:
        return f"{seconds:g}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}" if rest else f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h{minutes:02d}" if minutes else f"{hours}h"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours:02d}" if hours else f"{days}d"
