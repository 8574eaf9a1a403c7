"""Care of the database, by sqlite-utils: full-text index, statistics, space. Not on any start-up path."""

from __future__ import annotations

import sqlite3


def tidy(connection: sqlite3.Connection) -> None:
    """Merge the full-text index, refresh the planner's statistics, and write everything into the main file."""
    from sqlite_utils import Database

    database = Database(connection)
    database.table("entries_words").optimize()
    database.analyze()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def integrity(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with its own file; [] when nothing is."""
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    return [] if found == ["ok"] else found


def counts(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Runs, facts, points."""
    from sqlite_utils import Database

    database = Database(connection)
    points = connection.execute("SELECT ifnull(sum(n), 0) FROM series").fetchone()[0]
    return database["runs"].count, database["facts"].count, int(points)
