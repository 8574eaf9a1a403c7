"""Words of people: appended, flushed, read back by days, and refused where they say nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from folded import Folded
from labjournal import facts, paths
from labjournal.diary import Diary, Measured, days, moment_of
from labjournal.errors import InputError, JournalUnavailableError
from labjournal.follower import Follower
from labjournal.model import Counts, EntryKind, Role
from labjournal.paths import JournalPaths

NOW = datetime(2026, 11, 20, 13, 44, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


@pytest.fixture
def diary(journal: JournalPaths) -> Diary:
    ticks = iter(range(10_000))
    return Diary(journal, lambda: NOW.timestamp() + next(ticks))


@pytest.fixture
def follower(journal: JournalPaths) -> Iterator[Follower]:
    opened = Follower.open(journal)
    yield opened
    opened.close()


def test_requirement_52_a_correction_is_a_new_fact_and_the_old_wording_stays(diary: Diary, follower: Follower) -> None:
    entry = diary.note("first", EntryKind.HYPOTHESIS)
    diary.amend(f"e:{entry}", "second")
    diary.amend(entry, "third")
    follower.catch_up()
    (read,) = follower.store.entries()
    assert (read.text, read.kind, [text for _, text in read.amended]) == (
        "third",
        EntryKind.HYPOTHESIS,
        ["first", "second"],
    )


def test_requirement_54_every_kind_of_a_person_can_be_written(diary: Diary, follower: Follower) -> None:
    kinds = "result bug fix hypothesis decision plan parameter-change restart incident question expectation".split()
    for kind in kinds:
        diary.note(kind, EntryKind(kind))
    follower.catch_up()
    assert [entry.kind.value for entry in follower.store.entries()] == kinds


@pytest.mark.parametrize("kind", [EntryKind.LAUNCH, EntryKind.ALARM, EntryKind.RETRACTION])
def test_kinds_of_the_journal_itself_are_refused(diary: Diary, kind: EntryKind) -> None:
    with pytest.raises(InputError, match=kind.value):
        diary.note("text", kind)


def test_what_says_nothing_is_refused_and_leaves_no_trace(diary: Diary, journal: JournalPaths) -> None:
    calls: list[Callable[[], str]] = [
        lambda: diary.note("  \n"),
        lambda: diary.amend("x", ""),
        lambda: diary.retract(),
        lambda: diary.retract(on=["x"], fixed="abc"),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()
    assert not journal.my_facts.exists()


def test_a_result_by_hand_is_read_back_whole(diary: Diary, follower: Follower) -> None:
    counts = Counts(("b", "s"), ((494, 30), (63, 413)), (0, 0))
    stated = diary.result(
        Measured(
            {"auc": 0.95}, step=2400, dataset="1:1", options={"numeric": "on"}, counts=counts, n=1000, digits={"auc": 2}
        )
    )
    follower.catch_up()
    (result,) = follower.store.results()
    assert (result.id, result.counts, result.n, result.subject.step) == (stated, counts, 1000, 2400)
    assert (result.dataset.name, result.options, result.digits) == ("1:1", {"numeric": "on"}, {"auc": 2})
    assert (result.role, result.sources[0].how) == (Role.VALIDATION, "stated")


def test_assign_dismiss_retract_and_lift_reach_the_result(diary: Diary, follower: Follower) -> None:
    result = diary.result(Measured({"accuracy": 0.9}, role=Role.UNASSIGNED))
    follower.catch_up()
    assert follower.store.results() == []
    diary.assign(result, dataset="1:1")
    follower.catch_up()
    assert follower.store.results()[0].dataset.name == "1:1"
    retraction = diary.retract([f"r:{result}"], why="wrong labels")
    follower.catch_up()
    assert follower.store.results()[0].taint == "wrong labels"
    diary.lift(retraction, "labels were right")
    follower.catch_up()
    assert follower.store.results()[0].taint is None
    diary.dismiss(result, "misread")
    follower.catch_up()
    assert follower.store.results() == []


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".labjournal").write_text("a file where the folder should be")
    with pytest.raises(JournalUnavailableError, match="Nothing was written"):
        Diary(JournalPaths(tmp_path / ".labjournal")).note("text")


def test_writers_at_the_same_time_lose_and_mix_nothing(journal: JournalPaths) -> None:
    script = (
        "import sys; from pathlib import Path; from labjournal.paths import JournalPaths\n"
        "from labjournal.diary import Diary\n"
        "diary = Diary(JournalPaths(Path(sys.argv[1])))\n"
        "for i in range(40): diary.note(sys.argv[2] * 3000)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(journal.folder), sign]) for sign in "abcd"]
    assert [writer.wait(60) for writer in writers] == [0] * 4
    read, _ = facts.read(journal.my_facts)
    assert len(read) == 160
    texts = [fact.data["text"] for _, fact in read if fact is not None]
    assert sorted(texts) == sorted(sign * 3000 for sign in "abcd" for _ in range(40))


def test_words_are_on_the_disk_before_the_call_returns(journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    Diary(journal).note("text")
    assert len(synced) == 1


def test_days_follow_the_zone_they_are_read_in() -> None:
    journal = Folded()
    journal.state("entry", {"kind": "note", "text": "x"})  # 09:01 UTC
    far = timezone(timedelta(hours=-10))
    assert [day.date.isoformat() for day in days(journal.store, zone=UTC)] == ["2026-11-18"]
    assert [day.date.isoformat() for day in days(journal.store, zone=far)] == ["2026-11-17"]


def test_days_hold_automatic_entries_and_can_be_searched() -> None:
    journal = Folded()
    run = journal.run("alpha", reason="try silu")
    journal.result(run, {"accuracy": 0.9}, "1:1", 1)
    journal.state("entry", {"kind": "note", "text": "the adapter never moved", "on": [run]})
    (day,) = days(journal.store, zone=UTC)
    assert [entry.kind.value for entry in day.entries] == ["launch", "result", "note"]
    assert [entry.text for day in days(journal.store, grep="adapt mov") for entry in day.entries] == [
        "the adapter never moved"
    ]
    assert days(journal.store, kinds=["bug"]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-19", "2026-11-19T00:00:00+00:00"),
        ("2026-11-19T08:30+02:00", "2026-11-19T08:30:00+02:00"),
        ("today", "2026-11-20T00:00:00+00:00"),
        ("yesterday", "2026-11-19T00:00:00+00:00"),
        ("12h", "2026-11-20T01:44:00+00:00"),
        ("7d", "2026-11-13T13:44:00+00:00"),
    ],
)
def test_since_is_a_date_a_word_or_an_age(text: str, expected: str) -> None:
    assert moment_of(text, NOW, UTC).isoformat() == expected


@pytest.mark.parametrize("text", ["soon", "", "d", "7y", "2026-13-01"])
def test_since_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no time"):
        moment_of(text, NOW, UTC)
