"""The demo, whole and as a user starts it, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Left:
    """What a demo printed, and the folder of the user's from which it was started."""

    told: str
    surroundings: Path

    @property
    def folder(self) -> Path:
        return self.surroundings / "demo"

    def ask(self, *words: str) -> Any:
        """A verb's JSON, from the journal that the demo left."""
        return json.loads(labjournal(*words, "--json", cwd=self.folder).stdout)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_tells_its_story_and_every_number_of_it_stands_in_the_journal(tmp_path: Path) -> None:
    """One test, because the demo takes a minute: workers that share tests out would each run it."""
    assert labjournal("init", ".", cwd=tmp_path).returncode == 0
    own = str(tmp_path / ".labjournal")
    done = labjournal("demo", "--dir", "demo", cwd=tmp_path, LABJOURNAL_DIR=own, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    left = Left(done.stdout, tmp_path)
    for check in (
        the_fault_is_named_within_the_first_steps,
        the_mended_run_is_clean_and_was_watched,
        each_checkpoint_was_validated_on_both_sets_with_numbers_on_and_off,
        only_the_mended_run_shows_that_numbers_help,
        what_rests_on_the_fault_is_tainted_and_nothing_else,
        the_diary_stands_in_the_folder,
        the_git_tag_is_on_the_mended_code,
        one_frame_of_the_app_was_shown,
        nothing_of_the_user_was_touched,
    ):
        check(left)


def the_fault_is_named_within_the_first_steps(left: Left) -> None:
    alarms = [finding for finding in left.ask("checks", "late-adapter") if finding["level"] == "alarm"]
    assert alarms[0]["rule"] == "param_not_in_optimizer"
    assert "adapter" in alarms[0]["subject"]
    assert alarms[0]["step"] <= 10
    assert f"param_not_in_optimizer at step {alarms[0]['step']}" in left.told


def the_mended_run_is_clean_and_was_watched(left: Left) -> None:
    (run,) = (run for run in left.ask("ls") if run["name"] == "adapter-first")
    assert run["watch"] == "watched"
    assert not [finding for finding in left.ask("checks", "adapter-first") if finding["level"] != "notice"]


def each_checkpoint_was_validated_on_both_sets_with_numbers_on_and_off(left: Left) -> None:
    rows = left.ask("compare")["rows"]
    measured = {(row["name"], row["step"], row["dataset"], row["options"]["numeric"]) for row in rows}
    assert len(measured) == len(rows) == 24
    assert {row["cells"]["accuracy"]["n"] for row in rows if row["dataset"] == "1:10"} == {1056}


def only_the_mended_run_shows_that_numbers_help(left: Left) -> None:
    faulty, mended = (left.ask("compare", name, "--at", "last") for name in ("late-adapter", "adapter-first"))
    on_off = [[claim for claim in table["claims"] if claim["option"] == "numeric"] for table in (faulty, mended)]
    assert [claim["difference"] for claim in on_off[0]] == [0.0, 0.0]
    assert all(claim["word"] == "differs" and claim["low"] > 0.03 for claim in on_off[1])
    assert "no difference shown" in left.told
    assert all(claim["text"] in " ".join(left.told.split()) for claim in on_off[1])
    # The text alone reaches a plateau: neither trivial nor hopeless.
    plateau = [row["cells"]["accuracy"] for row in faulty["rows"] if row["dataset"] == "1:1"]
    assert all(0.78 < cell["value"] < 0.9 for cell in plateau)
    assert f"({plateau[0]['numerator']} of 474)" in left.told


def what_rests_on_the_fault_is_tainted_and_nothing_else(left: Left) -> None:
    tainted = {(row["name"], row["tainted"]) for row in left.ask("compare")["rows"]}
    assert tainted == {("late-adapter", True), ("adapter-first", False)}
    assert "†" in left.told


def the_diary_stands_in_the_folder(left: Left) -> None:
    pages = list((left.folder / "entries").glob("????-??-??.md"))
    assert pages
    text = "".join(page.read_text(encoding="utf-8") for page in pages).replace("\\_", "_")
    assert "late-adapter" in text
    assert "param_not_in_optimizer" in text
    assert all(str(page) in left.told for page in pages)


def the_git_tag_is_on_the_mended_code(left: Left) -> None:
    shown = subprocess.run(
        ("git", "show", "v0.1:train.py"), cwd=left.folder, capture_output=True, text=True, check=True
    )
    assert shown.stdout.index("attach_adapter") < shown.stdout.index("AdamW")


def one_frame_of_the_app_was_shown(left: Left) -> None:
    frame = left.told.partition("labjournal tui --once")[2]
    assert "adapter-first" in frame
    assert "late-adapter" in frame


def nothing_of_the_user_was_touched(left: Left) -> None:
    assert json.loads(labjournal("ls", "--json", cwd=left.surroundings).stdout) == []
    assert sorted(path.name for path in left.surroundings.iterdir()) == [".labjournal", "demo", "labjournal.toml"]
