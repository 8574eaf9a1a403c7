"""Tables of journal.db, and how an older database becomes a newer one.

The database is an index over appended files: where a migration is not worth writing, `reindex` is the migration.
Migrations are numbered, appended and never edited.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from labjournal.errors import NewerJournalError

_INITIAL = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

CREATE TABLE facts (
    id TEXT PRIMARY KEY, t TEXT NOT NULL, kind TEXT NOT NULL, host TEXT, user TEXT, run TEXT, v INTEGER,
    data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX facts_by_run ON facts (run, kind);
CREATE INDEX facts_by_kind ON facts (kind);

CREATE TABLE files (
    path TEXT PRIMARY KEY, run TEXT, role TEXT NOT NULL, offset INTEGER NOT NULL DEFAULT 0, state TEXT,
    folder TEXT, first_wall REAL, trouble TEXT
) WITHOUT ROWID;
CREATE INDEX files_by_run ON files (run);

CREATE TABLE runs (
    id TEXT PRIMARY KEY, name TEXT, kind TEXT, status TEXT, cause TEXT, reason TEXT, parent TEXT,
    created_at TEXT, started_at TEXT, ended_at TEXT, exit_code INTEGER, code TEXT, dirty INTEGER, git_tag TEXT,
    watch TEXT, worst_rule TEXT, worst_level TEXT, worst_count INTEGER, checkpoints INTEGER DEFAULT 0,
    attempts INTEGER DEFAULT 0, step INTEGER, retracted TEXT, subject TEXT, sealed INTEGER DEFAULT 0, data TEXT
) WITHOUT ROWID;
CREATE INDEX runs_listed ON runs (
    created_at, id, name, kind, status, reason, watch, worst_rule, worst_level, worst_count, step, retracted
);
CREATE INDEX runs_by_name ON runs (name);
CREATE INDEX runs_by_status ON runs (status);
CREATE INDEX runs_by_parent ON runs (parent);
CREATE INDEX runs_by_subject ON runs (subject);
CREATE INDEX runs_by_seal ON runs (sealed);

CREATE TABLE attempts (run TEXT, number INTEGER, t TEXT, data TEXT, PRIMARY KEY (run, number)) WITHOUT ROWID;

CREATE TABLE checkpoints (
    run TEXT, path TEXT, version TEXT, step INTEGER, size INTEGER, written_at TEXT, PRIMARY KEY (run, path, version)
) WITHOUT ROWID;

CREATE TABLE series (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, folder TEXT NOT NULL, tag TEXT NOT NULL, n INTEGER NOT NULL,
    first_step INTEGER, last_step INTEGER, last_value REAL, last_wall REAL, UNIQUE (run, folder, tag)
);
CREATE TABLE chunks (
    series INTEGER NOT NULL, file TEXT NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL, session INTEGER NOT NULL,
    steps BLOB NOT NULL, walls BLOB NOT NULL, vals BLOB NOT NULL, PRIMARY KEY (series, file, seq)
);

CREATE TABLE results (
    id TEXT PRIMARY KEY, t TEXT NOT NULL, run TEXT, subject TEXT, measured_by TEXT, step INTEGER, dataset TEXT,
    role TEXT, taint TEXT, dismissed TEXT, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX results_by_run ON results (run);
CREATE INDEX results_by_subject ON results (subject, step, dataset, role, dismissed, taint);
CREATE INDEX results_elsewhere ON results (role, dismissed) WHERE role NOT IN ('validation', 'test');
CREATE TABLE result_facts (fact TEXT PRIMARY KEY, result TEXT NOT NULL, run TEXT) WITHOUT ROWID;
CREATE INDEX result_facts_by_run ON result_facts (run);
CREATE TABLE metric_values (result TEXT, metric TEXT, value REAL, PRIMARY KEY (result, metric)) WITHOUT ROWID;
CREATE INDEX metric_values_by_metric ON metric_values (metric, result, value);

CREATE TABLE findings (
    id TEXT PRIMARY KEY, run TEXT, rule TEXT, level TEXT, subject TEXT, step INTEGER, first_seen TEXT,
    acknowledged TEXT, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX findings_by_run ON findings (run);

CREATE TABLE entries (
    id TEXT PRIMARY KEY, t TEXT NOT NULL, kind TEXT NOT NULL, run TEXT, owner TEXT, user TEXT,
    automatic INTEGER NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX entries_by_time ON entries (t);
CREATE INDEX entries_by_owner ON entries (owner);
CREATE VIRTUAL TABLE entries_words USING fts5(text, content='entries', content_rowid='rowid');
CREATE TRIGGER entries_in AFTER INSERT ON entries BEGIN
    INSERT INTO entries_words (rowid, text) VALUES (new.rowid, new.text);
END;
CREATE TRIGGER entries_out AFTER DELETE ON entries BEGIN
    INSERT INTO entries_words (entries_words, rowid, text) VALUES ('delete', old.rowid, old.text);
END;
"""

