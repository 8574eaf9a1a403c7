"""The curves of a run as panels of charts: one a tag, and one for each quantity that the watch keeps of the modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from labjournal import tags
from labjournal.model import Checkpoint, Finding, Level, SeriesInfo, SeriesKey
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.look_of_runs import level_sign
from labjournal.tui.reading_run import Points
from labjournal.tui.theme import series_marker, series_role
from labjournal.tui.widgets.chart_grid import Panel
from labjournal.tui.widgets.chart_lines import Mark
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.plot import Series

_QUANTITIES = {
    tags.UPDATE_RATIO: "update |dW|/|W|",
    tags.GRAD_NORM: "gradient norm",
    tags.WEIGHT_NORM: "weight norm",
    tags.LEARNING_RATE: "learning rate",
}
_MOST_MODULES = 8
_LOG_FROM = 30.0
"""Largest over smallest positive value from which a chart begins with a log axis."""


def quantity_of(tag: str) -> tuple[str, str] | None:
    """(quantity, module) of a watch curve; None for a curve of the script's own."""
    for quantity in _QUANTITIES:
        if tag.startswith(f"{quantity}/"):
            return quantity, tag.removeprefix(f"{quantity}/")
    return None


def short_modules(modules: Sequence[str]) -> dict[str, str]:
    """Names of modules without the parts that all of them begin with: ``model.lora.q`` is ``lora.q`` beside others."""
    parts = [module.split(".") for module in modules]
    common = 0
    if len(parts) > 1:
        while all(len(one) > common + 1 and one[common] == parts[0][common] for one in parts):
            common += 1
    return {module: ".".join(one[common:]) for module, one in zip(modules, parts, strict=True)}


class CurveBook:
    """Curves of one run that were read so far."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._curves: dict[SeriesKey, Curve] = {}
        self._tails: dict[SeriesKey, tuple[Curve, ...]] = {}
        self._totals: dict[SeriesKey, int] = {}

    def curve(self, key: SeriesKey) -> Curve:
        """The curve, empty until it is read."""
        return self._curves.setdefault(key, Curve())

    def totals(self, keys: Iterable[SeriesKey]) -> dict[SeriesKey, int]:
        """How many points are known of each."""
        return {key: self._totals.get(key, 0) for key in keys}

    def take(self, news: Mapping[SeriesKey, Points]) -> bool:
        """Take in news; True when curves began anew, so that panels must be made again."""
        again = False
        for key, points in news.items():
            first = not self._totals.get(key)
            self._totals[key] = points.total
            if points.fresh and not first:
                self._curves[key] = Curve(points.steps, points.values, points.walls)
                again = True
            else:
                self.curve(key).extend(points.steps, points.values, points.walls)
            if points.fresh:
                tails = tuple(Curve(steps, values, walls) for steps, walls, values in points.tails)
                again = again or bool(tails)
                self._tails[key] = tails
        return again

    def series(self, key: SeriesKey, name: str, number: int) -> Series:
        """The curve as a series of a chart."""
        return Series(
            key.name,
            name,
            self.curve(key),
            series_role(number),
            series_marker(number, self._glyphs.markers),
            self._tails.get(key, ()),
        )


def speaks_of(finding: Finding, module: str) -> bool:
    """Whether a finding is about a module, or about one that it is part of."""
    return module == finding.subject or module.startswith(f"{finding.subject}.")


def arrange(infos: Sequence[SeriesInfo]) -> dict[str, tuple[SeriesKey, ...]]:
    """Title of each panel and its curves: losses and accuracies first, then what else there is, then the watch's."""
    own = [info.key for info in infos if quantity_of(info.key.tag) is None]
    panels: dict[str, tuple[SeriesKey, ...]] = {key.name: (key,) for key in sorted(own, key=_interest)}
    for quantity, title in _QUANTITIES.items():
        keys = [info.key for info in infos if (found := quantity_of(info.key.tag)) and found[0] == quantity]
        if keys:
            panels[title] = tuple(keys[:_MOST_MODULES])
    return panels


def _interest(key: SeriesKey) -> tuple[int, str]:
    name = key.name.lower()
    for rank, words in enumerate((("train/loss", "loss/train"), ("loss",), ("acc", "auc", "f1"))):
        if any(word in name for word in words):
            return rank, name
    return 9, name


def panel(
    title: str,
    keys: Sequence[SeriesKey],
    book: CurveBook,
    findings: Sequence[Finding],
    checkpoints: Sequence[Checkpoint],
    glyphs: Glyphs,
) -> Panel:
    """The panel of some curves, with what happened marked on its axis."""
    names = short_modules([found[1] for key in keys if (found := quantity_of(key.tag))])
    series = []
    for number, key in enumerate(keys):
        found = quantity_of(key.tag)
        series.append(book.series(key, names[found[1]] if found else key.name, number))
    marks = [Mark(one.step, glyphs.marked, "accent", "checkpoint") for one in checkpoints if one.step is not None]
    for one in findings:
        if one.step is not None and one.level is not Level.NOTICE:
            sign, role = level_sign(one.level, glyphs)
            marks.append(Mark(one.step, sign[:1], role, one.rule))
    alarming = any(one.level is Level.ALARM and speaks_of(one, module) for one in findings for module in names)
    return Panel(title, tuple(series), _wants_log(series), tuple(marks), alarming=alarming)


def _wants_log(series: Sequence[Series]) -> bool:
    low, high = np.inf, 0.0
    for one in series:
        values = one.curve.values[np.isfinite(one.curve.values)]
        if not values.size:
            continue
        if values.min() <= 0:
            return False
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    return bool(high > low * _LOG_FROM)
