"""One journal, two users: in a shared folder both write; in somebody else's folder it is read and left alone."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from journal_files import EventWriter, make_run
from labjournal import facts, paths
from labjournal.follower import Follower
from labjournal.paths import JournalPaths

OTHER = 12345
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="becoming two users needs root")


def as_other(act: Callable[[], object]) -> int:
    """What a process of another user does, forked: that user may not be able to start this Python."""
    child = os.fork()
    if child == 0:
        try:
            os.setgid(OTHER)
            os.setuid(OTHER)
            act()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told, and never back into pytest
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JournalPaths:
    """Made with everything readable by all, and a run with a curve in it; all that follows is imported."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nothing"))
    journal = paths.find_or_make(tmp_path)
    run = make_run(journal, "theirs", log="accuracy: 0.9\n")
    writer = EventWriter(run.events / "events.out.tfevents.1")
    writer.add("loss", 1, 0.5)
    writer.close()
    warm = Follower.open(journal)
    warm.catch_up()
    warm.close()
    return journal


def note(journal: JournalPaths, text: str, user: str) -> None:
    made = facts.make("entry", {"kind": "note", "text": text})
    mine = journal.human_facts / f"box-{user}.jsonl"
    facts.append(mine, [made._replace(user=user)], lock=True)


def test_both_write_into_a_journal_in_a_shared_folder(journal: JournalPaths) -> None:
    for path in (journal.folder, *journal.folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)

    def other() -> None:
        os.umask(0)
        note(journal, "said by the other", "other")
        follower = Follower.open(journal)
        follower.catch_up()
        assert follower.store.on_disk
        follower.close()

    assert as_other(other) == 0
    note(journal, "said by me", "me")
    follower = Follower.open(journal)
    follower.catch_up()
    texts = {entry.text for entry in follower.store.entries(kinds=["note"])}
    assert texts == {"said by the other", "said by me"}


def test_a_journal_that_may_only_be_read_is_read_and_left_alone(journal: JournalPaths) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in journal.folder.rglob("*") if p.is_file()}

    before = state()

    def other() -> None:
        follower = Follower.open(journal)
        follower.catch_up()
        (row,) = follower.store.run_rows()
        assert (row.name, row.status) == ("theirs", "DONE")
        assert [info.key.name for info in follower.store.series_list(row.id)] == ["loss"]
        assert not follower.store.on_disk
        follower.close()

    assert as_other(other) == 0
    assert state() == before
