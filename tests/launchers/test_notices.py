"""Notices: told by real supervisors, once each, and never a way to run another command."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal import facts, machine
from labjournal.follower import Follower
from labjournal.launchers import telling, tree
from labjournal.launchers.notices import Notices
from launching_place import PATIENCE_S, Place, attempt_of, exit_of, wait_for


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


def test_a_run_that_takes_too_long_is_told_once(place: Place) -> None:
    plan = place.plan(["sleep", "5"])
    run = place.paths.run(plan.run_id)
    launched = json.loads(run.run.read_text())
    launched["data"]["expect_time_s"] = 0.5
    run.run.write_text(json.dumps(launched) + "\n")
    place.launcher.launch([plan])
    assert _told(place, 1) == ["late|runs for 0.8 s now, and 0.5 s was expected"]
    exit_of(run)
    assert _told(place, 2)[1:] == ["end|done"]


def test_a_lost_run_is_told_by_whoever_finds_it_once(place: Place) -> None:
    run = place.launch(["sleep", "100"])
    about = attempt_of(run)
    for who in ("supervisor_pid", "pid"):
        os.kill(about[who], signal.SIGKILL)
    wait_for(
        lambda: not (machine.process_alive(about["pid"], None) or machine.process_alive(about["supervisor_pid"], None))
    )
    for _ in range(2):
        follower = Follower.open(place.paths)
        follower.catch_up()
        follower.close()
    (told,) = _told(place, 1)
    assert told.startswith("failure|lost: its process and its supervisor are gone")


def test_the_bell_rings_in_the_terminal_the_run_was_launched_from(tmp_path: Path) -> None:
    (tmp_path / "labjournal.toml").write_text('[notify]\nbell = true\non = ["end", "failure"]\n')
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "labjournal", "run", "--", "sleep", "0.2"]
    subprocess.run(command, cwd=tmp_path, stderr=theirs, stdout=subprocess.DEVNULL, check=True, timeout=60)
    heard = b""
    while b"\a" not in heard:
        assert select.select([ours], [], [], PATIENCE_S)[0], heard
        heard += os.read(ours, 1000)
    assert heard.count(b"\a") == 1
    os.close(theirs)
    os.close(ours)


def test_a_bell_for_a_terminal_that_is_gone_or_is_none_rings_nowhere(place: Place) -> None:
    (place.folder / "labjournal.toml").write_text("[notify]\nbell = true\n")
    victim = place.folder / "not-a-terminal"
    victim.write_text("")
    for terminal in (str(victim), "/dev/pts/99999", None, 3):
        plan = place.plan(["true"])
        run = place.paths.run(plan.run_id)
        launched = json.loads(run.run.read_text())
        launched["data"]["launched_by"] = {"terminal": terminal, "host": facts.host_name()}
        run.run.write_text(json.dumps(launched) + "\n")
        place.launcher.launch([plan])
        exit_of(run)
        wait_for((run.attempts / "1.noticed-end.json").exists)
    assert victim.read_text() == ""


def test_words_of_a_run_stay_one_word() -> None:
    assert telling.words("mail {name} -- {text}", {"name": "a b", "text": "; rm -rf /"}) == [
        "mail",
        "a b",
        "--",
        "; rm -rf /",
    ]
    assert telling.words("broken 'quote", {}) == []
