"""What the metrics of a study mean: direction and unit as ``study.toml`` says, over those of the journal."""

from __future__ import annotations

from labjournal.compare import measure
from labjournal.compare.measure import Values
from labjournal.config import Config, OwnMetricConfig
from labjournal.studies.protocol import Study


def values_of(study: Study, config: Config) -> Values:
    return measure.values_of(with_metrics(study, config))


def with_metrics(study: Study, config: Config) -> Config:
    """The configuration with the study's metrics and data sets."""
    known = dict(config.results.metric)
    for metric in study.metrics:
        before = known.get(metric.name, OwnMetricConfig())
        known[metric.name] = before._replace(
            direction=metric.direction or before.direction, unit=metric.unit or before.unit
        )
    results = config.results._replace(metric=known)
    return config._replace(results=results, datasets={**config.datasets, **study.datasets})
