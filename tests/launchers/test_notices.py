"""Notices: told by real supervisors, once each, and never a way to run another command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import facts, machine
from labjournal.launchers import telling, tree
from labjournal.launchers.notices import Notices
from launching_place import Place, exit_of, wait_for


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    (tmp_path / "tell.sh").write_text(f'printf "%s|%s\\n" "$1" "$2" >> {tmp_path}/told\n')
    (tmp_path / "labjournal.toml").write_text(f'[notify]\ncommand = "sh {tmp_path}/tell.sh {{what}} {{text}}"\n')
    yield place
    for run_id in place.paths.run_ids():
        tree.signal_all(tree.of_run(run_id, (), machine), signal.SIGKILL, machine)


def _told(place: Place, count: int) -> list[str]:
    told = place.folder / "told"
    wait_for(lambda: told.exists() and len(told.read_text().splitlines()) >= count)
    return told.read_text().splitlines()


def test_an_end_and_a_failure_are_told_in_words(place: Place) -> None:
    exit_of(place.launch(["true"]))
    assert _told(place, 1) == ["end|done"]
    exit_of(place.python("raise ValueError('a; touch /tmp/x $(id)')"))
    assert _told(place, 2)[1].startswith("failure|failed: exit code 1: ValueError: a; touch /tmp/x $(id)")


def test_an_alarm_is_told_once_however_often_it_is_looked_for(place: Place) -> None:
    plan = place.plan([sys.executable, "-c", "pass"])
    run = place.paths.run(plan.run_id)
    run.attempts.mkdir()
    data = {"rule": "weights_not_finite", "level": "alarm", "message": "NaN in w", "subject": "w"}
    facts.append(facts.writer_path(run.facts, 1, "watch"), [facts.make("finding", data, run=run.id)] * 2)
    for _ in range(2):
        Notices(run, 1).look()
    assert _told(place, 1) == ["alarm|weights_not_finite: NaN in w"]


def test_what_is_not_asked_for_is_not_told_and_without_a_channel_nothing_is_read(place: Place) -> None:
    (place.folder / "labjournal.toml").write_text('[notify]\non = ["end"]\ncommand = "false"\n')
    run = place.launch(["false"])
    exit_of(run)
    assert not list(run.attempts.glob("*.noticed*"))
    (place.folder / "labjournal.toml").unlink()
    assert Notices(run, 1)._wanted == ()


def test_words_of_a_run_stay_one_word() -> None:
    assert telling.words("mail {name} -- {text}", {"name": "a b", "text": "; rm -rf /"}) == [
        "mail",
        "a b",
        "--",
        "; rm -rf /",
    ]
    assert telling.words("broken 'quote", {}) == []
