"""What is compared and how it is written: each key makes the next choice from the one in force."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import get_args

from labjournal import format
from labjournal.compare import ALL, BEST, LAST, Selection, Table
from labjournal.export.style import Interval

_AT = (ALL, LAST, BEST)
_STYLES: tuple[Interval, ...] = get_args(Interval)
_STYLE_WORDS = {"range": "[low high]", "plus-minus": "half-widths", "none": "values alone"}


@dataclass(frozen=True)
class Choice:
    """A selection, and what there was to choose from when nothing was narrowed."""

    selection: Selection = field(default_factory=Selection)
    metrics: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    counts: bool = False
    """Counts in place of rates."""
    style: Interval = "range"

    def of_runs(self, runs: tuple[str, ...]) -> Choice:
        """Other runs; what was narrowed for the ones before is forgotten."""
        selection = replace(self.selection, rows=runs, baseline=None, metrics=(), datasets=())
        return replace(self, selection=selection, metrics=(), datasets=())

    def learn(self, table: Table) -> Choice:
        """Remember what there is, from a table that was not narrowed in that respect."""
        metrics = self.metrics if self.selection.metrics else tuple(column.metric for column in table.columns)
        named = tuple(dict.fromkeys(one.name for one in table.datasets if one.name))
        return replace(self, metrics=metrics, datasets=self.datasets if self.selection.datasets else named)

    def _with(self, **changed: object) -> Choice:
        return replace(self, selection=replace(self.selection, **changed))  # type: ignore[arg-type]

    def next_metric(self) -> tuple[Choice, str]:
        """The next metric in front: it is drawn on the axis."""
        known = self.selection.metrics or self.metrics
        if len(known) < 2:
            return self, "there is one metric"
        turned = (*known[1:], known[0])
        return self._with(metrics=turned), f"{turned[0]} first"

    def next_data(self) -> tuple[Choice, str]:
        """All data sets, then each alone."""
        known: tuple[tuple[str, ...], ...] = ((), *((name,) for name in self.datasets))
        now = self.selection.datasets
        chosen = known[(known.index(now) + 1) % len(known)] if now in known else ()
        return self._with(datasets=chosen), f"data set {chosen[0]}" if chosen else "all data sets"

    def next_at(self) -> tuple[Choice, str]:
        """All checkpoints, the last, the best."""
        at = _AT[(_AT.index(self.selection.at) + 1) % 3] if self.selection.at in _AT else ALL
        return self._with(at=at), f"{at} checkpoints"

    def toggled_columns(self) -> tuple[Choice, str]:
        only = not self.selection.only_changed
        return self._with(only_changed=only), "only columns that differ" if only else "all columns"

    def against(self, run: str, name: str) -> tuple[Choice, str]:
        """Hold the others against a run."""
        return self._with(baseline=run), f"held against {format.visible(name)}"

    def toggled_counts(self) -> tuple[Choice, str]:
        return replace(self, counts=not self.counts), "rates" if self.counts else "counts"

    def next_style(self) -> tuple[Choice, str]:
        """How intervals are written."""
        style = _STYLES[(_STYLES.index(self.style) + 1) % len(_STYLES)]
        return replace(self, style=style), f"intervals as {_STYLE_WORDS[style]}"

    def state(self, table: Table) -> str:
        """What the table's rule says."""
        chosen = self.selection
        names = {row.run: row.name for row in table.rows}
        parts = [format.plural(len(table.rows), "row"), chosen.datasets[0] if chosen.datasets else "all data"]
        parts.append(f"{chosen.at} checkpoints")
        if chosen.only_changed:
            parts.append("only changed")
        if chosen.baseline:
            parts.append(f"against {names.get(chosen.baseline, chosen.baseline[-6:].lower())}")
        return format.visible(" · ".join(parts))
