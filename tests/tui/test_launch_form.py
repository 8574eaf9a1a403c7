"""What a launch form understands of GPUs and of the queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from journal_files import make_run
from labjournal import paths
from labjournal.config import Config
from labjournal.errors import InputError, NotFoundError
from labjournal.follower import Follower
from labjournal.runner.request import Queueing
from labjournal.tui import launching
from labjournal.tui.feed import Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "v1")
    follower = Follower.open(journal)
    follower.catch_up()
    return Source(follower.store, Config(), journal)


def test_gpus_are_a_number_or_a_share_of_one() -> None:
    assert launching.gpus("") == (None, None)
    assert launching.gpus("2") == (2, None)
    assert launching.gpus("1 20G") == (1, 20 * 2**30)
    for wrong in ("two", "1 20", "1 G"):
        with pytest.raises(InputError):
            launching.gpus(wrong)


def test_a_share_of_a_gpu_waits_in_the_queue() -> None:
    asked = launching.request(launching.Form(command="python x.py", gpus="1 2G"))
    assert asked.gpus == 1
    assert asked.queue == Queueing(gpu_memory_bytes=2 * 2**30)


def test_the_queue_is_asked_for_in_words(source: Source) -> None:
    assert launching.queueing(source, "") is None
    assert launching.queueing(source, "no") is None
    assert launching.queueing(source, "yes") == Queueing()
    assert launching.queueing(source, "priority -3") == Queueing(priority=-3)
    run = source.store.resolve("v1").id
    assert launching.queueing(source, "after v1 priority 5") == Queueing(after=((run, False),), priority=5)
    assert launching.queueing(source, "after v1:any") == Queueing(after=((run, True),))


@pytest.mark.parametrize("wrong", ["maybe", "priority soon", "after"])
def test_words_the_queue_does_not_know_are_told(source: Source, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong.split()[0]):
        launching.queueing(source, wrong)


def test_a_run_to_wait_for_has_to_be_there(source: Source) -> None:
    with pytest.raises(NotFoundError):
        launching.queueing(source, "after nobody")


def test_what_was_asked_survives_the_editor() -> None:
    form = launching.Form(command="python x.py", gpus="1 20G", queue="after v1 priority 5")
    assert launching.from_text(launching.as_text(form)) == form


def test_all_that_is_wrong_in_a_form_is_told_at_once_and_where(source: Source) -> None:
    wrong = launching.Form(
        command='python "x.py',
        settings="depth",
        expect="acc >",
        gpus="x",
        queue="tomorrow",
        time="banana",
        parent="nope",
    )
    told = launching.troubles(source, wrong)
    assert list(told) == ["command", "settings", "expect", "gpus", "queue", "time", "parent"]
    assert "nope" in told["parent"]
    assert launching.troubles(source, launching.Form(command="python x.py", parent="v1", time="2h")) == {}
    assert list(launching.troubles(source, launching.Form(gpus="2"))) == ["command"]
