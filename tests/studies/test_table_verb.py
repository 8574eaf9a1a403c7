"""``labjournal study table``: where --full is the whole size, the whole table is asked for with --all."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_running import call

STUDY = """
question = "q"
[sizes.smoke]
loss = 0.5
[sizes.full]
loss = 0.1
[[stage]]
name = "fit"
command = "echo validation loss: {loss} {a}"
grid = { a = [1, 2] }
[[table]]
name = "fits"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "entries" / "kettle"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    call(tmp_path, "study", "run", "kettle", "--smoke")
    return tmp_path


def test_a_size_that_has_not_run_is_told_with_what_runs_it(project: Path) -> None:
    shown = call(project, "study", "table", "kettle")
    assert "kettle-fit-a1" in shown
    assert "--full" not in shown
    empty = call(project, "study", "table", "kettle", "--full", code=1)
    assert "No stage of the table fits has run at the size full." in empty
    assert "labjournal study run kettle --size full" in empty


def test_all_of_a_table_is_asked_for_with_all(project: Path) -> None:
    assert "code" not in call(project, "study", "table", "kettle").split()
    assert "code" in call(project, "study", "table", "kettle", "--all").split()
