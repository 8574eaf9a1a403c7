"""Toys of `labjournal log`: values drawn under a hypothesis, the law they should follow, and an observation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.stats import Law, ToyReport

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")


def read(path: Path) -> list[float]:
    """The values of a file: a ``.npy`` of one axis, else one number a line, under a heading if there is one.

    Raises InputError with the number of a line that holds none or several.
    """
    try:
        if path.suffix == ".npy":
            import numpy as np

            array = np.load(path, allow_pickle=False)
            if array.ndim != 1:
                raise InputError(f"{path} holds {array.ndim} axes; toys are one list of values.")
            return [float(value) for value in array]
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    values = []
    for number, line in enumerate(lines, 1):
        found = _NUMBER.findall(line)
        if len(found) == 1 and _NUMBER.sub("", line).strip(" ,;") == "":
            values.append(float(found[0]))
        elif line.strip() and not (number == 1 and not found) and not line.startswith("#"):
            raise InputError(f"{path}, line {number}: one number a line is read here.", "A .npy file is read as well.")
    return values


def metrics(name: str, observed: float | None, report: ToyReport) -> dict[str, float]:
    """What becomes of them: the observation, its p by the law and by the toys, and how well the toys fit the law."""
    found = {
        name: observed,
        f"{name}_p": report.law_p,
        f"{name}_p_toys": report.toys_p.value if report.toys_p else None,
        f"{name}_toys_ks": report.distance,
        f"{name}_toys_ks_p": report.ks_p,
        f"{name}_toys_mean": report.mean,
        f"{name}_toys_sd": report.sd,
    }
    return {key: value for key, value in found.items() if value is not None}


def sentence(name: str, observed: float | None, law: Law | None, report: ToyReport) -> str:
    """``T 131.2: p 0.020 by chi2(100), 0.018 [.011 .027] of 1,000 toys. The toys: mean 99.9, …``."""
    from labjournal import format as fmt

    parts = []
    if observed is not None and report.toys_p is not None:
        by_law = f"{fmt.p_value(report.law_p)} by {law.text}, " if law is not None and report.law_p is not None else ""
        share = report.toys_p
        beyond = fmt.measured(
            share.value, share.low, share.high, is_rate=True, numerator=round((share.value or 0) * report.n),
            denominator=report.n,
        )  # fmt: skip
        parts.append(f"{name} {fmt.number(observed)}: {by_law}{beyond} of {fmt.count(report.n)} toys are as large")
    spread = f"mean {fmt.number(report.mean)}, scatter {fmt.number(report.sd)}"
    if law is not None and report.ks_p is not None:
        word = "differ from" if report.ks_p < 0.05 else "are not shown to differ from"
        distance = f"distance {fmt.number(report.distance)}, {fmt.p_value(report.ks_p)}"
        spread += f"; they {word} {law.text} (Kolmogorov and Smirnov: {distance})"
    return ". ".join([*parts, f"{fmt.count(report.n)} toys: {spread}"]) + "."


def observed_of(words: Mapping[str, tuple[float, int | None]]) -> tuple[str, float | None]:
    """The one statistic that is named, with its observed value. Raises InputError for another number of them."""
    if len(words) != 1:
        raise InputError("Which statistic?", "labjournal log T=131.2 --toys FILE --law 'chi2(100)'")
    ((name, (value, _)),) = words.items()
    return name, None if value != value else value
