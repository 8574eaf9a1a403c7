"""The way of looking that charts side by side share: in words, as plain values to be remembered, smoothed more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from labjournal.tui.widgets.chart_view import ChartOptions
from labjournal.tui.widgets.curve import XAxis

SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)


def plain(options: ChartOptions, logs: Mapping[str, bool]) -> dict[str, object]:
    """What the next visit should begin with; a zoom belongs to one run and is not among it. ``logs`` by title."""
    return {
        "axis": options.axis.value,
        "smoothing": options.smoothing,
        "raw_only": options.raw_only,
        "logs": dict(logs),
    }


def recalled(options: ChartOptions, looks: Mapping[str, object]) -> ChartOptions:
    """Options as remembered; what cannot be meant is left as it is."""
    axis, smoothing = looks.get("axis"), looks.get("smoothing")
    return replace(
        options,
        axis=XAxis(axis) if axis in {one.value for one in XAxis} else options.axis,
        smoothing=float(smoothing) if isinstance(smoothing, float) and smoothing in SMOOTHINGS else options.smoothing,
        raw_only=looks.get("raw_only") is True,
    )


def recalled_logs(looks: Mapping[str, object]) -> dict[str, bool]:
    """Titles of charts with the y axis that somebody chose for them."""
    logs = looks.get("logs")
    return {str(title): bool(log) for title, log in logs.items()} if isinstance(logs, dict) else {}


def smoothed(options: ChartOptions, by: int) -> ChartOptions:
    """Options with more smoothing, or less."""
    nearest = min(range(len(SMOOTHINGS)), key=lambda at: abs(SMOOTHINGS[at] - options.smoothing))
    at = min(max(0, nearest + by), len(SMOOTHINGS) - 1)
    return replace(options, smoothing=SMOOTHINGS[at], raw_only=False)


def told(options: ChartOptions) -> str:
    """``step · raw dim, ema .6 bright · zoomed``."""
    weight = "" if options.raw_only else f"{options.smoothing:g}".lstrip("0")
    look = f"raw dim, ema {weight} bright" if weight else "raw"
    zoom = " · zoomed" if options.zoom is not None else ""
    return f"{options.axis.value} · {look}{zoom}"
