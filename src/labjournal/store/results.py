"""Result facts become results: agreeing sources of one measurement are one result, and a retraction taints it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labjournal.facts import Fact, dumps
from labjournal.model import Result, Role
from labjournal.store import codec
from labjournal.store.placing import Placing

_STRENGTH = {"stated": 0, "file": 1, "text": 2}
_COLUMNS = "id, t, measured_by, role, taint, dismissed, data"
_MEASURED = (Role.VALIDATION, Role.TEST)
Key = tuple[object, ...]


def project(
    run_id: str | None, facts: Sequence[Fact], words: Mapping[str, Sequence[Fact]]
) -> tuple[list[Result], dict[str, str]]:
    """Results measured by a run (None: by hand without one), and the result each fact went into.

    ``words`` are the assign and dismiss facts by the result fact they speak of.
    """
    stated = [fact for fact in facts if fact.kind == "result"]
    gone = {old for fact in stated for old in _superseded(fact)}
    placing = Placing(facts)
    read_off = [(fact, placing.place(fact.id, _one(run_id, fact))) for fact in stated if fact.id not in gone]
    corrected = []
    for members in _grouped(read_off):  # a word about one source speaks of all sources of that result
        said = [word for fact, _ in members for word in words.get(fact.id, ())]
        said.sort(key=lambda word: (word.t, word.id))
        corrected += [(fact, _corrected(result, said)) for fact, result in members]
    merged, membership = [], {}
    for members in _grouped(corrected):
        result = _merge(members)
        merged.append(result)
        membership.update({fact.id: result.id for fact, _ in members})
    return merged, membership


def _grouped(results: Iterable[tuple[Fact, Result]]) -> Iterable[list[tuple[Fact, Result]]]:
    groups: dict[Key, list[tuple[Fact, Result]]] = {}
    for fact, result in results:
        groups.setdefault(_key(result), []).append((fact, result))
    return groups.values()


def _superseded(fact: Fact) -> Iterable[str]:
    old = fact.data.get("supersedes")
    return (old,) if isinstance(old, str) else codec.texts(old)


def _one(run_id: str | None, fact: Fact) -> Result:
    data = fact.data
    measured_by = str(data.get("measured_by") or run_id or "")
    counts = codec.counts(data.get("counts"))
    return Result(
        id=fact.id,
        t=codec.moment(fact.t) or codec.EPOCH,
        subject=codec.subject(data.get("subject"), measured_by),
        measured_by=measured_by,
        dataset=codec.dataset(data.get("dataset")),
        options={key: str(value) for key, value in codec.mapping(data.get("options")).items()},
        metrics=codec.numbers(data.get("metrics")),
        role=codec.role(data.get("role") or Role.VALIDATION),
        sources=(codec.source(data),),
        n=codec.whole(data.get("n")) or (counts.n if counts else None),
        counts=counts,
        per_class=codec.per_class(data.get("per_class")),
        digits={key: int(value) for key, value in codec.numbers(data.get("digits")).items()},
        objective=codec.text_or_none(data.get("objective")),
    )


def _corrected(result: Result, words: Sequence[Fact]) -> Result:
    """What people said of it later: whose it is, or that it was misread. The newest word counts."""
    for word in words:
        said = word.data
        if word.kind == "dismiss":
            result = replace(result, dismissed=str(said.get("why") or "dismissed"))
            continue
        subject, dataset = result.subject, result.dataset
        if said.get("subject") or said.get("checkpoint"):
            subject = codec.subject(
                {"checkpoint": said.get("checkpoint"), **codec.mapping(said.get("subject"))}, subject.run
            )
        if said.get("dataset"):
            dataset = replace(codec.dataset(said["dataset"]), n=dataset.n, source="assigned")
        options = codec.mapping(said.get("options"))
        result = replace(
            result,
            subject=subject,
            dataset=dataset,
            options={k: str(v) for k, v in options.items()} if options else result.options,
            role=codec.role(said["role"]) if said.get("role") else Role.VALIDATION,
            dismissed=None,
        )
    return result


def _key(result: Result) -> Key:
    subject = result.subject
    mark: object = subject.version or subject.checkpoint or subject.step
    return (
        subject.run,
        mark,
        result.dataset.hash or result.dataset.name,
        tuple(sorted(result.options.items())),
        result.role is Role.TRAIN,
        result.objective,
        result.dismissed is not None,
        # what nobody has assigned yet is not known to be the same thing
        result.id if result.role is Role.UNASSIGNED else None,
    )


def _merge(members: Sequence[tuple[Fact, Result]]) -> Result:
    """The strongest source speaks, the others add what it does not say; where they disagree it is written down."""
    ordered = sorted(members, key=lambda pair: (_STRENGTH.get(pair[1].sources[0].how, 3), pair[0].t, pair[0].id))
    best = ordered[0][1]
    first = min(members, key=lambda pair: (pair[0].t, pair[0].id))[0]
    metrics, digits, per_class = dict(best.metrics), dict(best.digits), dict(best.per_class)
    n, counts, disagreements = best.n, best.counts, []
    for _, other in ordered[1:]:
        for name, value in other.metrics.items():
            if name not in metrics:
                metrics[name] = value
                if name in other.digits:
                    digits[name] = other.digits[name]
            elif not _agree(metrics[name], value, digits.get(name), other.digits.get(name)):
                disagreements.append(f"{name} is {metrics[name]!r} by {_where(best)} and {value!r} by {_where(other)}")
        per_class = {**other.per_class, **per_class}
        n, counts = n or other.n, counts or other.counts
    return replace(
        best,
        id=first.id,
        t=codec.moment(first.t) or codec.EPOCH,
        metrics=metrics,
        digits=digits,
        per_class=per_class,
        n=n,
        counts=counts,
        sources=tuple(dict.fromkeys(result.sources[0] for _, result in ordered)),
        disagreements=tuple(disagreements),
    )


def _agree(a: float, b: float, digits_a: int | None, digits_b: int | None) -> bool:
    """Equal to half a unit in the last digit that either of them shows."""
    if a == b or (a != a and b != b):
        return True
    shown = [digits for digits in (digits_a, digits_b) if digits is not None]
    slack = 0.5000001 * 10.0 ** -min(shown) if shown else 1e-9 * max(abs(a), abs(b))
    return abs(a - b) <= slack


def _where(result: Result) -> str:
    source = result.sources[0]
    return f"{source.file}:{source.line}" if source.file else source.how


def write(
    connection: sqlite3.Connection, run_id: str | None, results: Sequence[Result], membership: Mapping[str, str]
) -> set[str]:
    """Put the results of a run in the place of those before; returns the runs they are about, and were."""
    old = dict(connection.execute("SELECT id, subject FROM results WHERE run IS ?", (run_id,)))
    connection.executemany("DELETE FROM metric_values WHERE result = ?", [(result,) for result in old])
    connection.execute("DELETE FROM results WHERE run IS ?", (run_id,))
    connection.execute("DELETE FROM result_facts WHERE run IS ?", (run_id,))
    connection.executemany(
        "INSERT INTO results VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        [
            (
                r.id,
                r.t.isoformat(),
                run_id,
                r.subject.run,
                r.measured_by,
                r.subject.step,
                r.dataset.hash or r.dataset.name,
                r.role.value,
                None,
                r.dismissed,
                codec.result_to_json(r),
            )
            for r in results
        ],
    )
    connection.executemany(
        "INSERT INTO metric_values VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (r.id, name, None if value != value else value, *_place(r))
            for r in results
            for name, value in r.metrics.items()
        ],
    )
    counted = Counter(r.role for r in results if r.dismissed is None)
    connection.execute(
        "INSERT OR REPLACE INTO tallies VALUES (?,?,?,?)",
        (run_id or "", sum(counted[role] for role in _MEASURED), counted[Role.UNASSIGNED], counted[Role.TRAIN]),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO result_facts VALUES (?,?,?)",
        [(fact, result, run_id) for fact, result in membership.items()],
    )
    return {*old.values(), *(r.subject.run for r in results)}


def _place(result: Result) -> tuple[object, ...]:
    """What a value is pivoted by; `taint.apply` keeps the last up to date."""
    usable = result.role in _MEASURED and result.dismissed is None
    options = dumps(dict(result.options))
    dataset = result.dataset.hash or result.dataset.name
    return result.subject.run, result.subject.step, options, dataset, result.t.isoformat(), int(usable)


def read(connection: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[Result]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM results WHERE {where} ORDER BY t, id", tuple(values))
    return [codec.result_from_row(row) for row in rows]


def words_about(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """assign and dismiss facts by the result fact they name."""
    words: dict[str, list[Fact]] = {}
    for fact in facts:
        target = codec.text_or_none(fact.data.get("result"))
        if target:
            words.setdefault(target.removeprefix("r:"), []).append(fact)
    return words