_TALLIED = """
CREATE TABLE values_wide (
    result TEXT, metric TEXT, value REAL, subject TEXT, step INTEGER, options TEXT, dataset TEXT, t TEXT,
    usable INTEGER, PRIMARY KEY (result, metric)
);
INSERT INTO values_wide SELECT v.result, v.metric, v.value, r.subject, r.step, json_extract(r.data, '$.options'),
    r.dataset, r.t, r.role IN ('validation', 'test') AND r.dismissed IS NULL AND r.taint IS NULL
    FROM metric_values v JOIN results r ON r.id = v.result;
DROP TABLE metric_values;
ALTER TABLE values_wide RENAME TO metric_values;
CREATE INDEX metric_values_pivoted ON metric_values (metric, usable, subject, step, options, dataset, value);
CREATE INDEX results_by_dataset ON results (dataset);
CREATE TABLE tallies (
    run TEXT PRIMARY KEY, measured INTEGER NOT NULL, unassigned INTEGER NOT NULL, training INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO tallies SELECT ifnull(run, ''), sum(role IN ('validation', 'test')), sum(role = 'unassigned'),
    sum(role = 'train') FROM results WHERE dismissed IS NULL GROUP BY run;
DROP INDEX results_elsewhere;
"""
"""What a pivot needs stands beside each value, and each run's results are counted: no table reads 100,000 of them."""

_FAMILIES = """
ALTER TABLE runs ADD COLUMN study TEXT;
ALTER TABLE runs ADD COLUMN sweep TEXT;
CREATE INDEX runs_by_study ON runs (study) WHERE study IS NOT NULL;
CREATE INDEX runs_by_sweep ON runs (sweep) WHERE sweep IS NOT NULL;
"""

_MEASURED = """
CREATE INDEX results_by_process ON results (measured_by);
"""
"""What a run's own process measured is asked for each run that ends; without this each of them read every result."""

_TURNED = """
CREATE TABLE pivots (
    metric TEXT, subject TEXT, datasets TEXT NOT NULL, options TEXT NOT NULL, steps BLOB NOT NULL,
    places BLOB NOT NULL, counts BLOB NOT NULL, vals BLOB NOT NULL, PRIMARY KEY (metric, subject)
) WITHOUT ROWID;
CREATE INDEX pivots_by_subject ON pivots (subject);
"""


def _turn(connection: sqlite3.Connection) -> None:
    from labjournal.store import pivot

    pivot.write_all(connection)


_OVERVIEWS = """
CREATE TABLE overviews (
    series INTEGER NOT NULL, file TEXT NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL,
    steps BLOB NOT NULL, walls BLOB NOT NULL, vals BLOB NOT NULL, PRIMARY KEY (series, file, seq)
);
CREATE TRIGGER chunks_changed AFTER UPDATE OF vals ON chunks BEGIN
    DELETE FROM overviews WHERE series = old.series AND file = old.file AND seq = old.seq;
END;
CREATE TRIGGER chunks_gone AFTER DELETE ON chunks BEGIN
    DELETE FROM overviews WHERE series = old.series AND file = old.file AND seq = old.seq;
END;
"""

_ABOUT = """
CREATE TABLE IF NOT EXISTS entries_about (run TEXT, entry TEXT, owner TEXT, PRIMARY KEY (run, entry)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_about_owner ON entries_about (owner);
CREATE INDEX IF NOT EXISTS entries_by_run ON entries (run);
"""
"""What people say of a run is found without reading everything that was ever said."""


def _note_about(connection: sqlite3.Connection) -> None:
    from labjournal.store import entries

    entries.note_about(connection)


def _make_relative(connection: sqlite3.Connection) -> None:
    from labjournal.store import places

    places.make_relative(connection)


MIGRATIONS: tuple[str | Callable[[sqlite3.Connection], None], ...] = (
    _INITIAL,
    _TALLIED,
    _FAMILIES,
    _MEASURED,
    _TURNED,
    _turn,
    _OVERVIEWS,
    _make_relative,
    _ABOUT,
    _note_about,
)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the database to the newest version. Raises NewerJournalError for one from the future, untouched."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == len(MIGRATIONS):
        return
    if version > len(MIGRATIONS):
        raise NewerJournalError(
            f"{path} was written by a newer labjournal (database {version}, this one knows {len(MIGRATIONS)}).",
            "Nothing was touched. Update with: pip install -U labjournal",
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have been quicker
        for number in range(version, len(MIGRATIONS)):
            step = MIGRATIONS[number]
            if isinstance(step, str):
                for statement in _statements(step):
                    connection.execute(statement)
            else:
                step(connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """The statements of a script; ``executescript`` would commit behind our back."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
