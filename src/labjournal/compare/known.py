"""What several tables of one journal need alike, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labjournal.compare.measure import values_of
from labjournal.compare.rows import OVERLAP
from labjournal.config import Config
from labjournal.model import Run
from labjournal.store import Store, predictions


class Known:
    """Runs, values of results, files of predictions, references and what was found, as they stood when it was made."""

    def __init__(self, store: Store, config: Config) -> None:
        self.values = values_of(config)
        self.runs: Mapping[str, Run] = {run.id: run for run in store.runs()}
        self.predictions = predictions.read(store.connection, store.places)
        self.references = store.reference_values()
        self.overlaps = store.runs_found(OVERLAP)
        self._unfinished: dict[str, list[Run]] = {}
        for run in store.unfinished_validations(list(self.runs)):
            if run.subject is not None:
                self._unfinished.setdefault(run.subject.run, []).append(run)

    def unfinished(self, runs: Sequence[str]) -> list[Run]:
        """Validations of these runs that wait, run or failed, in the order in which they were launched."""
        found = [one for run in runs for one in self._unfinished.get(run, ())]
        return sorted(found, key=lambda run: run.id)
