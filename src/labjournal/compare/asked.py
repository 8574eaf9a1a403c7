"""What a filter may ask of runs beyond their rows: settings, curves, and every number that was measured of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labjournal.compare.measure import Measures, base_name
from labjournal.filtering.keys import Keys
from labjournal.filtering.things import MeasuredValue, RunDetails, run_keys

if TYPE_CHECKING:
    from labjournal.config import Config
    from labjournal.model import Result
    from labjournal.store import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """Details of runs, and the keys that they answer to."""

    details: Mapping[str, RunDetails]
    numbers: tuple[str, ...] = ()
    """Settings that are numbers somewhere."""
    texts: tuple[str, ...] = ()
    """All other settings."""
    measured: tuple[str, ...] = ()
    """Metrics."""

    @classmethod
    def of(cls, details: Mapping[str, RunDetails]) -> Asked:
        """With the names found in them: of 10,000 runs looked for once, and not at every letter that is typed."""
        numbers: dict[str, None] = {}
        texts: dict[str, None] = {}
        measured: dict[str, None] = {}
        for one in details.values():
            measured.update(dict.fromkeys(value.metric for value in one.measured))
            for name, value in one.settings.items():
                (texts if isinstance(value, str) else numbers)[name] = None
        return cls(details, tuple(numbers), tuple(name for name in texts if name not in numbers), tuple(measured))

    def keys(self, rules: Sequence[str] = ()) -> Keys:
        """Keys of runs with these settings and metrics."""
        return run_keys(rules, self.numbers, self.texts, self.measured)

    def updated(self, news: Asked) -> Asked:
        """With newer details of some runs."""
        return Asked.of({**self.details, **news.details})


def details(store: Store, config: Config, runs: Collection[str] | None = None) -> Asked:
    """Of these runs, or of all. Retracted and dismissed results count for nothing."""
    settings = store.settings_of(runs)
    found = store.results() if runs is None else [one for run in runs for one in store.results(run=run)]
    by_run: dict[str, list[Result]] = {}
    for result in found:
        if result.taint is None:
            by_run.setdefault(result.subject.run, []).append(result)
    return Asked.of(
        {
            run: RunDetails(
                {name: _value(value) for name, value in values.items()},
                tuple(_measured(by_run.get(run, ()), config.results.signal)),
            )
            for run, values in settings.items()
        }
    )


def _value(value: object) -> str | float:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return value if isinstance(value, (int, float)) else str(value)


def _measured(results: Sequence[Result], signal: str | None) -> Iterable[MeasuredValue]:
    if not results:
        return
    measures = Measures(results, signal)
    for result in results:
        dataset = (result.dataset.name or result.dataset.hash or "").lower()
        for metric in measures.available:
            cell = measures.cell(result, metric)
            if cell is not None:
                name = base_name(metric) if "[" not in metric else metric
                yield MeasuredValue(name, dataset, cell.value, cell.low, cell.high, cell.n or result.n)
