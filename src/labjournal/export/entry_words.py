"""What an entry says in one line. Entries of results get their words here, since only faces turn numbers into text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from labjournal import format as fmt
from labjournal.compare import Cell, Column
from labjournal.compare.drafts import checkpoint_mark
from labjournal.compare.known import Known
from labjournal.compare.measure import Measures, Values
from labjournal.compare.offsets import offsets
from labjournal.config import Config
from labjournal.export import cells
from labjournal.export.carried import Carried
from labjournal.export.privacy import hider
from labjournal.model import Entry, EntryKind, Result, Run, RunKind, Status, short_id
from labjournal.store import Store

if TYPE_CHECKING:
    from labjournal.judging.claims import JudgedClaim

_MOST_VALUES = 4
_COMMIT = re.compile("[0-9a-f]{40}")


class Book:
    """Runs and results that entries speak of, each read once."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config
        self.hidden = hider(config.diary.hide, store)
        """Takes out of a text what ``[diary] hide`` names."""
        self.known = Known(store, config)
        self.computed = self.known.values
        self.runs = self.known.runs
        self._results = {result.id: result for result in store.results(include_unassigned=True, include_dismissed=True)}

    @cached_property
    def carried(self) -> Carried:
        """The facts that blocks carry."""
        return Carried(self.store, self.runs, self.hidden if self.config.diary.hide else None)

    def run(self, run_id: str | None) -> Run | None:
        return self.runs.get(run_id) if run_id else None

    def run_name(self, run_id: str) -> str:
        run = self.runs.get(run_id)
        return run.name if run else f"run {short_id(run_id)}"

    def result(self, reference: str) -> Result | None:
        return self._results.get(reference.removeprefix("r:"))

    def results_of(self, entry: Entry) -> list[Result]:
        """The results an entry names."""
        found = (self.result(reference) for reference in entry.on if reference.startswith("r:"))
        return [result for result in found if result is not None]

    def told_by_results(self, entry: Entry) -> bool:
        """Whether an entry is the launch or the good end of a validation: its results say more."""
        run = self.run(entry.run)
        if not entry.automatic or run is None or run.kind is not RunKind.VALIDATE:
            return False
        return entry.kind is EntryKind.LAUNCH or (entry.kind is EntryKind.END and run.status is Status.DONE)

    def judged(self, entry: Entry) -> JudgedClaim | None:
        """What the numbers say of a claim; None for other entries, and for one that names no two results."""
        if entry.kind is not EntryKind.CLAIM:
            return None
        from labjournal.judging import claims

        return claims.judge(entry.text, claims.bound(entry, self._results, self.runs), self.computed)

    def offsets(self, result: Result) -> list[str]:
        """How far a result lies from reference values."""
        return list(offsets(result, self.known.references, self.computed))

    def became(self, entry: Entry, zone: tzinfo | None = None) -> list[str]:
        """What became of an entry: its states, and for a claim what the numbers say."""
        said = []
        for one in entry.states:
            why = f": {one.why}" if one.why else ""
            by = f", by {fmt.listed(self.names_of(one.by))}" if one.by else ""
            said.append(f"{one.state} since {fmt.day(one.t, zone)}{why}{by}")
        judged = self.judged(entry)
        return [*said, *([f"by the numbers {judged.word}: {judged.sentence}"] if judged else [])]

    def words(self, entry: Entry) -> str:
        """The entry's text; a result's with its values."""
        results = self.results_of(entry) if entry.automatic and entry.kind is EntryKind.RESULT else []
        return "; ".join(self.result_words(result) for result in results) if results else entry.text

    def result_words(self, result: Result) -> str:
        """``v3-embed:2400 on 1:1, numeric on: accuracy 0.897 [.877 .914] 897/1,000, SIC 2.72 [2.41 3.08]``."""
        mark = checkpoint_mark(result)
        name = self.run_name(result.subject.run) if result.subject.run else "by hand"
        where = result.dataset.name or "data not identified"
        options = "".join(f", {key} {value}" for key, value in sorted(result.options.items()))
        shown, more = self.values(result, _MOST_VALUES)
        values = headline_words(shown)
        rest = [f"{more} more"] if more else []
        taint = f" {fmt.TAINT} {result.taint}" if result.taint else ""
        return f"{name}{f':{mark}' if mark else ''} on {where}{options}: {', '.join([*values, *rest])}{taint}"

    def values(self, result: Result, most: int | None = None) -> tuple[list[tuple[Column, Cell]], int]:
        """The headline values of a result, and how many were left out."""
        found = headline(result, self.computed)
        return found[:most], len(found) - len(found[:most])

    def names_of(self, references: Sequence[str]) -> list[str]:
        """What an entry is about, as people call it."""
        return [self._name_of(reference) for reference in references if reference]

    def _name_of(self, reference: str) -> str:
        result = self.result(reference) if reference.startswith("r:") else None
        if result is not None:
            mark = checkpoint_mark(result)
            name = self.run_name(result.subject.run) if result.subject.run else "by hand"
            where = f" on {result.dataset.name}" if result.dataset.name else ""
            return f"{name}{f':{mark}' if mark else ''}{where}"
        if _COMMIT.fullmatch(reference):
            return reference[:10]
        return self.runs[reference].name if reference in self.runs else reference


def headline(result: Result, computed: Values) -> list[tuple[Column, Cell]]:
    """The values that matter first, those that follow from counts among them."""
    measures = Measures([result], values=computed)
    pairs = [(measures.column(name), measures.cell(result, name)) for name in measures.headline]
    return [(column, cell) for column, cell in pairs if cell is not None]


def headline_words(shown: Sequence[tuple[Column, Cell]]) -> list[str]:
    """``["accuracy 0.897 [.877 .914] 897/1,000", …]``."""
    return [f"{column.label} {_value(cell, column)}" for column, cell in shown]


def _value(cell: Cell, column: Column) -> str:
    value, counted = cells.value(cell, column), cells.counts(cell)
    return value if counted == fmt.missing() or counted in value else f"{value} {counted}"
