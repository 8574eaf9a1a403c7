"""Values of `model` to JSON and back, and what facts say to values. Tolerant of facts written by newer versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labjournal.facts import dumps, number
from labjournal.model import Counts, Dataset, Result, Role, Source, Subject

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str | None) -> datetime | None:
    """An ISO time as an aware datetime; None for what is no time."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def text_or_none(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def whole(value: Any) -> int | None:
    """An int where the value is a whole number, else None."""
    as_float = number(value)
    return int(as_float) if as_float is not None and as_float == as_float and abs(as_float) < 2**63 else None


def mapping(value: Any) -> dict[str, Any]:
    return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}


def texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def numbers(value: Any) -> dict[str, float]:
    """The entries that are numbers, NaN and infinities included."""
    found = {key: number(item) for key, item in mapping(value).items()}
    return {key: item for key, item in found.items() if item is not None}


def subject(value: Any, default_run: str) -> Subject:
    raw = mapping(value)
    return Subject(
        run=str(raw.get("run") or default_run),
        checkpoint=text_or_none(raw.get("checkpoint")),
        step=whole(raw.get("step")),
        version=text_or_none(raw.get("version")),
    )


def dataset(value: Any) -> Dataset:
    raw = {"name": value} if isinstance(value, str) else mapping(value)
    counts = raw.get("class_counts")
    return Dataset(
        name=text_or_none(raw.get("name")),
        hash=text_or_none(raw.get("hash")),
        n=whole(raw.get("n")),
        class_counts={k: v for k, v in ((k, whole(v)) for k, v in mapping(counts).items()) if v is not None} or None,
        source=text_or_none(raw.get("source")),
    )


def counts(value: Any) -> Counts | None:
    """A confusion matrix, or None when the shape does not fit (then nothing is taken from it)."""
    raw = mapping(value)
    labels, matrix = raw.get("labels"), raw.get("matrix")
    if not isinstance(labels, list) or not isinstance(matrix, list) or len(labels) != len(matrix) or not labels:
        return None
    rows = [tuple(whole(cell) for cell in row) if isinstance(row, list) else () for row in matrix]
    unknown = raw.get("unknown") or [0] * len(labels)
    beside = tuple(whole(cell) for cell in unknown) if isinstance(unknown, list) else ()
    cells = [cell for row in (*rows, beside) for cell in row]
    if any(len(row) != len(labels) for row in (*rows, beside)) or any(cell is None or cell < 0 for cell in cells):
        return None
    return Counts(
        tuple(str(label) for label in labels),
        tuple(tuple(cell or 0 for cell in row) for row in rows),
        tuple(cell or 0 for cell in beside),
    )


def per_class(value: Any) -> dict[str, dict[str, float]]:
    return {label: numbers(row) for label, row in mapping(value).items()}


def source(value: Mapping[str, Any]) -> Source:
    return Source(
        how=str(value.get("how") or "stated"),
        rule=text_or_none(value.get("rule")),
        file=text_or_none(value.get("file")),
        line=whole(value.get("line")),
        text=text_or_none(value.get("text")),
    )


def role(value: Any) -> Role:
    try:
        return Role(str(value))
    except ValueError:
        return Role.UNASSIGNED


def result_to_json(result: Result) -> str:
    return dumps(
        {
            "subject": _plain(result.subject),
            "dataset": _plain(result.dataset),
            "options": dict(result.options),
            "metrics": dict(result.metrics),
            "sources": [_plain(item) for item in result.sources],
            "n": result.n,
            "counts": _plain(result.counts) if result.counts else None,
            "per_class": {label: dict(row) for label, row in result.per_class.items()},
            "digits": dict(result.digits),
            "objective": result.objective,
            "disagreements": list(result.disagreements),
        }
    )


def result_from_row(row: tuple[str, str, str, str, str | None, str | None, str]) -> Result:
    """From (id, t, measured_by, role, taint, dismissed, data): as `result_to_json` wrote it, checked then."""
    raw = json.loads(row[6])
    return Result(
        id=row[0],
        t=moment(row[1]) or EPOCH,
        subject=Subject(**raw["subject"]),
        measured_by=row[2],
        dataset=Dataset(**raw["dataset"]),
        options=raw["options"],
        metrics=_kept_numbers(raw["metrics"]),
        role=role(row[3]),
        sources=tuple(Source(**item) for item in raw["sources"]),
        n=raw["n"],
        counts=_kept_counts(raw["counts"]),
        per_class=per_class(raw["per_class"]),
        digits=raw["digits"],
        objective=raw["objective"],
        taint=row[4],
        dismissed=row[5],
        disagreements=tuple(raw["disagreements"]),
    )


def _kept_counts(raw: dict[str, Any] | None) -> Counts | None:
    """Counts as `result_to_json` wrote them: checked when they came in."""
    if raw is None:
        return None
    return Counts(tuple(raw["labels"]), tuple(map(tuple, raw["matrix"])), tuple(raw["unknown"]))


def _kept_numbers(raw: dict[str, Any]) -> dict[str, float]:
    return raw if all(type(value) is float for value in raw.values()) else numbers(raw)


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a slotted frozen dataclass that it is made of, one level deep."""
    return {name: getattr(value, name) for name, one in value.__dataclass_fields__.items() if one.init}
