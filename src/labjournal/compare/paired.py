"""Two rows on the same events, tested event by event where both have their predictions.

Shares of events by McNemar's test, or by a bootstrap of whole groups where the files name groups; areas by
DeLong's, with whole groups likewise.

A file that is gone, or holds something else than when it was stated, is not used, and the table says so: then the rows
are compared as if their events were different ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from labjournal import stats
from labjournal.compare import apart
from labjournal.compare.apart import Test
from labjournal.compare.measure import LEVEL, base_name
from labjournal.compare.predicted import positive_class
from labjournal.compare.table import Cell, Column
from labjournal.errors import InputError
from labjournal.parsers import predictions
from labjournal.parsers.predictions import Predictions
from labjournal.store.predictions import PredictionFile


class Pairs:
    """Tests cells, paired where it can be."""

    def __init__(self, files: Mapping[str, PredictionFile], signal: str | None) -> None:
        self._files = files
        self._signal = signal
        self._read: dict[str, Predictions | None] = {}
        self._unused: dict[str, None] = {}

    def judge(self, a: Cell, b: Cell, column: Column) -> Test | None:
        """Paired on the same events, else as `apart.test`."""
        if a.result in self._files and b.result in self._files and not a.pooled and not b.pooled:
            found = self._paired(a, b, column)
            if found is not None:
                return found
        return apart.test(a, b)

    def notes(self) -> Iterator[str]:
        """What could not be used."""
        yield from self._unused

    def _paired(self, a: Cell, b: Cell, column: Column) -> Test | None:
        one, other = self._of(a.result), self._of(b.result)
        joined = _joined(one, other) if one is not None and other is not None else None
        if joined is None:
            return None
        one, other = joined
        base = base_name(column.metric) if "[" not in column.metric else column.metric
        if base == "auc":
            return self._areas(a, b, one, other)
        chosen = self._events(base, one)
        if chosen is None or one.predictions is None or other.predictions is None:
            return None
        right, positive = chosen
        hits = [
            (right(one.labels[i], one.predictions[i]), right(other.labels[i], other.predictions[i])) for i in positive
        ]
        if not hits:
            return None
        kinds = ((True, True), (True, False), (False, True), (False, False))
        both, only_a, only_b, neither = (hits.count(kind) for kind in kinds)
        if one.groups is not None:
            groups = [one.groups[i] for i in positive]
            sides = [[float(pair[side]) for pair in hits] for side in (0, 1)]
            found = stats.paired_bootstrap(sides[0], sides[1], groups=groups, level=LEVEL)
        else:
            found = stats.paired_rates(both, only_a, only_b, neither, LEVEL)
        if abs(found.value - (a.value - b.value)) > 1e-6:  # the files are not what these values were measured on
            self._unused[f"Predictions do not give the {column.label} that was stated: not used."] = None
            return None
        needed = None if one.groups else stats.pairs_for_difference(only_a, only_b, len(hits), level=LEVEL)
        return Test(found.value, found.low, found.high, found.p, found.word, paired=True, needed=needed)

    def _events(self, base: str, rows: Predictions) -> tuple[Callable[[str, str], bool], list[int]] | None:
        """What counts as a hit, and the events it is a share of; None for metrics that are no share of events."""
        signal = positive_class(rows.labels, self._signal)
        if base == "accuracy":
            return (lambda label, answer: label == answer), list(range(rows.n))
        if base == "error":
            return (lambda label, answer: label != answer), list(range(rows.n))
        if base in ("tpr", "sensitivity") and signal is not None:
            return (lambda _, answer: answer == signal), [i for i in range(rows.n) if rows.labels[i] == signal]
        if base == "fpr" and signal is not None:
            return (lambda _, answer: answer == signal), [i for i in range(rows.n) if rows.labels[i] != signal]
        if base.startswith("recall[") and base.endswith("]"):
            label = base[len("recall[") : -1]
            return (lambda _, answer: answer == label), [i for i in range(rows.n) if rows.labels[i] == label]
        return None

    def _areas(self, a: Cell, b: Cell, one: Predictions, other: Predictions) -> Test | None:
        signal = positive_class(one.labels, self._signal)
        if signal is None or one.scores is None or other.scores is None:
            return None
        try:
            ours = [label == signal for label in one.labels]
            found = stats.compare_aucs(ours, one.scores, other.scores, LEVEL, one.groups)
        except InputError:  # too few events of a class: there is nothing to say of pairs
            return None
        if abs(found.value - (a.value - b.value)) > 1e-6:
            self._unused["Predictions do not give the auc that was stated: not used."] = None
            return None
        return Test(found.value, found.low, found.high, found.p, found.word, paired=True)

    def _of(self, result: str) -> Predictions | None:
        if result not in self._read:
            self._read[result] = self._load(self._files[result])
        return self._read[result]

    def _load(self, file: PredictionFile) -> Predictions | None:
        path = Path(file.path)
        try:
            if predictions.digest(path) == file.sha256:
                return predictions.read(path)
            self._unused[f"Predictions not used: {path.name} is not what it was when it was stated."] = None
        except (OSError, InputError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._unused[f"Predictions not used: {path.name}: {why}."] = None
        return None


def _joined(a: Predictions, b: Predictions) -> tuple[Predictions, Predictions] | None:
    """Both in one order of the same events with the same labels; None when they are not the same events."""
    if a.n != b.n or (a.ids is None) != (b.ids is None):
        return None
    if a.ids is None or b.ids is None:
        return (a, b) if a.labels == b.labels else None
    place = {name: i for i, name in enumerate(b.ids)}
    if place.keys() != set(a.ids):
        return None
    order = [place[name] for name in a.ids]
    labels = tuple(b.labels[i] for i in order)
    if labels != a.labels:
        return None
    sorted_b = Predictions(
        a.ids,
        labels,
        None if b.predictions is None else tuple(b.predictions[i] for i in order),
        None if b.scores is None else tuple(b.scores[i] for i in order),
    )
    return a, sorted_b
