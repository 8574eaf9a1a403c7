"""Per-event predictions: CSV, JSON lines or a NumPy array with the columns id, label, and prediction or score.

Columns are found by their names, in any of the spellings below. Without an id the number of the row is taken, and then
two files are the same events only if their labels agree row by row. Nothing is guessed: a file without labels, with an
id twice or with neither prediction nor score is refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labjournal.errors import InputError

_SPELLINGS = {
    "id": ("id", "event", "event_id", "sample", "sample_id", "index", "idx", "key", "uid"),
    "label": ("label", "true", "truth", "true_label", "y_true", "target", "gold", "y", "expected"),
    "prediction": ("prediction", "pred", "predicted", "predicted_label", "y_pred", "answer", "pred_label"),
    "score": ("score", "prob", "probability", "proba", "p", "y_score", "y_prob", "confidence", "p_signal"),
    "group": ("group", "cluster", "galaxy", "subject", "patient", "fold"),
}
_HINT = "Columns: id, label, and prediction or score (CSV with a heading, JSON lines, or .npy)."


@dataclass(frozen=True, slots=True)
class Predictions:
    """One row an event, in the order of the file."""

    ids: tuple[str, ...] | None
    """None when the file names no events; then the order of the rows is all there is."""
    labels: tuple[str, ...]
    predictions: tuple[str, ...] | None
    """The answered class; "" for an answer that is none."""
    scores: tuple[float, ...] | None
    groups: tuple[str, ...] | None = None
    """What events belong together, such as the galaxy they show."""

    @property
    def n(self) -> int:
        return len(self.labels)


def digest(path: Path) -> str:
    """SHA-256 of the file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path) -> Predictions:
    """The predictions of a file. Raises InputError for what cannot be meant, OSError."""
    if path.suffix == ".npy":
        return _of_columns(_numpy(path), path)
    text = path.read_text(encoding="utf-8-sig")
    rows = _json_lines(text, path) if text.lstrip()[:1] in ("{", "[") else _csv(text, path)
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _of_columns({name: [row.get(name) for row in rows] for name in names}, path)


def _csv(text: str, path: Path) -> list[dict[str, Any]]:
    first = text.partition("\n")[0]
    sign = max(",;\t|", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=sign, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise InputError(f"{path} is no CSV: {error}.", _HINT) from error
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise InputError(f"{path}, line {number}: not as many values as headings.", _HINT)
    return [{str(name): value for name, value in row.items()} for row in rows]


def _json_lines(text: str, path: Path) -> list[dict[str, Any]]:
    try:
        whole = json.loads(text) if text.lstrip()[0] == "[" else [json.loads(t) for t in text.splitlines() if t.strip()]
    except ValueError as error:
        raise InputError(f"{path} is no JSON lines: {error}.", _HINT) from error
    if not isinstance(whole, list) or not all(isinstance(row, dict) for row in whole):
        raise InputError(f"{path}: each line must be an object.", _HINT)
    return whole


def _numpy(path: Path) -> dict[str, Sequence[Any]]:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except ValueError as error:
        raise InputError(f"{path} is no plain NumPy array: {error}.", _HINT) from error
    if array.dtype.names:
        return {name: array[name].tolist() for name in array.dtype.names}
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise InputError(f"{path} has the shape {array.shape}.", "Named fields, or columns (id,) label and score.")
    columns = [array[:, i].tolist() for i in range(array.shape[1])]
    whole = all(value == int(value) for value in columns[-1] if math.isfinite(value))
    last = "prediction" if whole and set(columns[-1]) <= set(columns[-2]) else "score"
    return dict(zip(("id", "label", last)[-array.shape[1] :], columns, strict=True))


def _of_columns(columns: Mapping[str, Sequence[Any]], path: Path) -> Predictions:
    found: dict[str, Sequence[Any]] = {}
    for name, values in columns.items():
        plain = name.strip().lower().replace(" ", "_")
        meant = next((known for known, spellings in _SPELLINGS.items() if plain in spellings), None)
        if meant is not None:
            if meant in found:
                raise InputError(f"{path} has two columns for {meant}.", _HINT)
            found[meant] = values
    missing = [name for name in ("label",) if name not in found]
    if missing or not ({"prediction", "score"} & set(found)):
        named = ", ".join(map(str, columns)) or "none"
        raise InputError(f"{path} has no {'label' if missing else 'prediction or score'} (columns: {named}).", _HINT)
    if not found["label"]:
        raise InputError(f"{path} holds no event.", _HINT)
    labels = tuple(map(_text, found["label"]))
    if "" in labels:
        raise InputError(f"{path}: event {labels.index('') + 1} has no label.", _HINT)
    ids = tuple(map(_text, found["id"])) if "id" in found else None
    if ids is not None and len(set(ids)) != len(ids):
        twice = next(iter(_repeated(ids)))
        raise InputError(f"{path}: the event {twice} is there twice.", "An id must name one event.")
    return Predictions(
        ids,
        labels,
        tuple(map(_text, found["prediction"])) if "prediction" in found else None,
        tuple(_score(value, path) for value in found["score"]) if "score" in found else None,
        tuple(map(_text, found["group"])) if "group" in found else None,
    )


def _repeated(ids: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            yield name
        seen.add(name)


def _text(value: Any) -> str:
    """A label as text: 1, 1.0 and "1" are one class, None is no answer."""
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    text = str(value).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].lstrip("-").isdecimal() else text


def _score(value: Any, path: Path) -> float:
    try:
        score = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: the score {value!r} is no number.", _HINT) from error
    if math.isnan(score):
        raise InputError(f"{path}: a score is NaN.", "Such an event has no place in any order.")
    return score
