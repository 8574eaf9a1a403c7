"""What an audit says, and the rule by which a printed number is excused.

Nothing is accused that rounding explains, nor cutting digits off, nor a percentage read as a fraction.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

Weight = Literal["high", "medium", "low"]
WEIGHTS: tuple[Weight, ...] = ("high", "medium", "low")
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that does not agree, or that should not be read as it is written.

    ``weight`` says how sure it is that something is wrong: high for a contradiction in the numbers themselves, medium
    for what is true and misleads, low for what is worth a look.
    """

    path: str
    line: int | None
    kind: str
    printed: float | int | str
    computed: float | int | str | None
    weight: Weight
    message: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def order(items: list[Item]) -> list[Item]:
    """By file and line, the surest first on one line; each thing once."""
    unique = {(item.path, item.line, item.kind, str(item.printed), item.message): item for item in items}
    return sorted(
        unique.values(),
        key=lambda item: (item.path, item.line or 0, WEIGHTS.index(item.weight), item.kind, item.message),
    )


def explained(printed: float, digits: int, low: float, high: float | None = None) -> bool:
    """Whether a value between ``low`` and ``high`` can have been printed so: rounded, or cut off after ``digits``.

    Args:
        printed: the number as shown, a fraction or a percentage.
        digits: decimals it was shown with.
        low: the true value, or the least it can be.
        high: the most it can be; None for exactly ``low``.
    """
    top = low if high is None else high
    if _fits(printed, digits, low, top):
        return True
    if abs(printed) > 1 >= abs(top):
        return _fits(printed / 100, digits + 2, low, top)
    return abs(printed) <= 1 < abs(low) and _fits(printed * 100, digits - 2, low, top)


def _fits(value: float, digits: int, low: float, high: float) -> bool:
    if not (math.isfinite(value) and math.isfinite(low) and math.isfinite(high)):
        return True
    unit = 10.0 ** -max(min(digits, 300), -300)
    slack = SLACK * max(1.0, abs(value)) + 1e-12
    rounded = low - unit / 2 - slack <= value <= high + unit / 2 + slack
    cut = value >= 0 and value <= high + slack and low < value + unit + slack
    return rounded or cut
