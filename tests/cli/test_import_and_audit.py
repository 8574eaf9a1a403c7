"""`import` and `audit` as a shell calls them, on real files and a real journal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labjournal import facts, schemas
from labjournal.importers import mojibake

DIARY = (Path(__file__).parents[1] / "importers" / "golden" / "diary.md").read_text(encoding="utf-8")


def call(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "100", "TZ": "UTC", "LABJOURNAL_USER": "ada"}
    done = subprocess.run(
        [sys.executable, "-m", "labjournal", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def stated(folder: Path) -> list[facts.Fact]:
    files = (folder / ".labjournal" / "facts").glob("*.jsonl")
    return [fact for file in files for _, fact in facts.read(file)[0] if fact is not None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "diary.md").write_text(DIARY, encoding="utf-8")
    return tmp_path


def test_a_dry_run_prints_the_shape_and_makes_no_journal(project: Path) -> None:
    printed: dict[str, Any] = json.loads(call(project, "import", "diary.md", "--dry-run", "--json").stdout)
    jsonschema.validate(printed, schemas.load("import"))
    assert [result["checkpoint"] for result in printed["results"]] == ["checkpoint-1200", "checkpoint-2400"]
    assert not (project / ".labjournal").exists()
    text = call(project, "import", "diary.md", "--dry-run").stdout
    assert "2024-06-04  result" in text
    assert "git tag     v0.3.1" in text


def test_importing_twice_adds_nothing(project: Path) -> None:
    call(project, "import", "diary.md")
    once = stated(project)
    assert {fact.kind for fact in once} == {"entry", "result"}
    assert "0 entries, 0 results, 0 runs added" in call(project, "import", "diary.md").stderr
    assert stated(project) == once
    compared = json.loads(call(project, "compare", "diary", "--json").stdout)
    measured = [row for row in compared["rows"] if row["cells"]]  # a row without cells shows a gap
    values = {(row["checkpoint"], row["cells"]["accuracy"]["value"]) for row in measured}
    assert {value for _, value in values} == {0.897, 0.884375}


def test_reworded_prose_becomes_an_amendment(project: Path) -> None:
    call(project, "import", "diary.md")
    text = DIARY.replace("the numbers never arrived", "the numbers arrived, but too late")
    (project / "diary.md").write_text(text, encoding="utf-8")
    assert "1 reworded" in call(project, "import", "diary.md").stderr
    entries = json.loads(call(project, "diary", "--json").stdout)
    changed = [entry for entry in entries if "too late" in entry["text"]]
    assert len(changed) == 1
    assert len(changed[0]["amended"]) == 1
    assert "reworded" not in call(project, "import", "diary.md").stderr


def test_entries_keep_their_day_kind_and_where_they_came_from(project: Path) -> None:
    call(project, "import", "diary.md")
    entries = json.loads(call(project, "diary", "--json").stdout)
    mine = {entry["kind"]: entry for entry in entries if not entry["automatic"]}
    assert {"note", "plan", "claim"} <= mine.keys()
    assert mine["plan"]["t"].startswith("2024-06-05")
    assert "(imported from diary.md)" in mine["plan"]["text"]
    runs = json.loads(call(project, "ls", "--json").stdout)
    assert [(run["name"], run["status"]) for run in runs] == [("diary", "LOST")]
    assert "imported from diary.md" in runs[0]["cause"]


def test_a_damaged_diary_keeps_its_original(project: Path) -> None:
    (project / "diary.md").write_text(mojibake.damage("## 2024-03-05\nGröße — „besser“ als 准确率\n"), encoding="utf-8")
    call(project, "import", "diary.md")
    (entry,) = stated(project)
    assert "Größe — „besser“" in entry.data["text"]
    assert "GrÃ¶ÃŸe" in entry.data["original"]


def test_dates_without_a_year_are_refused_until_somebody_says_it(project: Path) -> None:
    (project / "log.md").write_text("## Mar. 23rd\nfirst\n\n## Apr. 1st\nsecond\n", encoding="utf-8")
    refused = call(project, "import", "log.md", code=2)
    assert "--year" in refused.stderr
    (project / "other.md").write_text("## 2020-05-02\nthird\n", encoding="utf-8")
    assert "--year" in call(project, "import", "log.md", "other.md", code=2).stderr
    assert [fact.t[:10] for fact in stated(project)] == ["2020-05-02"]  # what could be taken in was
    (project / "other.md").unlink()
    (project / ".labjournal").rename(project / "gone")
    call(project, "import", "log.md", "--year", "2020")
    assert sorted(fact.t[:10] for fact in stated(project)) == ["2020-03-23", "2020-04-01"]


def test_the_year_is_taken_from_git(project: Path) -> None:
    (project / "log.md").write_text("## Mar. 23rd\nfirst\n", encoding="utf-8")
    stamp = "2020-04-02T10:00:00Z"
    env = {**os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for words in (("init", "-q"), ("add", "log.md"), ("commit", "-qm", "log")):
        subprocess.run([*git, *words], cwd=project, env=env, check=True)
    printed = json.loads(call(project, "import", "log.md", "--dry-run", "--json").stdout)
    assert printed["entries"][0]["date"] == "2020-03-23"


def test_each_folder_of_event_files_becomes_a_run(project: Path) -> None:
    for name, stamp in (("a", 1700000000), ("b", 1700009000)):
        folder = project / "runs" / name / "train"
        folder.mkdir(parents=True)
        (folder / f"events.out.tfevents.{stamp}.box").write_bytes(b"")
    dry = json.loads(call(project, "import", "runs", "--dry-run", "--json").stdout)
    assert dry["runs"] == ["runs/a", "runs/b"]
    call(project, "import", "runs")
    again = call(project, "import", "runs")
    assert again.stderr.count("already") == 2
    assert sorted(run["name"] for run in json.loads(call(project, "ls", "--json").stdout)) == ["a", "b"]


def test_audit_exits_1_for_a_contradiction_only_when_asked(project: Path) -> None:
    items = json.loads(call(project, "audit", "diary.md", "--json").stdout)
    jsonschema.validate(items, schemas.load("audit"))
    assert [item["weight"] for item in items] == ["low", "high"]
    text = call(project, "audit", "diary.md", "--check", code=1).stdout
    assert "diary.md:41  high  wrong column" in text
    (project / "diary.md").write_text(DIARY.replace("| 0.91 |", "| 0.89 |"), encoding="utf-8")
    call(project, "audit", "diary.md", "--check")


def test_the_journal_itself_is_audited(project: Path) -> None:
    call(project, "import", "diary.md")
    call(project, "log", "accuracy=0.5", "--run", "diary", "--dataset", "x", "--n", "10", "--checkpoint", "7")
    items = json.loads(call(project, "audit", "--json").stdout)
    jsonschema.validate(items, schemas.load("audit"))
    assert {item["kind"] for item in items} == {"below_majority"}
    call(project, "retract", "--on", "diary", "--why", "the numbers never arrived")
    call(project, "note", "1200 beats 2400", "--kind", "claim", "--on", "diary")
    kinds = {item["kind"] for item in json.loads(call(project, "audit", "--json").stdout)}
    assert "tainted_claim" in kinds


@pytest.mark.parametrize("words", [("import", "nowhere.md"), ("audit", "nowhere.md")])
def test_a_path_that_is_not_there_is_a_negative_answer(project: Path, words: tuple[str, ...]) -> None:
    assert "does not exist" in call(project, *words, code=1).stderr
