"""The curves of a run as panels of charts: one a tag, and one for each quantity that the watch keeps of the modules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from labjournal import format, tags
from labjournal.checkpoints import Counter, position
from labjournal.errors import InputError
from labjournal.model import Checkpoint, Finding, Level, SeriesInfo, SeriesKey
from labjournal.tui.curve_order import in_order
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.look_of_runs import level_sign
from labjournal.tui.reading_curves import Rest, Whole
from labjournal.tui.reading_run import RunView
from labjournal.tui.theme import series_marker, series_role
from labjournal.tui.widgets.chart_lines import Mark, Threshold
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.panel import Panel
from labjournal.tui.widgets.plot import Series

_QUANTITIES = {
    tags.UPDATE_RATIO: "update |dW|/|W|",
    tags.GRAD_NORM: "gradient norm",
    tags.WEIGHT_NORM: "weight norm",
    tags.LEARNING_RATE: "learning rate",
    tags.CHANGED: "share of elements changed",
    tags.WITH_GRADIENT: "share with a gradient",
    tags.BITS: "bits of a number",
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
        if common and any(one[common].isdecimal() for one in parts):
            common -= 1  # a number alone is no name: layers.3, not 3
    return {module: ".".join(one[common:]) for module, one in zip(modules, parts, strict=True)}


class CurveBook:
    """Curves of one run that were read so far."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._curves: dict[SeriesKey, Curve] = {}
        self._tails: dict[SeriesKey, tuple[Curve, ...]] = {}
        self._totals: dict[SeriesKey, int] = {}

    def curve(self, key: SeriesKey) -> Curve:
        """The curve, empty until it is read; a long one in short until all of it is."""
        return self._curves.setdefault(key, Curve())

    def take_in_short(self, found: Mapping[SeriesKey, Curve]) -> None:
        """Take in long curves of which nothing is known yet, in short."""
        self._curves.update(found)

    @property
    def dead_points(self) -> int:
        """Points that a later attempt replaced, of the longest curve read: every curve of a script has as many."""
        return max((sum(map(len, tails)) for tails in self._tails.values()), default=0)

    def total(self, key: SeriesKey) -> int:
        """How many points are known of it."""
        return self._totals.get(key, 0)

    def take(self, news: Mapping[SeriesKey, Whole | Rest]) -> bool:
        """Take in news; True when curves began anew, so that panels must be made again."""
        again = False
        for key, found in news.items():
            if isinstance(found, Whole):
                self._curves[key], self._tails[key] = found.curve, found.tails
                self._totals[key] = found.count
                again = True
            else:
                self.curve(key).extend(found.steps, found.values, found.walls)
                self._totals[key] = self.total(key) + len(found.steps)
        return again

    def series(self, key: SeriesKey, name: str, number: int) -> Series:
        """The curve as a series of a chart."""
        return Series(
            f"{key.run}/{key.name}",
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
    """Title of each panel and its curves, what a run is judged by first."""
    own = [info.key for info in infos if quantity_of(info.key.tag) is None]
    panels: dict[str, tuple[SeriesKey, ...]] = {key.name: (key,) for key in own}
    for quantity, title in _QUANTITIES.items():
        keys = [info.key for info in infos if (found := quantity_of(info.key.tag)) and found[0] == quantity]
        if keys:
            panels[title] = tuple(keys[:_MOST_MODULES])
    order = in_order(panels, {title: quantity for quantity, title in _QUANTITIES.items()})
    return {title: panels[title] for title in order}


@dataclass(frozen=True)
class Guest:
    """Another run laid over the charts."""

    name: str
    run: str
    book: CurveBook


def panel(
    title: str,
    keys: Sequence[SeriesKey],
    book: CurveBook,
    view: RunView,
    glyphs: Glyphs,
    guests: Sequence[Guest] = (),
) -> Panel:
    """The panel of some curves, with what happened marked on its axis and what was expected as levels.

    Guests are drawn where the panel is one curve: modules of several runs in one chart nobody could tell apart.
    """
    names = short_modules([found[1] for key in keys if (found := quantity_of(key.tag))])
    series = []
    for number, key in enumerate(keys):
        found = quantity_of(key.tag)
        name = names[found[1]] if found else view.run.name if guests else key.name
        series.append(book.series(key, name, number))
    if len(keys) == 1:
        for number, guest in enumerate(guests, 1):
            theirs = replace(keys[0], run=guest.run)
            if len(guest.book.curve(theirs)):
                series.append(guest.book.series(theirs, guest.name, number))
    return Panel(
        title,
        tuple(series),
        wants_log(series),
        tuple(_marks(view, glyphs, book.curve(keys[0]))),
        tuple(thresholds(title, keys, view)),
        alarming=any(_accuses(one, keys, names) for one in view.findings),
    )


def _accuses(finding: Finding, keys: Sequence[SeriesKey], modules: Mapping[str, str]) -> bool:
    if finding.level is not Level.ALARM or finding.acknowledged is not None:
        return False
    return any(speaks_of(finding, module) for module in modules) or any(key.name == finding.subject for key in keys)


def _marks(view: RunView, glyphs: Glyphs, curve: Curve) -> list[Mark]:
    """Checkpoints, then findings over them."""
    places = [step_saved(one, curve) for one in view.checkpoints]
    marks = [Mark(step, glyphs.marked, "accent", "checkpoint") for step in places if step is not None]
    for one in view.findings:
        if one.step is not None and one.level is not Level.NOTICE:
            sign, role = level_sign(one.level, glyphs)
            marks.append(Mark(one.step, sign[:1], role, one.rule, urgent=True))
    return marks


def step_saved(one: Checkpoint, curve: Curve) -> int | None:
    """The step at which a checkpoint was saved: by its name when that counts steps, else by the time it was written.

    A name often counts epochs, or something it does not say: ``ckpt_005.pt``.
    """
    if position(one.path).counter is Counter.STEP:
        return one.step
    before = np.flatnonzero(curve.walls <= one.written_at.timestamp())
    return int(curve.steps[before[-1]]) if len(before) else None


def thresholds(title: str, keys: Sequence[SeriesKey], view: RunView) -> list[Threshold]:
    """Levels to hold a curve against: what was expected, the share of the majority, the limit of a check."""
    found = [
        Threshold(value, f"expected {compare} {format.number(value)}", "accent")
        for text in view.run.expect
        for name, compare, value in _limits(text)
        if name.lower() in (title.lower(), title.lower().rpartition("/")[2])
    ]
    if "acc" in title.lower():
        shares = {one.majority for one in view.measured if one.majority is not None and one.taint is None}
        if len(shares) == 1:
            share = shares.pop()
            found.append(Threshold(share, f"majority {format.rate(share)}", "muted"))
    names = {key.name for key in keys}
    for one in view.findings:
        limit = one.evidence.get("limit")
        if one.subject in names and isinstance(limit, int | float) and math.isfinite(limit):
            found.append(Threshold(float(limit), f"limit of {one.rule}", "warning"))
    return found


def _limits(text: str) -> list[tuple[str, str, float]]:
    """(metric, sign, number) of each relation of an expectation that holds a metric against a constant."""
    from labjournal.judging import grammar, syntax

    try:
        relations = grammar.parse(text).relations
    except InputError:  # said by another version, or by hand: its verdict says so already
        return []
    found = []
    for one in relations:
        if isinstance(one.left, syntax.Value) and isinstance(one.right, syntax.Number):
            found.append((one.left.name, one.compare, one.right.value))
        elif isinstance(one.right, syntax.Value) and isinstance(one.left, syntax.Number):
            found.append((one.right.name, one.compare.translate(str.maketrans("<>", "><")), one.left.value))
    return found


def wants_log(series: Sequence[Series]) -> bool:
    """Whether positive values span so much that a chart begins with a log axis."""
    limits = [found for one in series if (found := one.curve.limits()) is not None]
    low, high = min((low for low, _ in limits), default=0.0), max((high for _, high in limits), default=0.0)
    return low > 0 and high > low * _LOG_FROM
