"""What a program reads, or a file keeps, of the verbs that print tables and prose: whole, unless COLUMNS is set."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal import paths
from labjournal.diary import Diary
from labjournal.paths import JournalPaths
from labjournal.vocabulary import EntryKind

LONG = "with-a-name-that-says-" + "all-there-is-to-say-of-it-" * 4
SENTENCE = f"the adapter {LONG} never moved " + "and so nothing could be learnt " * 4 + "as its end shows"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    found = paths.find_or_make(tmp_path_factory.mktemp("piped"))
    for at, lr in enumerate((3e-5, 3e-3)):
        settings = {"lr": lr, f"data.{LONG}": f"/somewhere/{LONG}/{at}"}
        run = make_run(found, f"{LONG}{at}", settings=settings, at=CREATED + 10 * at)
        measured = {
            "subject": {"run": run.id, "step": 1},
            "dataset": {"name": f"set-{LONG}"},
            "options": {"numeric": f"option-{LONG}-{at}"},
            "metrics": dict.fromkeys(("accuracy", f"score_{LONG}", *"abcdefgh"), 0.5 + 0.1 * at),
            "n": 1000,
            "role": "validation",
            "how": "stated",
        }
        add_facts(run, ("result", measured))
        EventWriter(run.events / "events.out.tfevents.1").add(f"tag/{LONG}", 1, 1.0)
    Diary(found).fault("unmoved", symptom=SENTENCE)
    Diary(found).note(SENTENCE, EntryKind.PARAMETER_CHANGE)
    return found


def piped(journal: JournalPaths, *words: str, columns: str = "") -> str:
    command = [sys.executable, "-m", "labjournal", *words]
    environment = {**os.environ, "COLUMNS": columns}
    done = subprocess.run(
        command, cwd=journal.project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (("ls",), [f"{LONG}0"]),
        (("compare",), [f"{LONG}0", f"set-{LONG}", f"option-{LONG}-1", f"score {LONG}", f"/somewhere/{LONG}/0", " h "]),
        (("diff", f"{LONG}0", f"{LONG}1"), [f"data.{LONG}  /somewhere/{LONG}/0 -> /somewhere/{LONG}/1", f"tag/{LONG}"]),
        (("diary",), [SENTENCE, "parameter-change"]),
        (("scalars", f"{LONG}0"), [f"tag/{LONG}"]),
        (("faults",), [SENTENCE]),
        (("show", f"{LONG}0"), [f"data.{LONG}", f"/somewhere/{LONG}/0", f"tag/{LONG}"]),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_piped_is_whole(journal: JournalPaths, words: tuple[str, ...], whole: list[str]) -> None:
    told = piped(journal, *words)
    assert "…" not in told
    for one in whole:
        assert any(one in line for line in told.splitlines()), f"{one} is not in\n{told}"


@pytest.mark.parametrize("words", [("compare",), ("diary",), ("faults",)])
def test_columns_holds_where_it_is_set(journal: JournalPaths, words: tuple[str, ...]) -> None:
    assert max(map(len, piped(journal, *words, columns="80").splitlines())) <= 80


def test_a_drawing_has_the_width_of_a_page(journal: JournalPaths) -> None:
    assert 60 < max(map(len, piped(journal, "scalars", f"{LONG}0", "--plot").splitlines())) <= 80
