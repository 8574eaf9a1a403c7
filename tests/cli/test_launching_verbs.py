"""run, validate, stop, follow, logs and adopt as a shell sees them."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from journal_files import EventWriter
from labjournal.cli.following import Shown
from labjournal.paths import JournalPaths, RunPaths
from launching_place import alive, attempt_of, exit_of

Call = Callable[..., "subprocess.CompletedProcess[str]"]
ESCAPES = "\x1b]0;owned\x07\x1b[2J[red]x[/red]"


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Call]:
    """The command line in an empty folder."""
    (tmp_path / "labjournal.toml").write_text("[run]\nstop_int_s = 0.5\nstop_term_s = 0.5\n")

    def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        given = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 60, **more}
        return subprocess.run([*_program(), *arguments], check=False, **given)

    yield run
    run("stop", "@running")


def _program() -> list[str]:
    return [str(Path(sys.executable).with_name("labjournal"))]


def _run(tmp_path: Path, run_id: str) -> RunPaths:
    return JournalPaths(tmp_path / ".labjournal").run(run_id.strip())


def test_run_prints_the_id_alone_and_returns_at_once(call: Call, tmp_path: Path) -> None:
    began = time.monotonic()
    done = call("run", "--", "sleep", "30")
    assert time.monotonic() - began < 10
    assert done.returncode == 0
    assert len(done.stdout) == 27
    assert len(done.stderr.splitlines()) == 1  # that there is no git
    assert attempt_of(_run(tmp_path, done.stdout))["command"] == ["sleep", "30"]


def test_run_works_without_the_dashes_and_json_is_one_object(call: Call) -> None:
    done = call("run", "--json", "-n", "first", "echo", "--help")
    assert {"name": "first", "status": "RUNNING"}.items() <= json.loads(done.stdout).items()


def test_run_follow_is_the_command_its_output_and_its_code(call: Call) -> None:
    done = call("run", "--follow", "--", "sh", "-c", "printf 'a\\033[31m\\377' ; exit 5", text=False)
    assert done.returncode == 5
    assert done.stdout == b"a\x1b[31m\xff"
    assert call("run", "--follow", "--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM
    missing = call("run", "--follow", "--", "no-such-program")
    assert missing.returncode == 127
    assert "command not found: no-such-program" in missing.stderr


def test_a_command_that_is_not_found_is_said_at_once(call: Call) -> None:
    done = call("run", "--", "no-such-program")
    assert done.returncode == 127
    assert "command not found: no-such-program" in done.stderr
    assert call("run", "--json", "--", "/").returncode == 126
    assert call("retry", "@last").returncode == 126
    assert [run["status"] for run in json.loads(call("ls", "--json").stdout)] == ["FAILED", "FAILED"]
    assert json.loads(call("show", done.stdout.strip(), "--json").stdout)["exit_code"] == 127


def test_whether_a_queued_command_can_be_started_is_not_known_yet(call: Call) -> None:
    done = call("run", "--queue", "--", "no-such-program")
    assert done.returncode == 0
    assert call("follow", done.stdout.strip()).returncode == 127


def test_ctrl_c_while_following_leaves_the_run_alone_and_says_so(call: Call, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*_program(), "run", "--follow", "--", "sh", "-c", "echo up; exec sleep 30"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "goes on" in talk
    (run_id,) = JournalPaths(tmp_path / ".labjournal").run_ids()
    assert alive(attempt_of(_run(tmp_path, run_id))["pid"])


def test_follow_joins_a_run_and_ends_with_it(call: Call) -> None:
    run_id = call("run", "--", "sh", "-c", "echo one; sleep 0.5; echo two; exit 3").stdout.strip()
    done = call("follow", run_id[-6:])
    assert (done.stdout, done.returncode) == ("one\ntwo\n", 3)
    assert "failed: exit code 3" in done.stderr
    assert call("follow", run_id).returncode == 3


def test_follow_ends_when_the_run_is_lost(call: Call, tmp_path: Path) -> None:
    run = _run(tmp_path, call("run", "--", "sleep", "30").stdout)
    attempt = attempt_of(run)
    for key in ("supervisor_pid", "pid"):
        os.kill(attempt[key], signal.SIGKILL)
    done = call("follow", "@last")
    assert done.returncode == 1
    assert "lost: " in done.stderr
    assert exit_of(run)["status"] == "LOST"


def test_stop_asks_by_name_and_waits_when_told_to(call: Call, tmp_path: Path) -> None:
    run = _run(tmp_path, call("run", "-n", "long", "--", "sleep", "30").stdout)
    done = call("stop", "long", "-m", "enough", "--wait")
    assert done.returncode == 0
    assert "KILLED" in done.stderr
    assert "enough" in str(exit_of(run)["cause"])
    assert "has ended already" in call("stop", "long").stderr
    assert call("stop", "nobody").returncode == 1


def test_logs_shows_escapes_collapses_bars_and_counts_lines(call: Call) -> None:
    code = f"print({ESCAPES!r}); print('1%\\r50%\\r100%'); print('last')"
    run_id = call("run", "--follow", "--", sys.executable, "-c", code).stderr.split()[-1]
    done = call("logs", run_id)
    assert done.stdout == "␛]0;owned␇␛[2J[red]x[/red]\n100%\nlast\n"
    assert call("logs", run_id, "--tail", "1").stdout == "last\n"
    assert json.loads(call("logs", run_id, "--tail", "2", "--json").stdout) == ["100%", "last"]
    assert call("logs", run_id, "--raw").stdout.startswith(ESCAPES)


def test_a_hostile_name_is_shown_and_not_obeyed(call: Call) -> None:
    call("run", "-n", ESCAPES, "--", "sleep", "30")
    for done in (call("stop", "@last"), call("ls")):
        assert "\x1b" not in done.stdout + done.stderr


def test_a_run_can_be_forked_from_another(call: Call, tmp_path: Path) -> None:
    parent = call("run", "--", "true").stdout.strip()
    child = call("run", "--from", parent[-6:], "--", "true").stdout
    data = json.loads(_run(tmp_path, child).run.read_text())["data"]
    assert data["parent"] == {"run": parent, "step": None, "checkpoint": None}
    assert call("run", "--from", f"{parent}:900", "--", "true").returncode == 1


@pytest.fixture
def trained(call: Call, tmp_path: Path) -> str:
    """A run with one checkpoint, and a validation script that prints what it was given."""
    (tmp_path / "validate.py").write_text(
        "import os, sys; print(*sys.argv[1:], os.environ['LABJOURNAL_SUBJECT_RUN'], os.environ['LABJOURNAL_OPTIONS'])"
    )
    (tmp_path / "last.pt").write_text("weights")
    return call("run", "-n", "train-a", "--", "true").stdout.strip()


def test_validate_runs_every_combination_once_and_remembers_the_command(
    call: Call, tmp_path: Path, trained: str
) -> None:
    command = (sys.executable, "validate.py", "{checkpoint}", "{dataset}", "{numeric}")
    wanted = ("train-a:last.pt", "-d", "1:1", "-d", "1:10", "-o", "numeric=on", "-o", "numeric=off")
    done = call("validate", *wanted, "--", *command)
    assert done.returncode == 0, done.stderr
    runs = [_run(tmp_path, run_id) for run_id in done.stdout.split()]
    assert [exit_of(run)["status"] for run in runs] == ["DONE"] * 4
    printed = [run.log.read_text().split()[:3] for run in runs]
    assert printed == [["last.pt", data, on] for data in ("1:1", "1:10") for on in ("on", "off")]
    about = json.loads(runs[1].run.read_text())["data"]
    assert about["kind"] == "validate"
    expected = {"run": trained, "checkpoint": "last.pt", "dataset": "1:1", "options": {"numeric": "off"}}
    assert expected.items() <= about["validates"].items()
    again = call("validate", "train-a:last.pt", "-d", "2:1", "-o", "numeric=on", "--follow")
    assert again.stdout.split()[:3] == ["last.pt", "2:1", "on"]


def test_validate_says_what_its_command_lacks(call: Call, trained: str) -> None:
    done = call("validate", "train-a", "--", "echo", "{checkpoint}")
    assert done.returncode == 1
    assert "No checkpoint of train-a" in done.stderr
    done = call("validate", "train-a:last.pt", "--", "echo", "{checkpoint}", "{dataset}")
    assert done.returncode == 2
    assert "--dataset NAME" in done.stderr
    done = call("validate", "train-a:last.pt")
    assert done.returncode == 2
    assert "Give the command once" in done.stderr
    done = call("validate", "train-a:last.pt", "--", "true")
    assert done.returncode == 0, done.stderr
    assert "the command has no {checkpoint}" in done.stderr


def test_a_running_process_is_adopted_once_and_can_be_stopped(call: Call, tmp_path: Path) -> None:
    outside = subprocess.Popen(["sleep", "60"])
    try:
        run_id = call("adopt", str(outside.pid), "-n", "found").stdout.strip()
        listed = json.loads(call("ls", "--json").stdout)
        assert [(run["id"], run["status"], run["name"]) for run in listed] == [(run_id, "RUNNING", "found")]
        assert call("adopt", str(outside.pid)).returncode == 2
        call("stop", "found")
        assert outside.wait(timeout=20) == -signal.SIGINT
        assert exit_of(_run(tmp_path, run_id))["status"] == "KILLED"
    finally:
        outside.kill()
        outside.wait()


def test_an_adopted_process_without_event_files_has_no_curves_until_it_is_said_where(
    call: Call, tmp_path: Path
) -> None:
    place, elsewhere = tmp_path / "place", tmp_path / "elsewhere"
    place.mkdir()
    with subprocess.Popen(["sleep", "60"], cwd=place) as outside:
        adopted = call("adopt", str(outside.pid), "-n", "found")
        assert f"no event file of it was found below {place}: it has no curves yet" in adopted.stderr
        assert f"labjournal adopt {outside.pid} --logdir DIR" in adopted.stderr
        assert f"labjournal adopt {outside.pid} --logdir DIR" in call("show", "found").stdout
        name = elsewhere / f"events.out.tfevents.{time.time() - 1:.0f}.box"
        EventWriter(name).add("loss", 1, 0.5)
        time.sleep(4)  # a file just begun may yet be somebody else's
        again = call("adopt", str(outside.pid), "--logdir", str(elsewhere))
        assert again.stdout == adopted.stdout
        assert "no curves" not in again.stderr
        assert "loss" in call("show", "found").stdout
        assert call("adopt", str(outside.pid), "--logdir", str(elsewhere)).returncode == 2
        call("reindex")
        assert "loss" in call("scalars", "found").stdout
        outside.kill()


def test_a_folder_of_event_files_is_adopted_once(call: Call, tmp_path: Path) -> None:
    (tmp_path / "logs" / "a").mkdir(parents=True)
    (tmp_path / "logs" / "a" / "events.out.tfevents.1700000000.box").touch()
    os.utime(tmp_path / "logs" / "a" / "events.out.tfevents.1700000000.box", (1700009999, 1700009999))
    told = json.loads(call("adopt", "logs", "--json").stdout)
    assert (told["name"], told["status"]) == ("logs", "LOST")
    assert exit_of(_run(tmp_path, told["id"]))["ended_at"].startswith("2023-11-15")
    assert call("adopt", "logs").returncode == 2
    assert call("adopt", "entirely-elsewhere").returncode == 1


def test_a_terminal_is_protected_from_what_a_run_prints(call: Call, tmp_path: Path) -> None:
    code = f"print({ESCAPES!r} + '\\x1b[31mred')"
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*_program(), "run", "--follow", "--", sys.executable, "-c", code],
        cwd=tmp_path, stdout=slave, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.wait(timeout=30) == 0
    os.close(slave)
    shown = os.read(master, 4096).decode()
    os.close(master)
    assert shown == "␛]0;owned␇␛[2J[red]x[/red]\x1b[31mred\r\n"


def test_an_escape_sequence_cut_in_two_is_still_recognised() -> None:
    shown = Shown()
    text = "".join(shown.feed(bytes([byte])) for byte in b"a\x1b[3" + "1mé\x1b[2J\r\n".encode())
    assert text + shown.feed(b"\x1b", final=True) == "a\x1b[31mé␛[2J\r\n␛"
