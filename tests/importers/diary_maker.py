"""Diaries with known content: reports printed as scikit-learn prints them, from counts, in the styles people use."""

from __future__ import annotations

import math
from dataclasses import dataclass

LABELS = ("background", "signal")


@dataclass(frozen=True)
class Measured:
    """Right answers and events of both classes; ``unknown`` answers belong to the background."""

    right: tuple[int, int]
    support: tuple[int, int]
    unknown: int = 0

    @property
    def n(self) -> int:
        return sum(self.support)

    @property
    def accuracy(self) -> float:
        return sum(self.right) / self.n

    @property
    def answered(self) -> tuple[int, int]:
        (b, s), (nb, ns) = self.right, self.support
        return b + ns - s, s + nb - b - self.unknown

    def rows(self) -> list[tuple[float, float, float, int]]:
        found = []
        for at in (0, 1):
            k, n, answered = self.right[at], self.support[at], self.answered[at]
            found.append((k / answered if answered else 0.0, k / n, 2 * k / (n + answered), n))
        return found

    @property
    def sic(self) -> float:
        (b, s), (nb, ns) = self.right, self.support
        return (s / ns) / math.sqrt((nb - b - self.unknown) / nb)


def report(measured: Measured, header: bool = True, unknown_row: bool | None = None) -> str:
    """What ``classification_report`` prints."""
    rows = measured.rows()
    named = list(zip(LABELS, rows, strict=True))
    if measured.unknown if unknown_row is None else unknown_row:
        named.append(("unknown", (0.0, 0.0, 0.0, 0)))
    lines = ["              precision    recall  f1-score   support", ""] if header else []
    lines += [f"{name:>12}  {p:9.2f} {r:9.2f} {f:9.2f} {n:9d}" for name, (p, r, f, n) in named]
    n = measured.n
    macro = [math.fsum(row[at] for _, row in named) / len(named) for at in range(3)]
    weighted = [math.fsum(row[at] * row[3] for _, row in named) / n for at in range(3)]
    lines += ["", f"{'accuracy':>12}  {'':9} {'':9} {measured.accuracy:9.2f} {n:9d}"]
    lines += [
        f"{name:>12}  {a:9.2f} {b:9.2f} {c:9.2f} {n:9d}"
        for name, (a, b, c) in (("macro avg", macro), ("weighted avg", weighted))
    ]
    return "\n".join(lines)


def printed(measured: Measured, counts: bool = True, sic: bool = False, header: bool = True) -> str:
    """The whole output of a validation script."""
    lines = []
    if counts:
        for label, k, n in zip(LABELS, measured.right, measured.support, strict=True):
            lines.append(f"Number of correct {label} predictions: {k} out of {n}")
    lines.append(f"Validation Accuracy: {measured.accuracy!r}")
    if measured.unknown:
        lines.append(f"WARNING: Number of unknown predictions: {measured.unknown}")
    else:
        lines.append(
            "All predictions classified as 'signal' or 'background'." if counts else "Number of unknown predictions: 0"
        )
    lines.append(report(measured, header))
    if sic:
        lines.append(f"SIC: {measured.sic:.4f}")
    return "\n".join(lines)


def fenced(text: str) -> str:
    return f"```\n{text}\n```"
