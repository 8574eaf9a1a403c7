"""Notices: told by real supervisors, once each, and never a way to run another command."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from labjournal import config as configuration
from labjournal import facts, machine
from labjournal.config import NotifyConfig
from labjournal.errors import InputError
from labjournal.follower import Follower
from labjournal.launchers import held, telling, tree
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


def _hours_from_now(begin: int, end: int) -> str:
    return "-".join(time.strftime("%H:%M", time.localtime(time.time() + 3600 * hours)) for hours in (begin, end))


@pytest.mark.parametrize(
    ("span", "clock", "quiet"),
    [
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "03:00", True),
        ("22:00-07:00", "07:00", False),
        ("12:30-13:30", "12:29", False),
        ("12:30-13:30", "13:29", True),
        ("12:30-13:30", "13:30", False),
    ],
)
def test_quiet_hours_may_span_midnight(monkeypatch: pytest.MonkeyPatch, span: str, clock: str, quiet: bool) -> None:
    monkeypatch.setattr(time, "localtime", lambda: time.strptime(clock, "%H:%M"))
    assert held.is_quiet(NotifyConfig(quiet=span)) is quiet


def test_what_comes_in_the_quiet_hours_is_told_after_them_as_one_failures_first(place: Place) -> None:
    settings = place.folder / "labjournal.toml"
    loud = settings.read_text()
    settings.write_text(f'{loud}quiet = "{_hours_from_now(-2, 2)}"\n')
    for command in (["true"], ["false"]):
        run = place.launch(command)
        exit_of(run)
        wait_for(lambda run=run: list(run.attempts.glob("1.noticed-*")))
    wait_for(lambda: len(list(place.paths.held_notices.glob("[!.]*"))) == 2)
    assert not (place.folder / "told").exists()
    settings.write_text(f'{loud}quiet = "{_hours_from_now(2, 4)}"\n')
    exit_of(place.launch(["true"]))
    together, own = _told(place, 2)
    assert together.startswith("failure|")
    assert together.index("failed: exit code 1") < together.index("done")
    assert own == "end|done"
    assert not place.paths.held_notices.exists()


def test_the_next_verb_tells_what_nobody_was_there_to_tell_once(place: Place) -> None:
    settings = place.folder / "labjournal.toml"
    settings.write_text(f'[notify]\nbell = true\nquiet = "{_hours_from_now(-2, 2)}"\n')
    exit_of(place.launch(["false"]))
    wait_for(lambda: list(place.paths.held_notices.glob("[!.]*")))
    command = [sys.executable, "-m", "labjournal", "ls"]

    def said() -> str:
        return subprocess.run(command, cwd=place.folder, capture_output=True, text=True, check=True, timeout=60).stderr

    assert said() == ""
    settings.write_text("[notify]\nbell = true\n")
    assert "failed: exit code 1" in said()
    assert said() == ""


def test_a_notice_that_cannot_be_held_is_told_at_once(place: Place) -> None:
    place.paths.folder.mkdir(exist_ok=True)
    place.paths.held_notices.write_text("a file where the folder should be")
    with (place.folder / "labjournal.toml").open("a") as settings:
        settings.write(f'quiet = "{_hours_from_now(-2, 2)}"\n')
    exit_of(place.launch(["true"]))
    assert _told(place, 1) == ["end|done"]


def test_a_webhook_gets_json_and_one_that_fails_harms_nobody(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[dict[str, str]] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200 if len(posted) > 1 else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("CHAT_WEBHOOK", f"http://127.0.0.1:{server.server_port}/secret")
    (place.folder / "labjournal.toml").write_text('[notify]\nwebhook = "$CHAT_WEBHOOK"\n')
    for expected in ("failed: exit code 1", "done"):
        run = place.launch(["false" if expected != "done" else "true"])
        exit_of(run)
        wait_for(lambda run=run: any(one["run"] == run.id for one in posted))
        assert posted[-1]["text"] == posted[-1]["content"]
        assert posted[-1]["text"].endswith(expected)
    server.shutdown()
    server.server_close()
    monkeypatch.setenv("CHAT_WEBHOOK", "file:///etc/passwd")
    exit_of(place.launch(["true"]))
    assert len(posted) == 2


@pytest.mark.parametrize("line", ['quiet = "night"', 'quiet = "22:00"', 'quiet = "25:00-07:00"', 'webhook = "a.b/c"'])
def test_what_could_tell_nobody_is_refused_when_it_is_read(tmp_path: Path, line: str) -> None:
    (tmp_path / "labjournal.toml").write_text(f"[notify]\n{line}\n")
    with pytest.raises(InputError, match=line.split()[0]):
        configuration.load(tmp_path)
