"""When the index stops looking at a run."""

from __future__ import annotations

from pathlib import Path

from journal_files import add_facts, make_run
from labjournal import paths
from labjournal.follower import Follower


def test_a_run_that_somebody_started_again_meanwhile_is_not_sealed(tmp_path: Path) -> None:
    """Two followers: one has looked at the end, the other has folded the restart before the first one seals."""
    journal = paths.find_or_make(tmp_path)
    run = make_run(journal)
    one = Follower.open(journal)
    one.catch_up()
    assert run.id not in one.store.unsealed(2)
    add_facts(run, ("restart", {"n": 2, "verb": "retry"}))
    run.exit.rename(run.earlier_exit(1))
    other = Follower.open(journal)
    other.unseal([run.id])
    assert other.store.run(run.id).ended_at is None
    with one.store.writing():
        one.store.seal(run.id, 2)
    assert run.id in one.store.unsealed(2)
    one.close()
    other.close()
