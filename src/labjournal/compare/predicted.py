"""From per-event predictions to counts and metrics: what `labjournal log --predictions` states."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal import stats
from labjournal.errors import InputError
from labjournal.model import Counts
from labjournal.parsers.predictions import Predictions

_POSITIVE = ("signal", "sig", "positive", "pos", "true", "yes", "1")
_WORKING_POINTS = (0.1, 0.01, 0.001)
"""False-positive rates at which the efficiency is read off, where at least one negative makes up such a rate."""


def positive_class(labels: Sequence[str], signal: str | None) -> str | None:
    """The positive one of two classes: as configured, else by its name; None when nobody can say."""
    classes = sorted(set(labels))
    if len(classes) != 2:
        return None
    if signal is not None and signal in classes:
        return signal
    return next((label for name in _POSITIVE for label in classes if label.lower() == name), None)


def counted(rows: Predictions) -> Counts | None:
    """The confusion matrix; an answer that is the label of no event is unknown. None without answers."""
    if rows.predictions is None:
        return None
    labels = tuple(sorted(set(rows.labels)))
    place = {label: i for i, label in enumerate(labels)}
    matrix = [[0] * len(labels) for _ in labels]
    unknown = [0] * len(labels)
    for label, answer in zip(rows.labels, rows.predictions, strict=True):
        at = place.get(answer)
        if at is None:
            unknown[place[label]] += 1
        else:
            matrix[place[label]][at] += 1
    return Counts(labels, tuple(map(tuple, matrix)), tuple(unknown))


def from_scores(rows: Predictions, signal: str | None) -> dict[str, float]:
    """Area, efficiencies at fixed false-positive rates, and the calibration error of probabilities.

    Raises InputError when it cannot be known which of the classes the score speaks for.
    """
    if rows.scores is None:
        return {}
    positive = positive_class(rows.labels, signal)
    if positive is None:
        classes = sorted(set(rows.labels))
        if rows.predictions is not None:
            return {}
        raise InputError(
            f"A score speaks for one of two classes; here are {', '.join(classes[:5])}.",
            'Name it in labjournal.toml: [results] signal = "…".',
        )
    outcome = [label == positive for label in rows.labels]
    negatives = outcome.count(False)
    found = {"auc": stats.auc(outcome, rows.scores)}
    for fpr in _WORKING_POINTS:
        if negatives * fpr >= 1:
            found[f"tpr_at_fpr_{fpr:g}"] = stats.tpr_at_fpr(outcome, rows.scores, fpr)
    if all(0 <= score <= 1 for score in rows.scores):
        found["ece"] = stats.calibration_error(outcome, rows.scores)
    return found


def area_bounds(rows: Predictions, signal: str | None) -> tuple[float, float, float] | None:
    """(lowest, mid-rank, highest) AUC of the scores over the orders of equal ones; None where none can be told."""
    positive = positive_class(rows.labels, signal)
    if rows.scores is None or positive is None:
        return None
    return stats.auc_bounds([label == positive for label in rows.labels], rows.scores)


def area_interval(rows: Predictions, signal: str | None) -> tuple[float, float] | None:
    """The interval of the area, by group where the file names groups; None where there is none."""
    positive = positive_class(rows.labels, signal)
    if rows.scores is None or positive is None:
        return None
    found = stats.auc_interval([label == positive for label in rows.labels], rows.scores, rows.groups)
    return None if found.low is None or found.high is None else (found.low, found.high)


def grouped(rows: Predictions, signal: str | None) -> tuple[int, dict[str, float]] | None:
    """How many groups the events come in, and the design effect of each share of events and of the SIC."""
    if rows.groups is None or rows.predictions is None:
        return None
    right = [label == answer for label, answer in zip(rows.labels, rows.predictions, strict=True)]
    effects = {"accuracy": stats.design_effect(right, rows.groups)}
    for label in sorted(set(rows.labels)):
        at = [i for i, known in enumerate(rows.labels) if known == label]
        effects[f"recall[{label}]"] = stats.design_effect([right[i] for i in at], [rows.groups[i] for i in at])
    positive = positive_class(rows.labels, signal)
    if positive is not None:
        ours, called = ([one == positive for one in side] for side in (rows.labels, rows.predictions))
        effects["sic"] = stats.sic_design_effect(ours, called, rows.groups)
    return len(set(rows.groups)), effects
