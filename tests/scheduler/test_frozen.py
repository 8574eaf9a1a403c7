"""A queued run finds the code it was queued with, whatever was edited meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labjournal import schemas
from labjournal.config import CodeConfig, Config, WatchConfig
from labjournal.follower import Follower
from labjournal.launchers import records
from labjournal.paths import JournalPaths, RunPaths, make
from labjournal.runner import launching
from labjournal.runner.request import LaunchRequest, Queueing
from labjournal.scheduler import entries, frozen, pausing
from launching_place import exit_of, wait_for

LABJOURNAL = [sys.executable, "-m", "labjournal"]
CONFIG = Config(watch=WatchConfig(enabled=False))
SCRIPT = """\
import os, pathlib, helper
print(helper.WORD, pathlib.Path("data/x.txt").read_text() if pathlib.Path("data/x.txt").exists() else "no data")
pathlib.Path("result.txt").write_text("made")
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(SCRIPT)
    (folder / "helper.py").write_text("WORD = 'queued'\n")
    (folder / ".gitignore").write_text("data/\n.venv/\ncheckpoints/\n")
    (folder / "data").mkdir()
    (folder / "data" / "x.txt").write_text("live data")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    yield folder
    paths = journal_of(folder)
    for run_id in entries.names(paths):
        entries.path_of(paths, run_id).unlink(missing_ok=True)


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    done = subprocess.run(("git", *identity, *words), cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def journal_of(project: Path) -> JournalPaths:
    paths = JournalPaths(project / ".labjournal")
    make(paths)
    return paths


def queue(project: Path, *command: str, config: Config = CONFIG, edit: bool = True, **more: Any) -> RunPaths:
    """Queue a run, edit the code, then let the queue go on."""
    paths = journal_of(project)
    pausing.pause(paths)
    words = command or (sys.executable, "train.py")
    request = LaunchRequest(words, str(more.pop("cwd", project)), queue=Queueing(), **more)
    run = paths.run(launching.launch(request, paths, config).id)
    if edit:
        (project / "helper.py").write_text("WORD = 'edited'\n")
    pausing.go_on(paths)
    from labjournal import scheduler

    scheduler.dispatch(paths)
    return run


def said(run: RunPaths) -> str:
    exit_of(run)
    return run.log.read_text()


def frozen_fact(run: RunPaths) -> dict[str, Any]:
    found = [json.loads(line) for path in run.facts.glob("*-queue-*") for line in path.read_text().splitlines()]
    (fact,) = [fact for fact in found if fact["kind"] == "frozen"]
    return dict(fact["data"])


def test_a_tree_that_has_not_changed_is_run_in_place(project: Path) -> None:
    run = queue(project, edit=False)
    assert said(run) == "queued live data\n"
    assert not run.work.exists()
    assert (project / "result.txt").exists()


def test_an_edited_tree_is_left_alone_and_the_run_gets_its_own(project: Path) -> None:
    run = queue(project)
    assert said(run) == "queued live data\n", "its code as queued, its data linked"
    assert (run.work / "result.txt").read_text() == "made", "what it wrote lies in its folder"
    assert not (project / "result.txt").exists()
    assert (project / "helper.py").read_text() == "WORD = 'edited'\n"
    assert git(project, "status", "--porcelain") == "M helper.py"
    stated = frozen_fact(run)
    assert (stated["drifted"], stated["linked"]) == (["helper.py"], ["data"])


def test_uncommitted_changes_are_part_of_what_is_frozen(project: Path) -> None:
    (project / "helper.py").write_text("WORD = 'not committed'\n")
    assert said(queue(project)) == "not committed live data\n"


def test_what_runs_wrote_since_is_no_change_of_the_code(project: Path) -> None:
    paths = journal_of(project)
    pausing.pause(paths)
    run = queue(project, edit=False)
    (project / "result.json").write_text("{}")
    assert said(run).startswith("queued")
    assert not run.work.exists()


def test_the_folder_it_was_queued_in_and_the_files_it_was_given_are_found(project: Path) -> None:
    (project / "jobs").mkdir()
    (project / "jobs" / "job.py").write_text(
        "import sys, os; print(os.getcwd(), open(sys.argv[1]).read(), sys.argv[2])"
    )
    (project / "checkpoints").mkdir()
    (project / "checkpoints" / "a.pt").write_text("weights")
    git(project, "add", "jobs")
    git(project, "commit", "-qm", "jobs")
    script = str(project / "jobs" / "job.py")
    run = queue(
        project, sys.executable, script, "../checkpoints/a.pt", f"--x={project}/helper.py", cwd=project / "jobs"
    )
    assert said(run) == f"{run.work}/jobs weights --x={run.work}/helper.py\n"


def test_an_editable_install_leads_to_the_frozen_source(project: Path) -> None:
    package = project / "source" / "mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("WORD = 'queued'\n")
    (project / "use.py").write_text("import mine; print(mine.WORD, mine.__file__)\n")
    git(project, "add", "source", "use.py")
    git(project, "commit", "-qm", "package")
    venv.create(project / ".venv", with_pip=False, symlinks=True)
    (site,) = (project / ".venv" / "lib").glob("python3*/site-packages")
    (site / "_mine.pth").write_text(f"{project / 'source'}\n")
    pausing.pause(journal_of(project))
    run = queue(project, ".venv/bin/python", "use.py", edit=False)
    assert said(run) == f"queued {package}/__init__.py\n"
    paths = journal_of(project)
    pausing.pause(paths)
    request = LaunchRequest((".venv/bin/python", "use.py"), str(project), queue=Queueing())
    run = paths.run(launching.launch(request, paths, CONFIG).id)
    (package / "__init__.py").write_text("WORD = 'edited'\n")
    subprocess.run([*LABJOURNAL, "queue", "resume"], cwd=project, check=True, capture_output=True)
    assert said(run) == f"queued {run.work}/source/mine/__init__.py\n"


def test_a_finder_of_setuptools_is_an_editable_install_too(tmp_path: Path) -> None:
    root = tmp_path / "p"
    (root / "lib" / "mine").mkdir(parents=True)
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "env" / "lib").glob("python3*/site-packages")
    (site / "__editable___mine_0_1_finder.py").write_text(
        f"MAPPING = {{'mine': '{root}/lib/mine', 'x': '/elsewhere/x'}}"
    )
    assert frozen._editable(root, str(tmp_path / "env" / "bin" / "python")) == [f"{root}/lib"]


