"""What a person may call a run: an id or its end, a name, `NAME~1`, `@last`, `@running`, `@failed`, `@best:METRIC`."""

from __future__ import annotations

import re
import sqlite3
from fnmatch import fnmatchcase

from labjournal.errors import NotFoundError

_STEP = re.compile(r"\A(?P<run>.+?):(?P<selector>[^:]+)\Z")
_OLDER = re.compile(r"\A(?P<name>.+)~(?P<back>\d+)\Z")
_ID = re.compile(r"\A[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{4,26}\Z")


def split(reference: str) -> tuple[str, str | None]:
    """``REF:STEP`` as (run, selector); ``@best:METRIC`` is a run, not a selector."""
    if reference.startswith("@best:"):
        metric, _, selector = reference.removeprefix("@best:").partition(":")
        return f"@best:{metric}", selector or None
    match = _STEP.match(reference)
    return (match["run"], match["selector"]) if match else (reference, None)


def is_pattern(name: str) -> bool:
    """Whether a name stands for all runs that are called like it."""
    return any(sign in name for sign in "*?[")


def like(connection: sqlite3.Connection, pattern: str) -> list[str]:
    """The ids of all runs called like a pattern, newest first. Raises NotFoundError when there is none."""
    rows = connection.execute("SELECT id, name FROM runs ORDER BY created_at DESC, id DESC")
    found = [str(run) for run, name in rows if name == pattern or fnmatchcase(name, pattern)]
    if not found:
        raise NotFoundError(f"No run is called like {pattern!r}.", "labjournal ls shows all runs.")
    return found


def resolve(connection: sqlite3.Connection, reference: str) -> str:
    """The full id of the run meant. Raises NotFoundError with what comes near."""
    if reference.startswith("@"):
        return _special(connection, reference)
    older = _OLDER.match(reference)
    name, back = (older["name"], int(older["back"])) if older else (reference, 0)
    rows = connection.execute(
        "SELECT id FROM runs WHERE name = ? ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?", (name, back)
    ).fetchall()
    if rows:
        return str(rows[0][0])
    if _ID.match(reference):
        return _by_id(connection, reference)
    raise NotFoundError(
        f"No run is called {reference!r}.{_near(connection, reference)}", "labjournal ls shows all runs."
    )


def _by_id(connection: sqlite3.Connection, reference: str) -> str:
    text = reference.upper()
    rows = connection.execute(
        "SELECT id, name FROM runs WHERE id = ? OR id GLOB ? OR id GLOB ? ORDER BY created_at DESC LIMIT 9",
        (text, f"{text}*", f"*{text}"),
    ).fetchall()
    if len(rows) == 1:
        return str(rows[0][0])
    if not rows:
        near = _near(connection, reference)
        raise NotFoundError(f"No run has the id or name {reference!r}.{near}", "labjournal ls shows all runs.")
    several = ", ".join(f"{run[-6:].lower()} ({name})" for run, name in rows)
    raise NotFoundError(f"{reference!r} could be any of {several}.", "Give more of the id.")


def _special(connection: sqlite3.Connection, reference: str) -> str:
    if reference.startswith("@best:"):
        return _best(connection, reference.removeprefix("@best:"))
    where = {"@last": "1", "@running": "status = 'RUNNING'", "@failed": "status = 'FAILED'"}.get(reference)
    if where is None:
        raise NotFoundError(f"{reference} is not known.", "There are @last, @running, @failed and @best:METRIC.")
    row = connection.execute(f"SELECT id FROM runs WHERE {where} ORDER BY created_at DESC, id DESC LIMIT 1").fetchone()
    if row is None:
        raise NotFoundError(f"No run answers to {reference}.", "labjournal ls shows all runs.")
    return str(row[0])


_LOWER_IS_BETTER = re.compile(r"loss|error|perplexity|(^|_)(mae|mse|rmse|wer|cer|ppl|fid|nll)(_|$)", re.IGNORECASE)


_USABLE = (
    "FROM metric_values JOIN results ON results.id = metric_values.result JOIN runs ON runs.id = results.subject "
    "WHERE metric = ? AND value IS NOT NULL AND taint IS NULL AND dismissed IS NULL AND role IN ('validation', 'test')"
)


def _best(connection: sqlite3.Connection, wanted: str) -> str:
    """The run with the best value of ``METRIC`` or ``METRIC@DATASET``; values on two data sets are never ranked."""
    metric, data = wanted, ""
    datasets = _measured_on(connection, metric)
    if not datasets and "@" in wanted:
        metric, _, data = wanted.rpartition("@")
        datasets = {key: name for key, name in _measured_on(connection, metric).items() if _is_called(key, name, data)}
    if not datasets:
        raise NotFoundError(f"No untainted result has the metric {wanted!r}.")
    if len(datasets) > 1:
        names = ", ".join(sorted(name or "data not identified" for name in datasets.values()))
        first = min(key or "" for key in datasets)
        raise NotFoundError(
            f"{metric} was measured on {len(datasets)} data sets ({names}): the best of them is no one's.",
            f"Name one of them, by name or content: @best:{metric}@{first[:8] or 'NAME'}",
        )
    order = "ASC" if _LOWER_IS_BETTER.search(metric) else "DESC"
    row = connection.execute(
        f"SELECT results.subject {_USABLE} AND results.dataset IS ? ORDER BY value {order}, results.t DESC LIMIT 1",
        (metric, next(iter(datasets))),
    ).fetchone()
    return str(row[0])


def _measured_on(connection: sqlite3.Connection, metric: str) -> dict[str | None, str | None]:
    """Data sets a metric was measured on: key (content hash, else name) -> name."""
    rows = connection.execute(
        f"SELECT results.dataset, max(json_extract(results.data, '$.dataset.name')) {_USABLE} GROUP BY results.dataset",
        (metric,),
    )
    return dict(rows.fetchall())


def _is_called(key: str | None, name: str | None, wanted: str) -> bool:
    return wanted == name or bool(key and len(wanted) >= 4 and key.startswith(wanted.removeprefix("#")))


def _near(connection: sqlite3.Connection, reference: str) -> str:
    import difflib

    names = [row[0] for row in connection.execute("SELECT DISTINCT name FROM runs ORDER BY created_at DESC LIMIT 500")]
    close = difflib.get_close_matches(reference, names, n=2)
    return f" Did you mean {' or '.join(close)}?" if close else ""
