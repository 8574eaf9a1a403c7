"""Which results a comparison is made of, and which of them speak of the same thing.

Two results stand in one row when they measure the same checkpoint on the same data with the same options. Same data
means the same content hash; where no hash is known the name is all there is, and it is not trusted against a
different n or different class counts. Data without any identity is never taken as equal to anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from labjournal.compare.table import Selection
from labjournal.model import Result, Role
from labjournal.store import Store, references

UNKNOWN = "unknown"
"""Key of data without name and hash."""
_MEASURED = (Role.VALIDATION, Role.TEST)


@dataclass(frozen=True, slots=True)
class Picked:
    """The results a selection names, and what was found beside them."""

    results: tuple[Result, ...]
    order: tuple[str, ...]
    """Run ids as they were asked for; () when everything was asked for."""
    unassigned: int
    training: int
    empty: tuple[str, ...]
    """References that name a run without any result."""
    bare: tuple[tuple[str, str | None], ...] = ()
    """Runs asked for that no row would show, each with what stands after its colon."""
    older: int = 0
    """Measurements of older runs that were not read."""


@dataclass(slots=True)
class _Wanted:
    run: str
    selector: str | None


def pick(store: Store, selection: Selection, everything: Sequence[Result]) -> Picked:
    """Results of the runs asked for, or of all. Raises NotFoundError for a reference that matches nothing."""
    wanted = _wanted(store, selection.rows)
    by_run: dict[str, list[str | None]] = {}
    for item in wanted:
        by_run.setdefault(item.run, []).append(item.selector)
    chosen = everything if not selection.rows else [r for r in everything if _is_wanted(r, by_run)]
    chosen = [result for result in chosen if _fits(result, selection)]
    found = {run for result in chosen for run in (result.subject.run, result.measured_by)}
    measured = tuple(result for result in chosen if result.role in _MEASURED)
    shown = {run for result in measured for run in (result.subject.run, result.measured_by)}
    return Picked(
        results=measured,
        order=tuple(dict.fromkeys(item.run for item in wanted)),
        unassigned=sum(result.role is Role.UNASSIGNED for result in chosen),
        training=sum(result.role is Role.TRAIN for result in chosen),
        empty=tuple(
            dict.fromkeys(
                f"{store.run(item.run).name}:{item.selector}" if item.selector else store.run(item.run).name
                for item in wanted
                if item.run not in found
            )
        ),
        bare=tuple((item.run, item.selector) for item in wanted if item.run not in shown),
    )


def _wanted(store: Store, rows: Sequence[str]) -> list[_Wanted]:
    wanted = []
    for reference in rows:
        name, selector = references.split(reference)
        if references.is_pattern(name):
            wanted += [_Wanted(run, selector) for run in reversed(store.like(name))]
        else:
            wanted.append(_Wanted(store.resolve(name).id, selector))
    return wanted


def _is_wanted(result: Result, wanted: Mapping[str, Sequence[str | None]]) -> bool:
    """``wanted``: run -> what stands after its colon, each time it was asked for."""
    return any(
        selector in (None, "all", "latest") or names_checkpoint(selector, result)
        for run in (result.subject.run, result.measured_by)
        for selector in wanted.get(run, ())
    )


def names_checkpoint(selector: str | None, result: Result) -> bool:
    """Whether ``REF:SELECTOR`` means the checkpoint of this result: by its step, its file name or its path."""
    subject = result.subject
    if selector is None:
        return True
    if selector.isdecimal() and subject.step is not None:
        return subject.step == int(selector)
    path = subject.checkpoint
    return path is not None and selector in (path, PurePosixPath(path).name, PurePosixPath(path).stem)


def _fits(result: Result, selection: Selection) -> bool:
    if any(result.options.get(name) != value for name, value in selection.options.items()):
        return False
    dataset = result.dataset
    return not selection.datasets or any(
        wanted == dataset.name or bool(dataset.hash and dataset.hash.startswith(wanted.removeprefix("#")))
        for wanted in selection.datasets
    )


def by_data(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by the data they were measured on, in order of first appearance; keys are stable texts."""
    groups: dict[str, list[Result]] = {}
    namesakes: dict[str, list[Result]] = {}
    for result in results:
        if result.dataset.hash is None and result.dataset.name is not None:
            namesakes.setdefault(result.dataset.name, []).append(result)
    told = {
        name: (len(_known(map(data_size, same))) > 1, len(_known(map(_class_counts, same))) > 1)
        for name, same in namesakes.items()
    }
    for result in results:
        groups.setdefault(_data_key(result, told), []).append(result)
    return groups


def _data_key(result: Result, told: Mapping[str, tuple[bool, bool]]) -> str:
    """``told``: name -> whether the sizes, and the class counts, of what has it and no hash differ."""
    dataset = result.dataset
    if dataset.hash is not None:
        return f"hash {dataset.hash}"
    if dataset.name is None:
        return UNKNOWN
    sizes_differ, classes_differ = told[dataset.name]
    size = data_size(result) if sizes_differ else None
    counts = _class_counts(result) if classes_differ else None
    return f"name {dataset.name} {size or ''} {counts or ''}".rstrip()


def data_size(result: Result) -> int | None:
    """Events the result was measured on."""
    return result.n or (result.counts.n if result.counts else None) or result.dataset.n


def _class_counts(result: Result) -> tuple[tuple[str, int], ...] | None:
    known = class_counts(result)
    return tuple(sorted(known.items())) if known else None


def class_counts(result: Result) -> dict[str, int] | None:
    """How many events of each class: as stated with the data set, else counted, else as the report's supports."""
    if result.dataset.class_counts:
        return dict(result.dataset.class_counts)
    if result.counts:
        return dict(zip(result.counts.labels, result.counts.support, strict=True))
    supports = {label: row.get("support") for label, row in result.per_class.items()}
    whole = {label: int(n) for label, n in supports.items() if n is not None and n == n and n >= 0}
    # supports that do not add up to n are those of labels that overlap, or a part of the classes
    return whole if len(whole) >= 2 and len(whole) == len(supports) and sum(whole.values()) == result.n else None


def by_row(results: Iterable[Result], data_key: str) -> dict[str, list[Result]]:
    """Results on one data set by what they speak of; keys are stable texts."""
    results = list(results)
    versions: dict[tuple[object, ...], set[Hashable]] = {}
    for result in results:
        versions.setdefault(_subject(result), set()).add(result.subject.version)
    groups: dict[str, list[Result]] = {}
    for result in results:
        known = _known(versions[_subject(result)])
        version = result.subject.version if len(known) > 1 else None
        options = sorted(result.options.items())
        alone = result.id if data_key == UNKNOWN else None
        key = repr((data_key, *_subject(result), version, options, result.objective, alone))
        groups.setdefault(key, []).append(result)
    return groups


def _subject(result: Result) -> tuple[object, ...]:
    subject = result.subject
    return subject.run, subject.checkpoint if subject.step is None else subject.step


def _known(values: Iterable[Hashable]) -> set[Hashable]:
    return {value for value in values if value is not None}
