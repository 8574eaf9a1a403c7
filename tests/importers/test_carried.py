"""What one journal exported and another takes in: the same results, entries and marks, by the facts in the blocks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COUNTS = '{"labels": ["bg", "sig"], "matrix": [[480, 20], [30, 470]], "unknown": [0, 0]}'
WORDS = "The <loss> explodes[^1].\n\n# Why\n\nToo large -- a rate.\n---\n\n```\n# <code>\n```\n\n[^1]: Newcombe 1998"


def call(folder: Path, *words: str) -> str:
    environment = {**os.environ, "COLUMNS": "100", "TZ": "UTC"}
    line = [sys.executable, "-m", "labjournal", *words]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shown(folder: Path, *words: str) -> Any:
    """What a verb prints as JSON, with runs and results called by their order and not by their ids."""
    order: dict[str, str] = {}
    text = re.sub(
        r"\b[0-9A-HJKMNP-TV-Z]{26}\b", lambda one: order.setdefault(one[0], str(len(order))), call(folder, *words)
    )
    return json.loads(text)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    for name in ("base", "wide", "bad"):
        call(folder, "run", "-n", name, "--set", "width=3", "-m", "a reason", "--follow", "--", "true")
    for name, right in (("base", 7), ("wide", 9)):
        rows = [f"e{i},{'sig' if i % 2 else 'bg'},{'sig' if i % 2 == (i % 10 < right) else 'bg'}" for i in range(400)]
        (folder / f"{name}.csv").write_text("id,label,prediction\n" + "\n".join(rows) + "\n")
        call(folder, "log", "--predictions", f"{name}.csv", "--run", name, "--checkpoint", "100", "--dataset", "val")
    call(folder, "log", "--run", "bad", "--checkpoint", "7", "--dataset", "1:1", "--counts", COUNTS)
    call(folder, "log", "--run", "wide", "--checkpoint", "5", "--dataset", "1:1", "loss=0.123456789012", "--n", "1000")
    call(folder, "log", "--run", "wide", "--checkpoint", "5", "--dataset", "1:1", "loss=7", "--objective", "v2")
    call(folder, "log", "accuracy=0.91", "--dataset", "1:1", "--n", "1000", "--option", "prompt=a, b")
    call(folder, "retract", "bad", "--why", "labels were in the *input*")
    call(folder, "note", WORDS, "--on", "wide")
    call(folder, "note", "width matters", "--kind", "hypothesis", "--on", "wide")
    call(folder, "note", "wide is better than base in accuracy", "--kind", "claim", "--on", "base", "--on", "wide")
    return folder


def taken_in(here: Path, name: str = "there") -> Path:
    there = here.with_name(name)
    there.mkdir()
    call(here, "export")
    for part in ("entries", "base.csv", "wide.csv"):
        subprocess.run(["cp", "-r", part, there], cwd=here, check=True)
    call(there, "import", "entries")
    return there


def test_tables_entries_and_what_may_be_said_are_those_of_the_journal_that_exported(here: Path) -> None:
    there = taken_in(here)
    assert shown(there, "compare", "--full", "--json") == shown(here, "compare", "--full", "--json")
    entries = [shown(folder, "diary", "--all", "--json") for folder in (here, there)]
    for entry in (entry for of_one in entries for entry in of_one if entry["kind"] == "end"):
        entry["t"] = entry["t"][:19]  # a run says when it ended, not when that was written down
    assert entries[1] == entries[0]
    for words in (("diary", "--open"), ("audit",), ("diary", "--week")):
        assert call(there, *words).count("\n") == call(here, *words).count("\n")
    (accuracy,) = shown(there, "compare", "base", "wide", "--dataset", "val", "--metric", "accuracy", "--json")[
        "claims"
    ]
    assert accuracy["paired"]


def test_taking_in_once_more_adds_nothing_and_a_new_day_adds_what_is_new(here: Path) -> None:
    there = taken_in(here)
    before = shown(there, "diary", "--all", "--json")
    call(there, "import", "entries")
    assert shown(there, "diary", "--all", "--json") == before
    call(here, "note", "one more")
    call(here, "export")
    subprocess.run(["cp", "-r", "entries", there], cwd=here, check=True)
    call(there, "import", "entries")
    assert len(shown(there, "diary", "--all", "--json")) == len(before) + 1


def test_a_journal_that_has_a_diary_of_its_own_takes_a_colleagues_blocks_beside_it(here: Path) -> None:
    there = here.with_name("mine")
    there.mkdir()
    call(there, "note", "mine")
    call(there, "export")
    call(here, "export")
    (theirs,), (mine,) = (here / "entries").glob("*.md"), (there / "entries").glob("*.md")
    mine.write_text(mine.read_text() + "\n" + theirs.read_text())
    call(there, "import", "entries")
    texts = [entry["text"] for entry in shown(there, "diary", "--all", "--json")]
    assert texts.count("mine") == 1
    assert "width matters" in texts
    call(there, "import", "entries")
    assert len(shown(there, "diary", "--all", "--json")) == len(texts)


def test_the_mark_of_a_retraction_comes_with_its_results_when_the_day_of_the_retraction_does_not(here: Path) -> None:
    call(here, "export")
    (day,) = (here / "entries").glob("*.md")
    text = re.sub(
        r"<!-- labjournal:begin (\S+) \S+ -->\n## \d\d:\d\d retraction.*?end \1 -->\n", "", day.read_text(), flags=re.S
    )
    assert text != day.read_text()
    there = here.with_name("part")
    there.mkdir()
    (there / "day.md").write_text(text)
    call(there, "import", "day.md")
    (row,) = shown(there, "compare", "bad", "--json")["rows"]
    assert row["tainted"]
    assert "labels were in the" in call(there, "compare", "bad")


def test_a_block_that_was_changed_is_read_by_its_words(here: Path) -> None:
    call(here, "export")
    (day,) = (here / "entries").glob("*.md")
    there = here.with_name("changed")
    there.mkdir()
    (there / "day.md").write_text(day.read_text().replace("width matters", "width does matter"))
    call(there, "import", "day.md")
    texts = [entry["text"] for entry in shown(there, "diary", "--json")]
    assert any("width does matter" in text for text in texts)
    assert not any("labjournal:" in text for text in texts)


def test_what_is_hidden_in_the_words_is_hidden_in_the_facts(here: Path) -> None:
    (here / "labjournal.toml").write_text('[diary]\nhide = ["home", "users"]\n')
    call(here, "note", "kept in /home/adelaide/plots, C:\\Users\\adelaide\\plots")
    call(here, "export")
    (day,) = (here / "entries").glob("*.md")
    assert "adelaide" not in day.read_text()


def test_a_page_tells_each_fact_once(here: Path) -> None:
    call(here, "export")
    (page,) = (here / "entries").glob("*.md")
    told = [line for line in page.read_text().splitlines() if line.startswith('{"data":')]
    assert len(told) > 20
    assert [line for line in told if told.count(line) > 1] == []


def test_a_journal_that_was_lost_is_what_its_export_told_and_writes_the_same_files(here: Path) -> None:
    call(here, "export")
    (day,) = (here / "entries").glob("*.md")
    day.write_text(day.read_text() + "\n## 23:10 by hand\n\nWritten between the blocks.\n")
    call(here, "import", "entries")
    told = {words: call(here, *words) for words in (("diary", "--all"), ("compare", "--full"), ("diary", "--open"))}
    shutil.rmtree(here / ".labjournal")
    call(here, "import", "entries")
    assert {words: call(here, *words) for words in told} == told
    call(here, "export", "--check")
    before = shown(here, "diary", "--all", "--json")
    call(here, "import", "entries")
    assert shown(here, "diary", "--all", "--json") == before


def test_more_results_of_a_run_that_was_taken_in_come_with_the_page_as_it_is_later(here: Path) -> None:
    there = taken_in(here)
    call(here, "log", "--run", "wide", "--checkpoint", "7", "--dataset", "1:1", "loss=0.1", "--n", "1000")
    call(here, "export")
    subprocess.run(["cp", "-r", "entries", there], cwd=here, check=True)
    call(there, "import", "entries")
    assert call(there, "compare", "--full") == call(here, "compare", "--full")


def test_a_fault_of_another_repository_is_known_and_taints_no_run_of_this_one(here: Path) -> None:
    def begin(folder: Path) -> str:
        for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", folder.name]):
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True)
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True)
        return head.stdout.strip()

    commit = begin(here)
    call(here, "run", "-n", "late", "--follow", "--", "true")
    call(here, "log", "--run", "late", "loss=0.5", "--dataset", "val", "--n", "100")
    call(here, "retract", "--introduced", commit, "--id", "adapter", "--why", "never fed")
    call(here, "faults", "slow", "--symptom", "theirs")
    there = here.with_name("there")
    there.mkdir()
    begin(there)
    call(there, "run", "-n", "mine", "--follow", "--", "true")
    call(there, "log", "--run", "mine", "loss=0.5", "--dataset", "val", "--n", "100")
    call(there, "faults", "slow", "--symptom", "mine")
    call(here, "export")
    call(there, "import", str(here / "entries"))
    tainted = {row["name"]: row["tainted"] for row in shown(there, "compare", "--json")["rows"]}
    assert (tainted["late"], tainted["mine"]) == (True, False)
    faults = {fault["name"]: fault for fault in shown(there, "faults", "--json")}
    assert [run["state"] for run in faults["adapter"]["runs"]] == [
        run["state"] for fault in shown(here, "faults", "--json") if fault["name"] == "adapter" for run in fault["runs"]
    ]
    assert faults["slow"]["symptom"] == "mine"
    before = len(shown(there, "diary", "--all", "--json"))
    call(there, "import", str(here / "entries"))
    assert len(shown(there, "diary", "--all", "--json")) == before
