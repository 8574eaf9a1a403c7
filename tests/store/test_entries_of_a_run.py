"""What people say of a run is found by an index, in a new journal and in one of an older version."""

from __future__ import annotations

from typing import Any

import pytest

from labjournal import facts
from labjournal.store import Store, schema

RUN, OTHER = facts.new_ulid(1.79e9), facts.new_ulid(1.79e9 + 1)


def said(kind: str, run: str | None = None, /, **data: Any) -> facts.Fact:
    return facts.make(kind, data, run)


def stated() -> list[facts.Fact]:
    asked = said("entry", kind="question", text="why so slow?", on=[])
    return [
        said("run", RUN, name="a", kind="train", command=["x"]),
        said("run", OTHER, name="b", kind="train", command=["x"]),
        said("entry", kind="note", text="of both", on=[RUN, OTHER]),
        said("entry", kind="note", text="of a step", on=[f"{RUN}:1200"]),
        said("entry", kind="note", text="of b", on=[OTHER]),
        said("entry", kind="note", text="of nothing", on=["r:1", "outside:day"]),
        asked,
        said("entry_state", entry=asked.id, state="answered", why="", by=[RUN]),
    ]


def texts(store: Store, run: str) -> set[str]:
    return {entry.text for entry in store.entries(run=run)}


@pytest.fixture
def store() -> Store:
    made = Store.in_memory()
    with made.writing():
        made.fold(stated())
    return made


def test_what_is_said_of_a_run_is_found(store: Store) -> None:
    assert texts(store, RUN) == {"a launched", "of both", "of a step", "why so slow?"}
    assert texts(store, OTHER) == {"b launched", "of both", "of b"}


def test_no_entry_is_read_but_those_of_the_run(store: Store) -> None:
    asked: list[str] = []
    store.connection.set_trace_callback(asked.append)
    store.entries(run=RUN)
    store.connection.set_trace_callback(None)
    plans = [str(row[3]) for sql in asked for row in store.connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN entries")]


def test_an_amended_entry_is_about_what_it_names_now(store: Store) -> None:
    with store.writing():
        store.fold([said("entry", kind="note", text="later", on=[OTHER])])
    assert "later" in texts(store, OTHER)
    assert "later" not in texts(store, RUN)


def test_a_journal_of_an_older_version_is_brought_up(store: Store) -> None:
    before = texts(store, RUN), texts(store, OTHER)
    store.connection.execute("DROP TABLE entries_about")
    store.connection.execute("DROP INDEX entries_by_run")
    at = next(i for i, step in enumerate(schema.MIGRATIONS) if isinstance(step, str) and "entries_about" in step)
    store.connection.execute(f"PRAGMA user_version = {at}")
    schema.migrate(store.connection, "memory")
    assert (texts(store, RUN), texts(store, OTHER)) == before
