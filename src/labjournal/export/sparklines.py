"""The main curves of a run as one line of text each: shape, first and last value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from labjournal import format as fmt
from labjournal.model import SeriesInfo
from labjournal.store import Store

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

WIDTH = 32
"""Signs of a line; a phone shows as many."""
_MOST = 4
_BARS = "▁▂▃▄▅▆▇█"
_NOT_FINITE = "×"
_MAIN = (r"loss|nll|perplexity", r"acc|auc|f1|sic|map|iou|bleu|psnr|score|reward", r"err|mse|mae|wer")
_ASIDE = re.compile(r"^(?:watch|system|lr|learning_rate|grad|time|epoch)|/(?:lr|epoch|grad_norm|time)\b", re.IGNORECASE)


def of_run(store: Store, run: str) -> Iterator[str]:
    """A list item for each of the main curves. One that never moves, as a weight of the loss, makes room for others."""
    still: list[str] = []
    told = 0
    for info in main_curves(store.series_list(run)):
        data = store.series(info.key)
        if data is None or len(data.values) < 2:
            continue
        ends = f"{fmt.number(float(data.values[0]))} → {fmt.number(float(data.values[-1]))}"
        points = fmt.plural(len(data.values), "point")
        line = f"- {fmt.markdown(info.key.name)} `{sparkline(data.values)}` {ends}, {points}"
        if (data.values == data.values[0]).all():
            still.append(line)
            continue
        yield line
        told += 1
        if told == _MOST:
            return
    if not told:
        yield from still[:_MOST]


def main_curves(infos: Sequence[SeriesInfo]) -> list[SeriesInfo]:
    """Losses before scores before errors; what only tells how the run went along is left out."""
    ranked = [(_rank(info.key.name), info.key.name, info) for info in infos if not _ASIDE.search(info.key.name)]
    return [info for _, _, info in sorted(ranked, key=lambda item: item[:2])]


def _rank(name: str) -> int:
    return next((i for i, words in enumerate(_MAIN) if re.search(words, name, re.IGNORECASE)), len(_MAIN))


def sparkline(values: Sequence[float] | npt.NDArray[np.float64], width: int = WIDTH) -> str:
    """Means of equal parts of the curve between its smallest and its largest; a part without a finite value is ×."""
    import numpy as np

    whole = np.asarray(values, dtype=np.float64)
    means = [_mean(part) for part in np.array_split(whole, min(width, len(whole)))] if len(whole) else []
    known = [mean for mean in means if mean is not None]
    if not known:
        return _NOT_FINITE * len(means)
    low, high = min(known), max(known)
    return "".join(_NOT_FINITE if mean is None else _bar(mean, low, high) for mean in means)


def _bar(value: float, low: float, high: float) -> str:
    span = high / 2 - low / 2  # halves: the whole of it may be more than a float holds
    return _BARS[round((value / 2 - low / 2) / span * (len(_BARS) - 1)) if span > 0 else 0]


def _mean(part: npt.NDArray[np.float64]) -> float | None:
    finite = part[abs(part) < math.inf]
    return float((finite / len(finite)).sum()) if len(finite) else None
