"""pull, against a real sshd on loopback with keys and configuration of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from labjournal.paths import JournalPaths
from launching_place import wait_for

LABJOURNAL = str(Path(sys.executable).with_name("labjournal"))


def _sshd() -> str | None:
    return shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[str]:
    """An ssh command whose host ``box`` is this machine."""
    program = _sshd()
    lacking = [name for name in ("ssh", "ssh-keygen", "rsync") if shutil.which(name) is None]
    if program is None or lacking or os.getuid() != 0:
        pytest.skip(f"no sshd of its own: {', '.join(lacking) or 'sshd'} is missing, or this is not root")
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PidFile {folder}/sshd.pid\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
    )
    (folder / "config").write_text(
        f"Host box\n HostName 127.0.0.1\n Port {port}\n IdentityFile {folder}/user\n StrictHostKeyChecking no\n"
        f" UserKnownHostsFile /dev/null\n BatchMode yes\n LogLevel ERROR\n IdentitiesOnly yes\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    daemon = subprocess.Popen([program, "-D", "-f", str(folder / "sshd_config")], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(port))
        yield f"ssh -F {folder}/config"
    finally:
        daemon.terminate()
        daemon.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _call(folder: Path, *words: str, code: int = 0) -> str:
    folder.mkdir(exist_ok=True)
    done = subprocess.run([LABJOURNAL, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_runs_and_words_of_another_machine_come_and_nothing_here_is_overwritten(tmp_path: Path, ssh: str) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    _call(there, "run", "-n", "far", "--follow", "--", "sh", "-c", "echo accuracy: 0.5")
    _call(there, "note", "said there", "--on", "far")
    _call(here, "run", "-n", "near", "--follow", "--", "true")
    where = ("pull", f"box:{there}", "--ssh", ssh)
    assert "1 new runs, 0 brought up to date" in _call(here, *where)
    assert {row["name"]: row["status"] for row in json.loads(_call(here, "ls", "--json"))} == {
        "far": "DONE",
        "near": "DONE",
    }
    assert "said there" in _call(here, "diary")
    assert "0 new runs, 0 brought up to date" in _call(here, *where)

    # More happens there; what is known comes up to date.
    _call(there, "retry", "far", "--follow")
    assert "1 brought up to date" in _call(here, *where)
    far = next(row for row in json.loads(_call(here, "ls", "--json")) if row["name"] == "far")
    assert (far["attempts"], far["status"]) == (2, "DONE")

    # And back: its own run is not touched there.
    assert "1 are this journal's own" in _call(there, "pull", f"box:{here}", "--ssh", ssh)
    assert len(JournalPaths(there / ".labjournal").run_ids()) == 2


def test_what_an_exported_diary_told_of_a_run_makes_room_for_the_run_itself(tmp_path: Path, ssh: str) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    _call(there, "run", "-n", "far", "--follow", "--", "sh", "-c", "echo test accuracy: 0.5")
    _call(there, "note", "said there", "--on", "far")
    _call(there, "export")
    here.mkdir()
    _call(here, "import", str(there / "entries"))
    diary = _call(here, "diary", "--all")
    assert "1 new runs" in _call(here, "pull", f"box:{there}", "--ssh", ssh)
    assert "test accuracy: 0.5" in _call(here, "logs", "far")
    assert _call(here, "diary", "--all") == diary
    assert len(json.loads(_call(here, "compare", "--json"))["rows"]) == 1


def test_a_run_on_another_machine_is_followed_to_its_end(tmp_path: Path, ssh: str) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    hold = "echo first; while [ ! -e go ]; do sleep 0.1; done; echo last; exit 3"
    _call(there, "run", "-n", "long", "--", "sh", "-c", hold)
    _call(here, "follow", "box:long", "--ssh", ssh, code=1)
    words = [LABJOURNAL, "follow", "box:long", "--path", str(there), "--ssh", ssh]
    with subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "first\n", "while it runs"
        (there / "go").touch()
        assert following.stdout.read() == "last\n"
    assert following.returncode == 3, "as the command there"
    (far,) = json.loads(_call(here, "ls", "--json"))
    assert (far["name"], far["status"], far["exit_code"]) == ("long", "FAILED", 3)
    assert "first" in _call(here, "follow", "box:@last", "--ssh", ssh, code=3), "its place is known by now"
    assert "No run on box is called 'nosuch'" in _call(here, "follow", "box:nosuch", "--ssh", ssh, code=1)


def test_a_connection_that_breaks_is_taken_up_where_it_was(tmp_path: Path, ssh: str) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    hold = "echo one; while [ ! -e go ]; do sleep 0.1; done; echo two"
    _call(there, "run", "-n", "long", "--", "sh", "-c", hold)
    here.mkdir()
    words = [LABJOURNAL, "follow", "box:long", "--path", str(there), "--ssh", ssh]
    with subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "one\n"
        for child in psutil.Process(following.pid).children():
            child.kill()
        (there / "go").touch()
        assert following.stdout.read() == "two\n", "nothing twice, nothing lost"
    assert following.returncode == 0


_BREAKS = """\
import os, subprocess, sys
ssh = subprocess.Popen([*{ssh}, *sys.argv[1:]], stdout=subprocess.PIPE)
left = 450_000
while left and (data := os.read(ssh.stdout.fileno(), min(left, 65536))):
    os.write(1, data)
    left -= len(data)
ssh.kill()
"""


def _content(folder: Path) -> dict[str, bytes]:
    runs = folder / ".labjournal" / "runs"
    files = (path for path in runs.rglob("*") if path.is_file() and path.name != "pulled.json")
    return {str(path.relative_to(runs)): path.read_bytes() for path in files}


def test_a_pull_that_breaks_off_in_the_middle_is_gone_on_with(tmp_path: Path, ssh: str) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    for name in ("first", "second", "third"):
        _call(there, "run", "-n", name, "--follow", "--", "sh", "-c", "head -c 300000 /dev/urandom | base64 -w 100")
    breaks = tmp_path / "breaks.py"
    breaks.write_text(_BREAKS.format(ssh=ssh.split()))
    assert "call it again" in _call(here, "pull", f"box:{there}", "--ssh", f"{sys.executable} {breaks}", code=3)
    assert [path for path in (here / ".labjournal" / "runs").rglob("*") if path.is_file()], "it had begun"
    assert json.loads(_call(here, "ls", "--json")) == [], "no run by halves"
    _call(here, "pull", f"box:{there}", "--ssh", ssh)
    assert _content(here) == _content(there)
    assert {row["name"]: row["status"] for row in json.loads(_call(here, "ls", "--json"))} == {
        "first": "DONE",
        "second": "DONE",
        "third": "DONE",
    }
    _call(there, "retry", "first", "--follow")
    assert "1 brought up to date" in _call(here, "pull", f"box:{there}", "--ssh", ssh)


def test_a_host_or_a_journal_that_is_not_there_is_said_and_nothing_is_left(tmp_path: Path, ssh: str) -> None:
    here = tmp_path / "here"
    assert "not there" in _call(here, "pull", f"box:{tmp_path}/nothing", "--ssh", ssh, code=1)
    _call(here, "pull", "no-colon", code=2)
    assert JournalPaths(here / ".labjournal").run_ids() == []
