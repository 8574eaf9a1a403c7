"""Rules that end a trial early, over the curve of a metric; pure functions of steps and values.

patience(val/loss, 5)             no better value in the last 5 points; patience(val/loss, 5, 0.001): by 0.001 at least
plateau(train/loss, 20, 1e-4)     over the last 20 points the slope per point is below 1e-4 of the level
above(loss, 10), below(acc, 0.1)  the last value is, or is not a number
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from labjournal import stats
from labjournal.errors import InputError

_CALL = re.compile(r"\s*(\w+)\s*\(([^()]*)\)\s*\Z")
_HINT = 'Rules: "patience(val/loss, 5)", "plateau(loss, 20, 1e-4)", "above(loss, 10)", "below(acc, 0.1)".'
_ARGUMENTS = {"patience": (1, 2), "plateau": (1, 2), "above": (1, 1), "below": (1, 1)}


class Rule(NamedTuple):
    """One rule over one curve."""

    kind: str
    metric: str
    numbers: tuple[float, ...]
    higher_is_better: bool = False

    def why(self, steps: Sequence[int], values: Sequence[float]) -> str | None:
        """Why the trial should end now, in words; None while it may go on."""
        if not values:
            return None
        last = values[-1]
        if self.kind in ("above", "below"):
            beyond = not last <= self.numbers[0] if self.kind == "above" else not last >= self.numbers[0]
            return f"{self.metric} is {last:.6g} at step {steps[-1]}" if beyond else None
        if self.kind == "plateau":
            return self._plateau(values)
        return self._patience(steps, values)

    def _patience(self, steps: Sequence[int], values: Sequence[float]) -> str | None:
        points, least = int(self.numbers[0]), self.numbers[1] if len(self.numbers) > 1 else 0.0
        sign = -1.0 if self.higher_is_better else 1.0
        best, at = math.inf, -1
        for index, value in enumerate(values):
            if sign * value < best - least or (at < 0 and value == value):
                best, at = sign * value, index
        waited = len(values) - 1 - at
        if waited < points:
            return None
        if at < 0:
            return f"{self.metric} was not a number in {len(values)} points"
        return f"{self.metric} was best at step {steps[at]} ({sign * best:.6g}), {waited} points ago"

    def _plateau(self, values: Sequence[float]) -> str | None:
        points, limit = int(self.numbers[0]), self.numbers[1] if len(self.numbers) > 1 else 1e-4
        tail = values[-points:]
        if len(tail) < points or any(value != value for value in tail):
            return None
        centre, level = (points - 1) / 2, math.fsum(tail) / points
        spread = math.fsum((at - centre) ** 2 for at in range(points))
        slope = math.fsum((at - centre) * (value - level) for at, value in enumerate(tail)) / spread
        scale = abs(level) or 1.0
        if abs(slope) >= limit * scale:
            return None
        return f"{self.metric} changes by {slope:.2g} a point over the last {points} points, at {level:.6g}"


def parse(text: str, direction: str | None = None) -> Rule:
    """Read a rule. ``direction``: which way the metric is better, where somebody said so. Raises InputError."""
    match = _CALL.match(text)
    parts = [part.strip() for part in match[2].split(",")] if match else []
    kind = match[1].lower() if match else ""
    if kind not in _ARGUMENTS or len(parts) < 2 or not parts[0]:
        raise InputError(f"--stop {text!r} is no rule.", _HINT)
    least, most = _ARGUMENTS[kind]
    try:
        numbers = tuple(float(part) for part in parts[1:])
    except ValueError:
        raise InputError(f"--stop {text!r}: {parts[1]!r} is no number.", _HINT) from None
    if not least <= len(numbers) <= most:
        raise InputError(f"--stop {text!r}: {kind} takes {least} to {most} numbers.", _HINT)
    if kind in ("patience", "plateau") and not (numbers[0] >= (1 if kind == "patience" else 2) and numbers[0] % 1 == 0):
        raise InputError(f"--stop {text!r}: so many points are none.", _HINT)
    known = direction or stats.metric_of(parts[0]).direction
    if kind == "patience" and known is None:
        raise InputError(f"--stop {text!r}: is {parts[0]} better when higher or lower?", "Say it with --direction.")
    return Rule(kind, parts[0], numbers, known == "higher")