def test_refusing_leaves_the_run_in_the_queue_and_says_what_changed(project: Path) -> None:
    run = queue(project, config=CONFIG._replace(code=CodeConfig(drift="refuse")))
    paths = journal_of(project)
    from labjournal.scheduler import view

    reason = wait_for(lambda: (text := view.reasons(paths)[run.id]) != view.NOT_LOOKED and text)
    assert reason == 'the code has changed since it was queued (helper.py), and [code] drift = "refuse"'
    git(project, "checkout", "helper.py")
    subprocess.run([*LABJOURNAL, "queue"], cwd=project, check=True, capture_output=True)
    assert said(run) == "queued live data\n", "the change was taken back, and the run starts"


def test_warning_runs_what_is_there_and_says_so(project: Path) -> None:
    run = queue(project, config=CONFIG._replace(code=CodeConfig(drift="warn")))
    assert said(run).startswith("edited")
    assert frozen_fact(run)["worktree"] is None
    shown = subprocess.run(
        [*LABJOURNAL, "show", run.id], cwd=project, check=True, capture_output=True, text=True
    ).stdout
    assert "ran in the working tree as it was then, which had changed since it was queued" in shown


def test_a_checkout_over_the_limit_is_not_made(project: Path) -> None:
    run = queue(project, config=CONFIG._replace(code=CodeConfig(worktree_mb=0.00001)))
    paths = journal_of(project)
    from labjournal.scheduler import view

    wait_for(lambda: "over the limit of 0 MB ([code] worktree_mb)" in view.reasons(paths)[run.id])
    assert not run.work.exists()


