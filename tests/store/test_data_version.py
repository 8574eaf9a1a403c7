"""Whether others have written: asked of SQLite only when its log has moved."""

from __future__ import annotations

import os
import time
from pathlib import Path

from labjournal import paths
from labjournal.store import Store


def _let_the_log_rest(log: Path) -> None:
    """As if the last commit had been a minute ago."""
    then = time.time() - 60
    os.utime(log, (then, then))


def test_a_commit_of_another_connection_is_noticed_however_long_the_log_was_silent(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    log = Path(f"{journal.database}-wal")
    mine, other = Store.open(journal), Store.open(journal)
    for stamp in range(3):
        with other.writing():
            other.note_listed(stamp)
        _let_the_log_rest(log)
        before = mine.data_version()
        assert mine.data_version() == before
        with other.writing():
            other.note_listed(stamp + 10)
        assert mine.data_version() != before
    mine.close()
    other.close()


def test_two_commits_within_the_grain_of_the_clock_are_both_noticed(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    log = Path(f"{journal.database}-wal")
    mine, other = Store.open(journal), Store.open(journal)
    seen = []
    for stamp in range(20):
        with other.writing():
            other.note_listed(stamp)
        whole_second = time.time() // 1
        os.utime(log, (whole_second, whole_second))  # as a coarse clock would have it
        seen.append(mine.data_version())
    assert len(set(seen)) == 20
    mine.close()
    other.close()


def test_while_the_log_rests_sqlite_is_not_asked(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    store = Store.open(journal)
    with store.writing():
        store.note_listed(1)
    _let_the_log_rest(Path(f"{journal.database}-wal"))
    store.data_version()
    asked: list[str] = []
    store.connection.set_trace_callback(asked.append)
    for _ in range(5):
        store.data_version()
    assert asked == []
    store.close()
