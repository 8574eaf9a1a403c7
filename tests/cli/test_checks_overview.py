"""The findings of all runs at a glance: worst first, like ones folded, notices only counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from journal_files import CREATED, add_facts, make_run
from labjournal import paths
from labjournal.cli import group


def finding(rule: str, level: str, subject: str) -> tuple[str, dict[str, object]]:
    data = {"rule": rule, "level": level, "subject": subject, "step": 3, "message": "said", "evidence": {}}
    return ("finding", {**data, "remedy": None, "caused_by": None})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    journal = paths.find_or_make(tmp_path)
    trained = make_run(journal, "trained")
    add_facts(trained, finding("no_grad", "warning", "net"), finding("steps_skipped", "notice", "scaler"))
    add_facts(trained, finding("no_update", "alarm", "net"), at=CREATED + 9)
    for number in range(3):
        validates = {"run": trained.id, "checkpoint": f"step_{number}.pt", "dataset": "a", "options": {}}
        run = make_run(journal, f"v{number}", kind="validate", at=CREATED + 100 + number, validates=validates)
        add_facts(run, finding("option_without_effect", "warning", "numeric"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_worst_comes_first_and_like_findings_of_one_run_are_one_block(project: Path) -> None:
    printed = CliRunner().invoke(group, ["checks"]).output
    assert printed.index("no_update") < printed.index("no_grad")
    assert printed.count("option_without_effect") == 1
    assert "and 2 like it" in printed
    assert "steps_skipped" not in printed
    assert "and 1 notices" in printed


def test_json_hides_nothing(project: Path) -> None:
    printed = json.loads(CliRunner().invoke(group, ["checks", "--json"]).stdout)
    assert sorted(found["rule"] for found in printed).count("option_without_effect") == 3
    assert "steps_skipped" in {found["rule"] for found in printed}


def test_a_run_that_was_not_watched_never_reads_as_healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "shell")
    watched = make_run(journal, "watched")
    add_facts(watched, ("watch_state", {"state": "watched", "models": [], "optimizers": [], "tensors": 4}))
    monkeypatch.chdir(tmp_path)
    shell = CliRunner().invoke(group, ["checks", "shell"])
    assert shell.stdout.startswith("not watched: ")
    assert "No findings.\n" not in shell.output
    sound = CliRunner().invoke(group, ["checks", "watched"])
    assert "not watched" not in sound.output
    assert "No findings.\n" in sound.output
