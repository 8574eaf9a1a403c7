"""The journal against itself: counts against metrics, sources that disagree, claims that their results do not carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from labjournal.audit import reports
from labjournal.audit.items import Item, order
from labjournal.compare.measure import Values
from labjournal.importers import FoundResult
from labjournal.importers.places import Place
from labjournal.judging import claims
from labjournal.judging.estimates import REFUTED
from labjournal.model import Entry, EntryKind, Result, Role
from labjournal.parsers import ClassRow, ParsedResult
from labjournal.store import Store


def audit_store(store: Store, values: Values | None = None) -> list[Item]:
    """All that does not agree in a journal, results first. ``values`` are metrics of one's own, for claims on them."""
    results = [result for result in store.results(include_unassigned=True) if result.dismissed is None]
    found: list[Item] = []
    for result in results:
        path, line = _where(result)
        found += [
            replace(item, line=line, message=f"{_name(result)}: {item.message}")
            for item in reports.check(path, _as_found(result))
        ]
        found += [
            Item(path, line, "disagreement", text, None, "high", f"{_name(result)}: {text}.")
            for text in result.disagreements
        ]
    found += _changed_sets([result for result in results if result.role is not Role.TRAIN])
    every = {result.id: result for result in results}
    found += _tainted_claims(store, every)
    found += _judged_claims(store, every, values)
    return order(found)


def _where(result: Result) -> tuple[str, int | None]:
    source = result.sources[0]
    return (source.file or "journal"), source.line


def _name(result: Result) -> str:
    return f"r:{result.id[-6:].lower()}"


def _as_found(result: Result) -> FoundResult:
    """The result in the form a reading has, so that both are held to the same rules."""
    rows = {
        label: ClassRow(row.get("precision"), row.get("recall"), row.get("f1"), _whole(row.get("support")))
        for label, row in result.per_class.items()
    }
    if not rows:
        known = result.dataset.class_counts or {}
        rows = {label: ClassRow(None, None, None, support) for label, support in known.items()}
    # A value without its digits was computed or stated in full.
    digits = {name: result.digits.get(name, 12) for name in result.metrics}
    parsed = ParsedResult(
        dict(result.metrics),
        "train" if result.role is Role.TRAIN else "validation",
        1,
        1,
        "",
        "journal",
        per_class=rows,
        counts=result.counts,
        n=result.n,
        digits=digits,
    )
    place = Place(result.subject.checkpoint, result.dataset.name, result.n, dict(result.options))
    return FoundResult(None, place, parsed, None)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _changed_sets(results: list[Result]) -> Iterator[Item]:
    """One name, other content: hashes that differ, or events of the classes."""
    latest: dict[str, Result] = {}
    for result in results:
        name = result.dataset.name
        if name is None:
            continue
        before = latest.get(name)
        latest[name] = result
        if before is None:
            continue
        a, b = before.dataset.hash, result.dataset.hash
        mine, other = _as_found(result).supports, _as_found(before).supports
        if (a and b and a != b) or (not (a and b) and mine and other and mine != other and set(mine) == set(other)):
            path, line = _where(result)
            message = f"{name} has other content in {_name(result)} than in {_name(before)}: not to be compared as one."
            printed = b[:12] if a and b else "/".join(map(str, mine.values()))
            computed = a[:12] if a and b else "/".join(map(str, other.values()))
            yield Item(path, line, "changed_set", printed, computed, "high" if a and b else "medium", message)


def _tainted_claims(store: Store, results: dict[str, Result]) -> Iterator[Item]:
    retracted = {run.id: run.retracted for run in store.runs() if run.retracted}
    for entry in store.entries(kinds=[EntryKind.CLAIM.value]):
        why = next(_taints(entry, results, retracted), None)
        if why is not None:
            text = entry.text.split("\n")[0][:120]
            message = f"the claim {text!r} rests on a result that must not be used: {why}"
            yield Item("journal", None, "tainted_claim", text, None, "high", message)


def _judged_claims(store: Store, results: dict[str, Result], values: Values | None) -> Iterator[Item]:
    """Claims that the numbers of the results they are bound to contradict, or do not show."""
    runs = {run.id for run in store.runs()}
    for entry in store.entries(kinds=[EntryKind.CLAIM.value]):
        pair = claims.bound(entry, results, runs)
        if any(result.taint for result in pair):
            continue
        judged = claims.judge(entry.text, pair, values)
        text = entry.text.split("\n")[0][:120]
        if judged is not None and judged.word == REFUTED:
            message = f"the claim {text!r} is contradicted by its results: {judged.sentence}"
            yield Item("journal", None, "contradicted_claim", text, judged.sentence, "high", message)
        elif judged is not None and judged.not_shown:
            message = f"the claim {text!r} is not shown by its results: {judged.sentence}"
            yield Item("journal", None, "claim_not_shown", text, judged.sentence, "medium", message)


def _taints(entry: Entry, results: dict[str, Result], retracted: dict[str, str]) -> Iterator[str]:
    for reference in entry.on:
        if reference in retracted:
            yield retracted[reference]
        for result_id, result in results.items():
            if reference.startswith("r:") and result_id.lower().endswith(reference[2:].lower()) and result.taint:
                yield result.taint
