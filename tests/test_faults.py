"""The register of faults: placed in the code of every run, said at a launch, and taint that follows to later runs."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from journal_files import CREATED, make_run
from labjournal import cli, facts, paths
from labjournal.config import Config
from labjournal.diary import Diary
from labjournal.errors import InputError
from labjournal.facts import Fact
from labjournal.faults.overview import overview
from labjournal.faults.placing import at_launch
from labjournal.follower import Follower
from labjournal.paths import JournalPaths
from labjournal.runner import launching
from labjournal.runner.request import LaunchRequest
from labjournal.store import Store, register

GOOD, BAD, MENDED = "loss = feed(x)\n", "loss = 0 * x\n", "loss = feed_all(x)\n"


class Project:
    """A repository in which a fault comes, goes and comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git("init", "-q", "-b", "main")
        self.before = self.commit(GOOD)
        self.brought = self.commit(BAD)
        self.mended = self.commit(MENDED)
        self.undone = self.commit(BAD)

    def commit(self, text: str) -> str:
        (self.folder / "train.py").write_text(text)
        self._git("add", "train.py")
        self._git("commit", "-q", "-m", "x")
        return self._git("rev-parse", "HEAD").strip()

    def checkout(self, commit: str) -> None:
        self._git("checkout", "-q", commit)

    def _git(self, *words: str) -> str:
        who = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@x",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@x",
        }
        environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": "/dev/null"}
        return subprocess.run(
            ("git", *words), cwd=self.folder, env=environment, check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def journal(project: Project) -> JournalPaths:
    return paths.find_or_make(project.folder)


def run_of(journal: JournalPaths, project: Project, name: str, commit: str | None, at: float) -> str:
    snapshot = {"commit": commit, "head": commit, "dirty": False, "root": str(project.folder)}
    run = make_run(journal, name, log="test accuracy: 900 out of 1000\n", at=at, snapshot=snapshot)
    return run.id


def opened(journal: JournalPaths) -> Follower:
    follower = Follower.open(journal)
    follower.catch_up()
    return follower


def test_each_run_is_active_fixed_undone_clean_or_cannot_be_told(project: Project, journal: JournalPaths) -> None:
    commits = [project.before, project.brought, project.mended, project.undone, None]
    runs = [run_of(journal, project, f"r{i}", commit, CREATED + i) for i, commit in enumerate(commits)]
    Diary(journal).fault("feed", symptom="nothing reaches the loss", introduced=project.brought, fixed=project.mended)
    follower = opened(journal)
    (one,) = overview(follower.store)
    states = {mark.run: mark.state for mark in one.marks}
    assert [states[run] for run in runs] == ["clean", "active", "fixed", "fix undone", "cannot tell"]
    assert (one.state, one.proof) == ("fixed and measured", runs[2])
    assert all(result.taint is None for result in follower.store.results())
    follower.close()


def test_taint_follows_to_runs_launched_after_the_retraction(project: Project, journal: JournalPaths) -> None:
    diary = Diary(journal)
    retraction = diary.retract([], project.brought, project.mended, "nothing reached the loss")
    diary.fault("feed", introduced=project.brought, fixed=project.mended, retraction=retraction)
    later = [run_of(journal, project, f"r{i}", c, CREATED + i) for i, c in enumerate([project.mended, project.undone])]
    follower = opened(journal)
    taints = {result.subject.run: result.taint for result in follower.store.results()}
    assert [taints[run] for run in later] == [None, "nothing reached the loss"]
    diary.lift(retraction)
    follower.catch_up()
    assert all(result.taint is None for result in follower.store.results())
    follower.close()


def test_a_fix_declared_later_places_every_run_anew(project: Project, journal: JournalPaths) -> None:
    run = run_of(journal, project, "r", project.mended, CREATED)
    diary = Diary(journal)
    diary.fault("feed", introduced=project.brought)
    follower = opened(journal)
    assert [(one.state, one.marks[0].state) for one in overview(follower.store)] == [("open", "active")]
    diary.fault("feed", fixed=project.mended)
    follower.catch_up()
    (one,) = overview(follower.store)
    assert (one.state, [mark.state for mark in one.marks], one.proof) == ("fixed and measured", ["fixed"], run)
    follower.close()


def test_marks_are_stated_once_and_survive_a_reindex(project: Project, journal: JournalPaths) -> None:
    run = run_of(journal, project, "r", project.undone, CREATED)
    Diary(journal).fault("feed", introduced=project.brought, fixed=project.mended)
    opened(journal).close()
    before = sorted(path.read_bytes() for path in journal.run(run).facts.iterdir())
    journal.database.unlink()
    follower = opened(journal)
    assert sorted(path.read_bytes() for path in journal.run(run).facts.iterdir()) == before
    assert overview(follower.store)[0].marks[0].state == "fix undone"
    follower.close()


@pytest.mark.parametrize(("at", "said"), [("brought", "is active"), ("undone", "is undone"), ("mended", None)])
def test_a_launch_says_in_one_line_that_a_known_fault_is_at_work(
    project: Project, journal: JournalPaths, at: str, said: str | None
) -> None:
    Diary(journal).fault("feed", symptom="no loss", introduced=project.brought, fixed=project.mended)
    project.checkout(getattr(project, at))
    launched = launching.launch(LaunchRequest(("true",), str(project.folder)), journal, Config())
    told = [notice for notice in launched.notices if "feed" in notice]
    assert len(told) == (1 if said else 0)
    assert said is None or said in told[0]


def test_a_launch_without_known_faults_asks_nothing(journal: JournalPaths) -> None:
    Diary(journal).note("a fault, maybe")
    assert at_launch(journal, Path("/nonexistent"), "0" * 40) == []


def test_the_register_is_the_same_in_whatever_order_it_was_heard() -> None:
    stated = [
        _fact("fault", None, i, name="feed", **said)
        for i, said in enumerate(({"symptom": "a", "introduced": "c1"}, {"fixed": "c2"}, {"symptom": "b"}))
    ]
    marks = [
        _fact("fault_mark", "R", 9 + i, fault="feed", introduced="c1", fixed=fixed, state=state, because="x")
        for i, (fixed, state) in enumerate([(None, "active"), ("c2", "cannot tell"), ("c2", "fixed")])
    ]
    found = set()
    for order in itertools.permutations(range(3)):
        shuffled = [*(stated[i] for i in order), *random.Random(sum(order)).sample(marks, 3)]
        (fault,) = register.faults(shuffled)
        found.add((fault, tuple(register.marks(fault, shuffled))))
    ((fault, (mark,)),) = found
    assert (fault.symptom, fault.fixed, mark.state) == ("b", "c2", "fixed")


def test_taint_is_the_same_in_whatever_order_it_was_folded() -> None:
    stated = [
        _fact("run", "01M7WK7KW3MQD68S1SCZ79CS01", 0, name="one", kind="train"),
        _fact("retract", None, 1, on=[], introduced="c1", why="wrong"),
        _fact("fault_mark", "01M7WK7KW3MQD68S1SCZ79CS01", 3, fault="f", introduced="c1", fixed=None, state="active"),
    ]
    stated.append(_fact("fault", None, 2, name="f", introduced="c1", retraction=stated[1].id))
    for order in itertools.permutations(stated):
        store = Store.in_memory()
        for fact in order:
            with store.writing():
                store.fold([fact])
        assert store.run("01M7WK7KW3MQD68S1SCZ79CS01").retracted == "wrong"


def _fact(kind: str, run: str | None, second: float, /, **data: object) -> Fact:
    return Fact(facts.derived_id(kind, run, second), facts.now_iso(1.7e9 + second), kind, "box", "ada", run, dict(data))


def test_a_name_that_could_not_be_typed_again_is_refused(journal: JournalPaths) -> None:
    with pytest.raises(InputError, match="no name of a fault"):
        Diary(journal).fault("a b", symptom="x")


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_the_verb_adds_shows_and_filters(
    project: Project, journal: JournalPaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    assert call(capsys, "faults")[:2] == (0, "")
    run_of(journal, project, "main", project.brought, CREATED)
    assert call(capsys, "retract", "--introduced", "HEAD~2", "--id", "feed", "--why", "no loss")[0] == 0
    code, out, _ = call(capsys, "faults", "feed", "--fixed", "HEAD~1", "--cause", "a zero")
    assert code == 0
    assert "feed: declared fixed, never measured (active in 1)" in out
    (told,) = json.loads(call(capsys, "faults", "--unmeasured", "--json")[1])
    assert (told["introduced"], told["fixed"], told["symptom"]) == (project.brought, project.mended, "no loss")
    assert call(capsys, "faults", "--open")[1] == ""
    assert call(capsys, "faults", "nobody")[0] == 1
    shown = json.loads(call(capsys, "show", "main", "--json")[1])
    assert shown["faults"][0]["state"] == "active"
    assert shown["retracted"] == "no loss"


def test_the_reason_of_a_retraction_and_a_later_note_do_not_take_the_place_of_the_symptom(
    project: Project, journal: JournalPaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    run_of(journal, project, "main", project.brought, CREATED)
    assert call(capsys, "note", "--kind", "bug", "--id", "feed", "--symptom", "a flat loss", "nothing is fed")[0] == 0
    assert call(capsys, "retract", "--introduced", "HEAD~2", "--id", "feed", "--why", "no loss")[0] == 0
    assert call(capsys, "note", "--kind", "bug", "--id", "feed", "seen once more")[0] == 0
    (told,) = json.loads(call(capsys, "faults", "--json")[1])
    assert told["symptom"] == "a flat loss"
    assert call(capsys, "faults", "feed", "--symptom", "a loss of zero")[0] == 0
    (told,) = json.loads(call(capsys, "faults", "--json")[1])
    assert told["symptom"] == "a loss of zero"