def test_a_submodule_is_linked_and_called_so(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "part.txt").write_text("of the submodule")
    git(other, "init", "-q")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "one")
    git(project, "submodule", "add", "-q", str(other), "lib")
    git(project, "commit", "-qam", "with a submodule")
    run = queue(project, "cat", "lib/part.txt")
    assert said(run) == "of the submodule"
    assert frozen_fact(run)["submodules_linked"] == ["lib"]
    shown = subprocess.run(
        [*LABJOURNAL, "show", run.id], cwd=project, check=True, capture_output=True, text=True
    ).stdout
    assert "lib (a submodule)" in shown


def test_what_was_left_out_of_the_snapshot_is_linked(project: Path) -> None:
    (project / ".env").write_text("API_TOKEN=abc")
    run = queue(project, "cat", ".env")
    assert said(run) == "API_TOKEN=abc"
    assert frozen_fact(run)["left_out_linked"] == [".env"]


EVENTS = """\
import struct, time, sys
from labjournal.watch.event_writer import EventWriter
EventWriter("logs/train").add(1, {"loss": 0.5})
open("step_1.pt", "wb").write(b"weights")
"""


def test_curves_of_a_frozen_run_are_there_before_and_after_gc_and_reindex(project: Path) -> None:
    (project / "events.py").write_text(EVENTS)
    git(project, "add", "events.py")
    git(project, "commit", "-qm", "events")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    run = queue(project, sys.executable, "events.py", environment=environment)
    exit_of(run)
    paths = journal_of(project)

    def curves() -> list[str]:
        follower = Follower.open(paths)
        follower.catch_up()
        names = [info.key.name for info in follower.store.series_list(run.id)]
        follower.close()
        return names

    before = wait_for(curves)
    listed = subprocess.run([*LABJOURNAL, "gc", "--json"], cwd=project, check=True, capture_output=True, text=True)
    found = json.loads(listed.stdout)
    jsonschema.validate(found, schemas.load("gc"))
    assert str(run.work) in [one["path"] for one in found]
    assert (run.work / "train.py").exists(), "a dry run by default"
    subprocess.run([*LABJOURNAL, "gc", "--delete"], cwd=project, check=True, capture_output=True)
    assert sorted(path.name for path in run.work.rglob("*") if path.is_file())[1:] == ["step_1.pt"]
    assert (project / "data" / "x.txt").exists(), "the link went, not the data"
    assert "work" not in git(project, "worktree", "list")
    subprocess.run([*LABJOURNAL, "reindex"], cwd=project, check=True, capture_output=True)
    assert curves() == before


def test_checkout_shows_the_code_of_a_run_and_gc_spares_what_was_edited_in_it(project: Path) -> None:
    run = queue(project, "true")
    exit_of(run)
    call: dict[str, Any] = {"cwd": project, "check": True, "capture_output": True, "text": True}
    place = Path(subprocess.run([*LABJOURNAL, "checkout", run.id], **call).stdout.strip())
    assert (place / "helper.py").read_text() == "WORD = 'queued'\n"
    (place / "helper.py").write_text("WORD = 'mine'\n")
    assert str(place) not in subprocess.run([*LABJOURNAL, "gc"], **call).stdout
    git(place, "checkout", "helper.py")
    assert str(place) in subprocess.run([*LABJOURNAL, "gc", "--delete"], **call).stdout
    assert not place.exists()
    assert records.read(run.run) is not None


def test_gc_takes_a_hidden_ref_only_when_no_run_has_its_code(project: Path) -> None:
    (project / "helper.py").write_text("WORD = 'dirty'\n")
    run = queue(project, "true", edit=False)
    exit_of(run)
    call: dict[str, Any] = {"cwd": project, "check": True, "capture_output": True, "text": True}
    assert "refs/labjournal" not in subprocess.run([*LABJOURNAL, "gc", "--delete"], **call).stdout
    kept = git(project, "for-each-ref", "refs/labjournal")
    assert kept
    import shutil

    wait_for(lambda: not entries.names(journal_of(project)))
    shutil.rmtree(run.folder)
    assert "refs/labjournal" in subprocess.run([*LABJOURNAL, "gc", "--delete"], **call).stdout
    assert git(project, "for-each-ref", "refs/labjournal") == ""
