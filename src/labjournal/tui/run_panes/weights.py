"""How far each module moved per step, as heat over the steps: bright moves, ``0 exactly`` stands still.

|dW|/|W| below a millionth is as good as nothing, above a percent is a lot: the five levels lie between.
"""

from __future__ import annotations

from labjournal import format, tags
from labjournal.model import Level, SeriesInfo
from labjournal.tui.panels import quantity_of, short_modules, speaks_of
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, cut_middle, fill_line, line_width, pad, paragraph
from labjournal.tui.theme import HEAT
from labjournal.tui.widgets.small_signs import heat

_ENDS = ("1e-6", "1e-2")
_LOW, _HIGH = map(float, _ENDS)
_SAID = 10
"""Cells of the last value."""
_MOST_NAME = 28
_TITLE = "module"


def _modules(seen: Seen) -> list[tuple[str, SeriesInfo]]:
    found = [(info, quantity_of(info.key.tag)) for info in seen.view.infos]
    return [(q[1], info) for info, q in found if q is not None and q[0] == tags.UPDATE_RATIO]


def _accused(seen: Seen, modules: list[str]) -> set[str]:
    alarms = [one for one in seen.open if one.level is Level.ALARM]
    return {module for module in modules if any(speaks_of(one, module) for one in alarms)}


def lines(seen: Seen, width: int) -> list[Line]:
    """A line a module, the accused first; then what is frozen, because what does not train is not drawn."""
    modules = _modules(seen)
    if not modules:
        watch = "" if seen.view.run.watch == "watched" else seen.view.run.watch
        told = format.visible(watch) or "no step was looked at yet"
        return [*paragraph(told[:1].upper() + told[1:] + ".", width, "muted"), *_frozen(seen, width)]
    short = short_modules([module for module, _ in modules])
    accused = _accused(seen, list(short))
    modules.sort(key=lambda pair: (pair[0] not in accused, pair[0]))
    most = min(_MOST_NAME, max(11, width - _SAID - 20))
    names = min(most, max(len(_TITLE), *map(len, short.values())) + 3)
    span = max(4, width - names - _SAID - 2)
    first, last = _range(modules)
    drawn: list[Line] = [_head(names, span, seen)]
    for module, info in modules:
        curve = seen.book.curve(info.key)
        now = float(curve.values[-1]) if len(curve) else float("nan")
        bad = module in accused or now == 0
        said = format.missing() if not len(curve) else "0 exactly" if now == 0 else format.small(now)
        name = pad(" " + cut_middle(format.visible(short[module]), names - 2, seen.glyphs.ellipsis), names)
        drawn.append(
            [
                (name, "b alarm" if bad else "muted"),
                *heat(curve.steps, curve.values, (first, last), (_LOW, _HIGH), span, seen.glyphs),
                (pad(said, _SAID + 1, right=True), "alarm" if bad else "muted"),
            ]
        )
    return [*drawn, *_frozen(seen, width)]


def _head(names: int, span: int, seen: Seen) -> Line:
    """Titles, and over the heat which sign is how much."""
    signs = list(zip(seen.glyphs.heat, HEAT, strict=True))
    scale: Line = [(f"{_ENDS[0]} ", "muted"), *signs, (f" {_ENDS[1]}", "muted")]
    fitting = fill_line(scale if line_width(scale) <= span else signs[:span], span)
    return [(pad(f" {_TITLE}", names), "muted"), *fitting, (pad("last", _SAID + 1, right=True), "muted")]


def _range(modules: list[tuple[str, SeriesInfo]]) -> tuple[float, float]:
    return float(min(info.first_step for _, info in modules)), float(max(info.last_step for _, info in modules))


def _frozen(seen: Seen, width: int) -> list[Line]:
    model = seen.view.model
    if model is None or not model.frozen:
        return []
    share = format.percent(model.frozen / model.parameters)
    told = f"frozen: {format.count(model.frozen)} of {format.count(model.parameters)} parameters ({share})"
    return paragraph(told, width, "muted")


def state(seen: Seen) -> str:
    """What the heat shows, and over which steps."""
    modules = _modules(seen)
    if not modules:
        return ""
    first, last = _range(modules)
    return f"|dW|/|W|, steps {first:,.0f} to {last:,.0f}"


def words(seen: Seen) -> str:
    """Who moves and who does not."""
    modules = _modules(seen)
    if not modules:
        return f"Weights: {seen.view.run.watch}."
    last = [(module, seen.book.curve(info.key).values) for module, info in modules]
    still = [module for module, values in last if values.size and values[-1] == 0]
    moving = [f"{module} {format.small(float(values[-1]))}" for module, values in last if values.size and values[-1]]
    told = [f"Weights, update per step: {format.plural(len(modules), 'module')}."]
    if still:
        told.append(f"Standing still exactly: {format.listed(still)}.")
    if moving:
        told.append(f"Moving: {format.listed(moving)}.")
    if seen.view.model is not None and seen.view.model.frozen:
        told.append(f"{format.count(seen.view.model.frozen)} parameters are frozen.")
    return " ".join(told)
