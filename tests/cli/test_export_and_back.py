"""The exported diary, edited in an editor and imported again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from journal_files import CREATED, add_facts, make_run
from labjournal import facts
from labjournal.paths import JournalPaths
from labjournal.store import Store


def call(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "100", "TZ": "UTC", "LABJOURNAL_USER": "ada"}
    line = [sys.executable, "-m", "labjournal", *words]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def entries(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads(call(folder, "diary", "--json").stdout))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A day with a note and a result, exported."""
    call(tmp_path, "init")
    call(tmp_path, "note", "The <loss> explodes.\n\n# Why\nToo large a rate.")
    call(tmp_path, "log", "accuracy=0.9", "--dataset", "val", "--n", "200")
    call(tmp_path, "export")
    (path,) = (tmp_path / "entries").glob("*.md")
    return path


def test_an_untouched_file_changes_nothing(page: Path) -> None:
    before = entries(page.parents[1])
    said = call(page.parents[1], "import", "entries").stderr
    assert "0 reworded, 0 entries added" in said
    assert "another journal" not in said
    assert entries(page.parents[1]) == before


def test_a_kept_table_taken_back_is_nobody_elses_diary(page: Path) -> None:
    folder = page.parents[1]
    (folder / "labjournal.toml").write_text("[tables.main]\nrows = []\n")
    call(folder, "export")
    table, before = folder / "entries" / "tables" / "main.md", entries(folder)
    assert "0 reworded, 0 entries added" in call(folder, "import", "entries").stderr
    assert entries(folder) == before
    table.write_text(table.read_text().replace("# main", "# mine"))
    assert "was altered" in call(folder, "import", "entries", code=1).stderr
    assert entries(folder) == before


def test_new_words_in_a_note_amend_it_and_the_rest_stays_as_written(page: Path) -> None:
    folder = page.parents[1]
    page.write_text(page.read_text().replace("Too large a rate.", "Too large a rate, and no clipping."))
    assert "1 reworded" in call(folder, "import", "entries").stderr
    (note,) = [entry for entry in entries(folder) if entry["kind"] == "note"]
    assert note["text"] == "The <loss> explodes.\n\n# Why\nToo large a rate, and no clipping."
    assert len(note["amended"]) == 1
    call(folder, "export")
    assert "Wording until" in page.read_text()
    assert "0 reworded, 0 entries added" in call(folder, "import", "entries").stderr
    call(folder, "export", "--check")


def test_a_note_may_be_reworded_again_before_it_is_exported(page: Path) -> None:
    folder = page.parents[1]
    page.write_text(page.read_text().replace("Too large a rate.", "Too large a rate, and no clipping."))
    call(folder, "import", "entries")
    assert "0 reworded, 0 entries added" in call(folder, "import", "entries").stderr
    page.write_text(page.read_text().replace("and no clipping.", "no clipping, no warmup."))
    assert "1 reworded" in call(folder, "import", "entries").stderr
    (note,) = [entry for entry in entries(folder) if entry["kind"] == "note"]
    assert note["text"].endswith("Too large a rate, no clipping, no warmup.")
    assert len(note["amended"]) == 2
    page.write_text(page.read_text().replace("0.9", "0.99"))
    assert "was edited" in call(folder, "export", code=1).stderr


def test_words_that_are_not_taken_in_are_not_written_over(page: Path) -> None:
    folder = page.parents[1]
    page.write_text(page.read_text().replace("Too large a rate.", "Too large a rate, and no clipping."))
    call(folder, "import", "entries")
    page.write_text(page.read_text().replace("and no clipping.", "no clipping, no warmup."))
    assert "was edited" in call(folder, "export", code=1).stderr
    assert "no warmup" in page.read_text()


def test_words_between_the_blocks_become_an_entry_and_its_amendment(page: Path) -> None:
    folder = page.parents[1]
    page.write_text(page.read_text() + "\nA thought of the evening.\n")
    assert "1 entry added" in call(folder, "import", "entries").stderr
    page.write_text(page.read_text().replace("A thought", "A better thought"))
    assert "1 reworded" in call(folder, "import", "entries").stderr
    assert [entry["text"] for entry in entries(folder) if "thought" in entry["text"]] == [
        "A better thought of the evening."
    ]
    call(folder, "export")
    assert page.read_text().count("thought") == 1
    assert call(folder, "export", "--check")


def thoughts(folder: Path, name: str) -> list[tuple[str, str]]:
    """Hour and words of what stands between the blocks, in the order of the diary."""
    found = [entry for entry in entries(folder) if entry["on"] == [f"outside:{name}"]]
    return sorted((entry["t"][11:19], entry["text"]) for entry in found)


SECTIONS = """
## 09:30 written by hand

A thought. 7 of 9.

### 10:15 is below it

## 9:05
No title.

## 14:10:30 – moved the *probe*
"""


