"""From files of predictions to a paired comparison, on the command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LABJOURNAL = [sys.executable, "-m", "labjournal"]
N = 400


def call(folder: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run([*LABJOURNAL, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def write(path: Path, flipped: int, shuffled: bool = False) -> None:
    """Answers that are wrong on every tenth event, and on ``flipped`` events more."""
    labels = ["signal" if i % 2 else "background" for i in range(N)]
    other = {"signal": "background", "background": "signal"}
    lines = []
    for i, label in enumerate(labels):
        wrong = i % 10 == 0 or (i % 10 == 3 and i // 10 < flipped)
        answer = other[label] if wrong else label
        lines.append(f"e{i},{label},{answer},{0.7 + i / 4000 if answer == 'signal' else 0.3 - i / 4000}")
    if shuffled:
        random.Random(0).shuffle(lines)
    path.write_text("\n".join(["id,label,prediction,score", *lines]) + "\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, flipped in (("good", 0), ("worse", 12)):
        call(tmp_path, "run", "-n", name, "--follow", "--", "true")
        write(tmp_path / f"{name}.csv", flipped, shuffled=name == "worse")
        call(tmp_path, "log", "--predictions", f"{name}.csv", "--run", name, "--dataset", "1:1")
    return tmp_path


def table(folder: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call(folder, "compare", "good", "worse", "--json", *words))
    return found


def test_rows_on_the_same_events_are_tested_as_pairs_whatever_their_order(project: Path) -> None:
    found = table(project, "--metric", "accuracy", "--metric", "auc")
    accuracy, auc = found["claims"]
    assert accuracy["paired"]
    assert accuracy["p"] == pytest.approx(2 / 2**12)  # twelve events that only one got right
    assert accuracy["word"] == "differs"
    assert "known by name only" not in accuracy["text"]
    assert auc["paired"]
    assert {row["cells"]["accuracy"]["numerator"] for row in found["rows"]} == {360, 348}
    assert any("2 comparisons, paired" in note for note in found["notes"])


def test_metrics_of_scores_are_there(project: Path) -> None:
    (row, _) = table(project)["rows"]
    assert {"auc", "tpr_at_fpr_0.1", "tpr_at_fpr_0.01", "ece", "accuracy", "sic", "mcc"} <= set(row["cells"])


def test_a_file_that_changed_since_is_not_used_and_the_table_says_so(project: Path) -> None:
    write(project / "good.csv", 3)
    found = table(project, "--metric", "accuracy")
    assert not found["claims"][0]["paired"]
    assert "Predictions not used: good.csv is not what it was when it was stated." in found["notes"]
    (project / "good.csv").unlink()
    assert any("good.csv: No such file" in note for note in table(project)["notes"])


def test_the_same_file_stated_twice_is_one_result(project: Path) -> None:
    call(project, "log", "--predictions", "good.csv", "--run", "good", "--dataset", "1:1")
    assert len(table(project)["rows"]) == 2
    call(project, "reindex")
    assert table(project, "--metric", "accuracy")["claims"][0]["paired"]


def test_what_does_not_fit_the_file_is_refused(project: Path) -> None:
    assert "holds 400 events" in call(project, "log", "--predictions", "good.csv", "--n", "399", code=2)
    assert "cannot be read" in call(project, "log", "--predictions", "nothing.csv", code=2)
    (project / "three.csv").write_text("label,score\na,0.1\nb,0.2\nc,0.3\n")
    assert "[results] signal" in call(project, "log", "--predictions", "three.csv", code=2)


def test_requirement_34_events_in_groups_are_fewer_witnesses(project: Path) -> None:
    lines = (project / "good.csv").read_text().split("\n")
    rows = [f"{line},{i // 20}" for i, line in enumerate(lines[1:]) if line]
    # whole groups are wrong together: 400 events, 20 witnesses
    rows = [
        ",".join([event, label, answer if i // 20 % 10 else {"signal": "background"}.get(label, "signal"), *others])
        for i, (event, label, answer, *others) in enumerate(row.split(",") for row in rows)
    ]
    (project / "grouped.csv").write_text("\n".join(["id,label,prediction,score,galaxy", *rows]) + "\n")
    call(project, "run", "-n", "grouped", "--follow", "--", "true")
    call(project, "log", "--predictions", "grouped.csv", "--run", "grouped", "--dataset", "other")
    found = json.loads(call(project, "compare", "grouped", "good", "--json"))
    cells = {row["name"]: row["cells"] for row in found["rows"]}
    for metric in ("accuracy", "fpr", "tpr"):
        width = {name: of_row[metric]["high"] - of_row[metric]["low"] for name, of_row in cells.items()}
        assert width["grouped"] > 1.6 * width["good"], metric  # of independent events it would be 1.3
    width = {name: of_row["sic"]["high"] / of_row["sic"]["low"] - 1 for name, of_row in cells.items()}
    assert width["grouped"] > 1.8 * width["good"]
    assert cells["grouped"]["auc"]["low"] is not None
    assert any("Events come in groups in grouped (20 groups)" in note for note in found["notes"])


@pytest.mark.parametrize("stated", ["relative", "whole"])
def test_a_project_that_moves_keeps_its_pairs(project: Path, stated: str) -> None:
    moved = project.with_name(f"{project.name}-moved")
    if stated == "whole":  # as journals before this stated them
        for file in (project / ".labjournal" / "facts").iterdir():
            text = file.read_text()
            assert '"path":"good.csv"' in text
            file.write_text(text.replace('"path":"', f'"path":"{project}/'))
    project.rename(moved)
    call(moved, "reindex")
    (accuracy,) = table(moved, "--metric", "accuracy")["claims"]
    assert accuracy["paired"]


STATING = """
import csv, sys, labjournal
for name in sys.argv[1:]:
    rows = list(csv.DictReader(open(f"{name}.csv")))
    pairs = [row["label"] for row in rows], [row["prediction"] for row in rows]
    labjournal.result(dataset="1:1", predictions=pairs, options={"adapter": name}, file=f"{name}.csv")
labjournal.result(dataset="1:1", predictions=pairs, options={"adapter": "lost"}, file="nowhere.csv")
"""


def test_a_script_that_says_where_its_predictions_lie_has_its_rows_tested_as_pairs(tmp_path: Path) -> None:
    write(tmp_path / "good.csv", 0)
    write(tmp_path / "worse.csv", 12, shuffled=True)
    call(tmp_path, "run", "-n", "both", "--follow", "--", sys.executable, "-c", STATING, "good", "worse")
    found = json.loads(call(tmp_path, "compare", "both", "--json", "--metric", "accuracy"))
    between = {frozenset((claim["a"], claim["b"])): claim for claim in found["claims"]}
    assert len(found["rows"]) == 3
    paired = [claim for claim in between.values() if claim["paired"]]
    assert [claim["p"] for claim in paired] == [pytest.approx(2 / 2**12)]
    assert "nowhere.csv could not be read" in call(tmp_path, "logs", "both")
