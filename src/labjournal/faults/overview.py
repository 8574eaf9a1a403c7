"""What became of each fault: a fix that nobody measured is only a hope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.model import Fault, FaultMark, Result
    from labjournal.store import Store

OPEN, UNMEASURED, MEASURED = "open", "declared fixed, never measured", "fixed and measured"


@dataclass(frozen=True, slots=True)
class Overview:
    """One fault, with the runs it was placed in."""

    fault: Fault
    state: str
    proof: str | None
    """Run that shows it mended: the one that was named, else the first untainted result on code that holds the fix."""
    marks: tuple[FaultMark, ...]

    def runs(self, state: str) -> list[str]:
        """Runs in which the fault is active, fixed, ...; oldest first."""
        return [mark.run for mark in self.marks if mark.state == state]


def overview(store: Store) -> list[Overview]:
    """The register, oldest fault first."""
    found = []
    results: list[Result] | None = None
    for fault in store.faults():
        marks = tuple(store.fault_marks(fault))
        if fault.fixed is not None and results is None:
            results = store.results()
        proof = fault.proof or _measured(marks, results or ())
        state = OPEN if fault.fixed is None else MEASURED if proof else UNMEASURED
        found.append(Overview(fault, state, proof, marks))
    return found


def _measured(marks: tuple[FaultMark, ...], results: list[Result] | tuple[()]) -> str | None:
    mended = {mark.run for mark in marks if mark.state == "fixed"}
    usable = (result for result in results if result.taint is None and result.role in ("validation", "test"))
    return next((result.subject.run for result in usable if result.subject.run in mended), None)