def test_a_section_with_an_hour_is_an_entry_of_that_time(page: Path) -> None:
    folder = page.parents[1]
    page.write_text(page.read_text() + "\nBefore them.\n" + SECTIONS)
    assert "4 entries added" in call(folder, "import", "entries").stderr
    written = [
        ("09:05:00", "No title."),
        ("09:30:00", "written by hand\n\nA thought. 7 of 9.\n\n### 10:15 is below it"),
        ("14:10:30", "moved the *probe*"),
        ("23:59:00", "Before them."),
    ]
    assert thoughts(folder, page.name) == written
    assert "0 reworded, 0 entries added" in call(folder, "import", "entries").stderr
    call(folder, "note", "what happens later stands above them")
    call(folder, "export")
    assert SECTIONS in page.read_text()
    assert "0 reworded, 0 entries added" in call(folder, "import", "entries").stderr
    page.write_text(page.read_text().replace("7 of 9", "8 of 9").replace("14:10:30", "15:00"))
    assert "2 reworded, 0 entries added" in call(folder, "import", "entries").stderr
    written[1] = (written[1][0], written[1][1].replace("7 of 9", "8 of 9"))
    written[2] = ("15:00:00", "moved the *probe*")
    assert thoughts(folder, page.name) == written
    page.write_text(page.read_text().replace("\n## 9:05\n", "\n## 08:00 a first\n\n## 9:05\n"))
    assert "0 reworded, 1 entry added" in call(folder, "import", "entries").stderr
    call(folder, "reindex")
    assert thoughts(folder, page.name) == [("08:00:00", "a first"), *written]


def test_a_heading_that_names_a_data_set_tells_no_hour(page: Path) -> None:
    folder = page.parents[1]
    call(folder, "log", "accuracy=0.9", "--dataset", "1:10", "--n", "200")
    page.write_text(
        page.read_text() + "\n## 1:10, once more\nIt fell.\n\n## 24:10 is no hour\n```\n## 09:30 code\n```\n"
    )
    call(folder, "import", "entries")
    assert thoughts(folder, page.name) == [
        ("23:59:00", "## 1:10, once more\nIt fell.\n\n## 24:10 is no hour\n```\n## 09:30 code\n```")
    ]


def test_an_altered_number_is_refused_and_shown(page: Path) -> None:
    folder, before = page.parents[1], entries(page.parents[1])
    page.write_text(page.read_text().replace("0.9", "0.99") + "\nAnd a thought.\n")
    refused = call(folder, "import", "entries", code=1)
    assert "was altered" in refused.stderr
    assert "0.99" in refused.stderr
    assert entries(folder) == before


def test_a_whole_diary_taken_back_and_an_index_built_anew_hold_the_same(tmp_path: Path) -> None:
    call(tmp_path, "init")
    journal = JournalPaths(tmp_path / ".labjournal")
    for number in range(15):
        run = make_run(journal, f"run-{number}", at=CREATED + 9000 * number)
        matrix = {"labels": ["no", "yes"], "matrix": [[450 - number, 50 + number], [40, 460]]}
        measured = [
            (
                "result",
                {
                    "subject": {"run": run.id, "step": 100 * step},
                    "dataset": {"name": f"1:{step % 2}", "hash": f"{step % 2}" * 64},
                    "metrics": {"loss": 0.1 + 1 / (3 + number + step)},
                    "counts": matrix,
                    "role": "validation",
                    "how": "stated",
                },
            )
            for step in range(10)
        ]
        add_facts(run, *measured, at=CREATED + 9000 * number + 10)
        note = {"kind": "note", "text": f"Note {number}: *fell*,\n\n- to 0.{number}", "on": [run.id]}
        facts.append(journal.my_facts, [facts.make("entry", note, None, facts.now_iso(CREATED + 9000 * number))])
    call(tmp_path, "export")
    before = content(journal)
    call(tmp_path, "import", "entries")
    assert content(journal) == before
    call(tmp_path, "reindex")
    assert content(journal) == before
    assert len(before["results"]) == 150


def content(journal: JournalPaths) -> dict[str, list[tuple[object, ...]]]:
    """All tables of the index but the full-text search of the entries, and when it last looked at what."""
    store = Store.open(journal, readonly=True)
    named = store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = [name for (name,) in named if not name.startswith(("entries_words", "sqlite_", "meta"))]
    found = {name: sorted(store.connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}
    store.close()
    return found


def test_a_file_that_was_edited_by_hand_is_counted_as_such(page: Path) -> None:
    folder = page.parents[1]
    page.write_text(page.read_text().replace("explodes", "vanishes"))
    assert "0 files not up to date, 1 edited by hand, 0 unchanged." in call(folder, "export", "--check", code=1).stderr
