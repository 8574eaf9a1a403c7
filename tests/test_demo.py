"""The demo, whole and as a user starts it, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labjournal import demo
from labjournal.errors import InputError, JournalUnavailableError

PROJECT = Path(demo.__file__).parent / "project"


def labjournal(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "labjournal", *words),
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=400,
    )


@pytest.mark.parametrize("script", sorted(PROJECT.glob("*.py")), ids=lambda path: path.name)
def test_the_scripts_hold_no_word_about_the_journal(script: Path) -> None:
    assert "journal" not in script.read_text(encoding="utf-8").lower()


def test_the_fix_fits_the_project(tmp_path: Path) -> None:
    workplace = demo.Workplace(tmp_path / "demo")
    workplace.make()
    assert workplace.mend().count("AdamW") == 2
    assert not workplace.git("status", "--porcelain")


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not empty"):
        demo.Workplace(tmp_path).make()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_missing_packages_are_named_with_the_line_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(JournalUnavailableError) as told:
        demo.check_packages()
    assert "torch" in str(told.value)
    assert "pip install torch" in (told.value.hint or "")
    assert told.value.exit_code == 3


Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's with a journal of its own, from which the demo is started."""
    folder = tmp_path_factory.mktemp("mine")
    assert labjournal("init", ".", cwd=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def told(surroundings: Path) -> str:
    """What the demo prints."""
    done = labjournal(
        "demo", "--dir", "demo", cwd=surroundings, LABJOURNAL_DIR=str(surroundings / ".labjournal"), OMP_NUM_THREADS="1"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def ask(surroundings: Path, told: str) -> Ask:
    """A verb's JSON, from the journal that the demo left."""

    def asked(*words: str) -> Any:
        return json.loads(labjournal("-C", "demo", *words, "--json", cwd=surroundings).stdout)

    return asked


@pytest.mark.slow
@pytest.mark.timeout(400)
class TestTheWholeDemo:
    def test_the_fault_is_named_within_the_first_steps(self, ask: Ask, told: str) -> None:
        alarms = [finding for finding in ask("checks", "late-adapter") if finding["level"] == "alarm"]
        assert alarms[0]["rule"] == "param_not_in_optimizer"
        assert "adapter" in alarms[0]["subject"]
        assert alarms[0]["step"] <= 10
        assert f"param_not_in_optimizer at step {alarms[0]['step']}" in told

    def test_the_mended_run_is_clean_and_was_watched(self, ask: Ask) -> None:
        (run,) = (run for run in ask("ls") if run["name"] == "adapter-first")
        assert run["watch"] == "watched"
        assert not [finding for finding in ask("checks", "adapter-first") if finding["level"] != "notice"]

    def test_each_checkpoint_was_validated_on_both_sets_with_numbers_on_and_off(self, ask: Ask) -> None:
        table = ask("compare")
        measured = {
            (row["name"], row["step"], row["dataset"], row["options"]["numeric"], row["cells"]["accuracy"]["n"])
            for row in table["rows"]
        }
        assert len(measured) == len(table["rows"]) == 24
        assert {n for *_, dataset, _, n in measured if dataset == "1:10"} == {1056}

    def test_only_the_mended_run_shows_that_numbers_help(self, ask: Ask, told: str) -> None:
        faulty, mended = (ask("compare", name, "--at", "last")["claims"] for name in ("late-adapter", "adapter-first"))
        on_off = [[claim for claim in claims if claim["option"] == "numeric"] for claims in (faulty, mended)]
        assert [claim["difference"] for claim in on_off[0]] == [0.0, 0.0]
        assert all(claim["word"] == "differs" and claim["low"] > 0.03 for claim in on_off[1])
        assert "no difference shown" in told
        assert told.count(": differs") >= 2

    def test_the_text_alone_reaches_a_plateau(self, ask: Ask) -> None:
        rows = ask("compare", "late-adapter", "--dataset", "1:1", "--metric", "accuracy")["rows"]
        assert all(0.78 < row["cells"]["accuracy"]["value"] < 0.9 for row in rows)

    def test_what_rests_on_the_fault_is_tainted_and_nothing_else(self, ask: Ask, told: str) -> None:
        assert {(row["name"], row["tainted"]) for row in ask("compare")["rows"]} == {
            ("late-adapter", True),
            ("adapter-first", False),
        }
        assert "†" in told

    def test_the_diary_stands_in_the_folder(self, surroundings: Path, told: str) -> None:
        pages = list((surroundings / "demo" / "entries").glob("????-??-??.md"))
        assert pages
        text = "".join(page.read_text(encoding="utf-8") for page in pages)
        assert "late-adapter" in text
        assert "param_not_in_optimizer" in text
        assert all(str(page) in told for page in pages)

    def test_the_git_tag_is_on_the_mended_code(self, surroundings: Path, told: str) -> None:
        tagged = subprocess.run(
            ("git", "show", "v0.1:train.py"), cwd=surroundings / "demo", capture_output=True, text=True, check=True
        ).stdout
        assert tagged.index("attach_adapter") < tagged.index("AdamW")

    def test_nothing_of_the_user_was_touched(self, surroundings: Path, ask: Ask) -> None:
        assert json.loads(labjournal("ls", "--json", cwd=surroundings).stdout) == []
        assert sorted(path.name for path in surroundings.iterdir()) == [".labjournal", "demo", "labjournal.toml"]
