"""Launching as a user does, from requests to run folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labjournal import facts
from labjournal.config import ChecksConfig, CodeConfig, Config, WatchConfig
from labjournal.errors import InputError, JournalUnavailableError
from labjournal.launchers.base import LaunchError
from labjournal.paths import JournalPaths, make
from labjournal.runner import launching, numbering
from labjournal.runner.request import Launched, LaunchRequest, Parent, Queueing
from labjournal.scheduler import pausing
from launching_place import exit_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("import sys\nsteps = 200000\nprint(sys.argv[1:])\n")
    return tmp_path


def _journal(project: Path) -> JournalPaths:
    paths = JournalPaths(project / ".labjournal")
    make(paths)
    return paths


def _launch(project: Path, *command: str, config: Config | None = None, **more: Any) -> Launched:
    request = LaunchRequest(command=command or (sys.executable, "train.py"), cwd=str(project), **more)
    return launching.launch(request, _journal(project), config or Config())


def _data(project: Path, run: Launched) -> dict[str, Any]:
    return dict(json.loads(_journal(project).run(run.id).run.read_text())["data"])


def _git(project: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    done = subprocess.run(["git", *identity, *arguments], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_folder_without_git_is_no_obstacle_and_said_in_one_line(project: Path) -> None:
    run = _launch(project)
    assert [notice for notice in run.notices if "not a git repository" in notice] == list(run.notices)
    assert exit_of(_journal(project).run(run.id))["status"] == "DONE"
    assert _data(project, run)["snapshot"]["commit"] is None


def test_a_healthy_run_in_a_clean_repository_has_nothing_to_say(project: Path) -> None:
    _git(project, "init", "-q")
    _git(project, "add", "-A")
    _git(project, "commit", "-qm", "one")
    run = _launch(project)
    assert run.notices == ()
    assert run.status == "RUNNING"
    data = _data(project, run)
    assert data["snapshot"]["commit"] == _git(project, "rev-parse", "HEAD")
    assert data["snapshot"]["dirty"] is False
    again = _launch(project)
    assert again.notices == ()
    assert _data(project, again)["twin"] == run.id


@pytest.mark.parametrize("started", [True, False])
def test_a_run_whose_supervisor_died_after_its_start_is_not_given_up(project: Path, started: bool) -> None:
    run = _journal(project).run(_launch(project).id)
    exit_of(run)
    run.exit.unlink()
    if not started:
        run.attempt(1).unlink()
    launching.give_up(run, 1, LaunchError("The supervisor of the run died at its start."))
    assert run.exit.exists() is not started


def test_an_option_given_as_a_setting_too_is_one_change(project: Path) -> None:
    _launch(project, sys.executable, "train.py", "--log-every", "5")
    run = _launch(project, sys.executable, "train.py", "--log-every", "{log_every}", settings={"log_every": "9"})
    assert _data(project, run)["changes"] == ["log_every 5 -> 9"]


def test_what_changed_since_the_last_run_is_said_by_kind(project: Path) -> None:
    _git(project, "init", "-q")
    _git(project, "add", "-A")
    _git(project, "commit", "-qm", "one")
    _launch(project, sys.executable, "train.py", "--lr", "0.1", "--seed", "1")
    (project / "train.py").write_text("import sys\nsteps = 20000\nprint(sys.argv[1:])\n")
    run = _launch(project, sys.executable, "train.py", "--lr", "0.3", "--amp", "--seed", "01")
    assert run.notices == ("lr 0.1 -> 0.3; amp not given -> on", "steps 200000 -> 20000, train.py:2")
    data = _data(project, run)
    assert data["changes"] == ["lr 0.1 -> 0.3", "amp not given -> on", "steps 200000 -> 20000, train.py:2"]
    assert data["snapshot"]["dirty"] is True
    assert data["twin"] is None


def test_an_option_given_only_now_is_held_against_the_default_of_the_run_before(project: Path) -> None:
    before = _journal(project).run(_launch(project, sys.executable, "train.py", "--depth", "2").id)
    values = {"lr": 0.001, "depth": 2, "seed": 0, "amp": False}
    fact = facts.make("settings", {"source": "argparse", "values": values}, before.id)
    facts.append(facts.writer_path(before.facts, 1, "watch"), [fact])
    now = ("--lr", "0.003", "--seed", "0", "--amp", "--new", "1")
    run = _launch(project, sys.executable, "train.py", *now)
    changes = ["lr 0.001 -> 0.003", "amp off -> on", "new not given -> 1", "depth 2 -> its default"]
    assert _data(project, run)["changes"] == changes


def test_changes_are_at_most_three_lines_however_many_they_are(project: Path) -> None:
    _launch(project)
    flags = [word for number in range(60) for word in (f"--option{number}", str(number))]
    notices = _launch(project, sys.executable, "train.py", *flags).notices
    assert len(notices) <= 4  # the one about git
    assert "more" in notices[-1]
    assert len(notices[-1]) < 200


def test_settings_are_filled_in_and_recorded_and_never_appended(project: Path) -> None:
    run = _launch(project, sys.executable, "train.py", "--lr={lr}", settings={"lr": "1e-3", "note": "x"})
    data = _data(project, run)
    assert data["settings"] == {"lr": 0.001, "note": "x"}
    assert data["command"][-1] == "--lr=1e-3"
    assert any("note: recorded, not passed on" in notice for notice in run.notices)
    journal = _journal(project)
    exit_of(journal.run(run.id))
    assert journal.run(run.id).log.read_text() == "['--lr=1e-3']\n"


def test_a_secret_on_the_command_line_reaches_the_process_and_no_file(project: Path) -> None:
    secret = "sk-" + "a1" * 20
    (project / "train.py").write_text("import sys\nraise SystemExit(len(sys.argv[2]))\n")
    run = _launch(project, sys.executable, "train.py", "--api-key", secret)
    folder = _journal(project).run(run.id)
    assert exit_of(folder)["exit_code"] == len(secret)
    again = _launch(project, sys.executable, "train.py", "--api-key", secret[::-1])
    assert not [path for path in folder.folder.parent.rglob("*") if path.is_file() and b"a1a1" in path.read_bytes()]
    assert secret[::-1] not in str(again)


def test_the_process_knows_its_run_and_nothing_of_an_outer_one(project: Path) -> None:
    (project / "train.py").write_text("import json, os; print(json.dumps(dict(os.environ)))")
    inherited = {**os.environ, "LABJOURNAL_SUBJECT_RUN": "outer", "NO_COLOR": "", "PYTHONPATH": "/somewhere"}
    run = _launch(project, environment=inherited, parent=Parent("P" * 26, 10, "/ck.pt"))
    paths = _journal(project)
    folder = paths.run(run.id)
    exit_of(folder)
    seen = json.loads(folder.log.read_text())
    assert seen["LABJOURNAL_RUN_ID"] == run.id
    assert seen["LABJOURNAL_RUN_DIR"] == str(folder.folder)
    assert seen["LABJOURNAL_DIR"] == str(paths.folder)
    assert seen["LABJOURNAL_ATTEMPT"] == "1"
    assert seen["LABJOURNAL_CHECKPOINT"] == "/ck.pt"
    assert "LABJOURNAL_SUBJECT_RUN" not in seen
    assert seen["NO_COLOR"] == ""
    assert seen["PYTHONUNBUFFERED"] == "1"
    assert seen["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    first, *rest = seen["PYTHONPATH"].split(":")
    assert (Path(first) / "sitecustomize.py").is_file()
    assert rest == ["/somewhere"]
    assert _data(project, run)["parent"] == {"run": "P" * 26, "step": 10, "checkpoint": "/ck.pt"}


def test_the_watch_can_be_switched_off(project: Path) -> None:
    (project / "train.py").write_text("import os; print(os.environ.get('PYTHONPATH'))")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = _launch(project, config=Config(watch=WatchConfig(enabled=False)), environment=environment)
    folder = _journal(project).run(run.id)
    exit_of(folder)
    assert folder.log.read_text() == "None\n"


def test_gpus_are_picked_when_asked_for_and_more_than_there_are_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    (project / "train.py").write_text("import os; print(os.environ['CUDA_VISIBLE_DEVICES'])")
    run = _launch(project, gpus=2)
    folder = _journal(project).run(run.id)
    exit_of(folder)
    assert folder.log.read_text() == "GPU-fake-0000,GPU-fake-0001\n"
    with pytest.raises(InputError, match="The run needs 3 GPUs, but this machine has 2"):
        _launch(project, gpus=3)
    assert len(_journal(project).run_ids()) == 1


@pytest.mark.parametrize(
    ("gpus", "memory", "said"),
    [
        (3, None, ("needs 3 GPUs, but this machine has 2: it waits until that is otherwise",)),
        (
            1,
            40 * 2**30,
            ("needs 40.0 GiB of a GPU, but the largest here has 16.0 GiB: it waits until that is otherwise",),
        ),
        (2, None, ()),
    ],
)
def test_a_run_that_is_queued_for_what_this_machine_lacks_is_told_so_at_its_launch(
    project: Path, monkeypatch: pytest.MonkeyPatch, gpus: int, memory: int | None, said: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    pausing.pause(_journal(project))
    run = _launch(project, gpus=gpus, queue=Queueing(gpu_memory_bytes=memory))
    assert tuple(notice for notice in run.notices if "needs" in notice) == said


@pytest.mark.parametrize("command", [("",), ("echo", "a\0b")])
def test_what_no_program_can_be_given_is_refused_before_anything_is_written(
    project: Path, command: tuple[str, ...]
) -> None:
    with pytest.raises(InputError):
        _launch(project, *command)
    assert _journal(project).run_ids() == []


def test_a_journal_that_cannot_be_written_starts_nothing(project: Path) -> None:
    paths = _journal(project)
    paths.runs.rmdir()
    paths.runs.symlink_to("/proc/self")  # where not even root can make a folder
    with pytest.raises(JournalUnavailableError) as told:
        _launch(project, "touch", "started")
    assert told.value.hint
    assert not (project / "started").exists()


def test_a_name_with_escapes_and_markup_is_kept_as_it_is(project: Path) -> None:
    name = "\x1b[31m[red]x[/red]\n"
    assert _data(project, _launch(project, name=name))["name"] == name


def test_diary_files_and_excluded_files_do_not_make_a_tree_dirty(project: Path) -> None:
    _git(project, "init", "-q")
    _git(project, "add", "-A")
    _git(project, "commit", "-qm", "one")
    (project / "entries").mkdir()
    (project / "entries" / "2026-11-20.md").write_text("today")
    (project / "made").mkdir()
    (project / "made" / "by_run.txt").write_text("x")
    run = _launch(project, config=Config(code=CodeConfig(exclude=("made/*",))))
    assert _data(project, run)["snapshot"]["dirty"] is False


def test_python_and_packages_are_recorded_and_compared(project: Path) -> None:
    run = _launch(project)
    path = _journal(project).run(run.id).environment
    described = json.loads(path.read_text())
    assert "pytest" in described["packages"]
    described["packages"]["pytest"] = "1.0"
    described["packages"]["gone"] = "2.0"
    path.write_text(json.dumps(described))
    told = _launch(project).notices[-1]
    assert told.startswith("packages: gone 2.0 -> absent, pytest 1.0 -> ")


def test_a_run_may_launch_another(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "labjournal", "run"]
    inner = [*words, "-n", "inner", "--", "true"]
    done = subprocess.run([*words, "--follow", "--", *inner], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / ".labjournal" / "runs").iterdir())) == 2


def test_runs_launched_in_one_instant_have_names_of_their_own(project: Path) -> None:
    _journal(project)
    words = [sys.executable, "-m", "labjournal", "run", "--", "true"]
    processes = [
        subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(12)
    ]
    for process in processes:
        _, said = process.communicate()
        assert process.returncode == 0, said
    runs = [json.loads(file.read_text())["data"] for file in (project / ".labjournal").glob("runs/*/run.json")]
    assert len({run["name"] for run in runs}) == 12


def test_a_name_that_somebody_gave_is_kept_and_takes_no_number(project: Path) -> None:
    named = [_launch(project, "true", name="mine") for _ in range(2)]
    invented = _launch(project, "true")
    assert [run.name for run in (*named, invented)] == ["mine", "mine", "true-3"]


def test_old_claims_of_numbers_are_taken_away(project: Path) -> None:
    journal = _journal(project)
    assert [numbering.claim(journal, 1) for _ in range(3)] == [1, 2, 3]
    assert [numbering.claim(journal, 1200), numbering.claim(journal, 1)] == [1200, 1]


def test_a_launch_loads_nothing_of_the_index(tmp_path: Path) -> None:
    """What a call of ``run`` waits for before its command starts."""
    code = (
        "import sys, labjournal.runner.launching as _\n"
        "heavy = {'labjournal.model', 'labjournal.store', 'sqlite3', 'numpy', 'torch', 'git'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_process_is_told_which_rules_are_off_or_of_another_level(project: Path) -> None:
    checks = ChecksConfig(off=("no_grad",), level={"zero_grad": "notice"})
    inherited = {**os.environ, "LABJOURNAL_CHECKS": "of an outer run"}
    code = (sys.executable, "-c", "import os; print(os.environ.get('LABJOURNAL_CHECKS'))")
    told = _launch(project, *code, config=Config(checks=checks), environment=inherited)
    silent = _launch(project, *code, environment=inherited)
    runs = [_journal(project).run(run.id) for run in (told, silent)]
    assert [exit_of(run)["status"] for run in runs] == ["DONE", "DONE"]
    assert [run.log.read_text() for run in runs] == ["zero_grad=notice\nno_grad=off\n", "None\n"]
