"""Validations by queue: in sequence, as checkpoints appear, and what is missing seen in the table."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labjournal.launchers import records
from labjournal.paths import JournalPaths, make
from labjournal.scheduler import entries
from launching_place import exit_of, wait_for

LABJOURNAL = [sys.executable, "-m", "labjournal"]
TRAIN = """\
import json, os, struct, time
def save(step):
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    with open(f"step_{step}.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + struct.pack("<f", step))
for step in (10, 20):
    save(step)
time.sleep(2.2)  # the watch holds word of a file back until it has settled, and tells with the next one
save(25)
while not os.path.exists("more"):
    time.sleep(0.02)
save(30)
"""
VALIDATE = """\
import os, sys, time
open("order", "a").write("begin\\n"); time.sleep(0.1); open("order", "a").write("end\\n")
if os.path.exists("fail"):
    raise SystemExit("no data")
print("validation accuracy: 0.5")
"""


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JournalPaths]:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    monkeypatch.setenv("LABJOURNAL_LEASES", str(tmp_path / "leases"))
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "validate.py").write_text(VALIDATE)
    paths = JournalPaths(tmp_path / ".labjournal")
    make(paths)
    yield paths
    for run_id in entries.names(paths):
        entries.path_of(paths, run_id).unlink(missing_ok=True)


def call(journal: JournalPaths, *words: str) -> str:
    done = subprocess.run([*LABJOURNAL, *words], cwd=journal.project, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def validations(journal: JournalPaths) -> dict[str, str]:
    """Checkpoint to run, of all validations launched."""
    found = {}
    for run_id in journal.run_ids():
        launched = records.read(journal.run(run_id).run)
        if launched is not None and launched.data.get("validates"):
            found[Path(launched.data["validates"]["checkpoint"]).stem] = run_id
    return found


COMMAND = ("--", sys.executable, "validate.py", "--checkpoint", "{checkpoint}", "--data", "{dataset}")


def test_each_checkpoint_is_validated_as_it_appears_and_in_sequence(journal: JournalPaths) -> None:
    train = journal.run(call(journal, "run", "-n", "t", "--", sys.executable, "train.py").strip())
    watcher = journal.run(call(journal, "validate", "t", "--watch", "-d", "a", "-G", "1", *COMMAND).strip())
    wait_for(lambda: {"step_10", "step_20"} <= validations(journal).keys())
    assert not train.exit.exists(), "while training goes on"
    (journal.project / "more").touch()
    assert exit_of(watcher)["status"] == "DONE"
    found = validations(journal)
    assert found.keys() == {"step_10", "step_20", "step_25", "step_30"}
    assert [exit_of(journal.run(run))["status"] for run in found.values()] == ["DONE"] * 4
    assert (journal.project / "order").read_text().split() == ["begin", "end"] * 4, "one at a time"
    launched = records.read(watcher.run)
    assert launched is not None
    assert launched.data["name"] == "watch-t"
    assert call(journal, "validate", "t:all", "--missing", "--queue", "-d", "a") == ""


def test_what_is_queued_failed_or_never_asked_for_is_a_gap_in_the_table(journal: JournalPaths) -> None:
    (journal.project / "more").touch()
    exit_of(journal.run(call(journal, "run", "-n", "t", "--", sys.executable, "train.py").strip()))
    for words in (("t:all", "-d", "a"), ("t:10", "-d", "b")):
        for run in call(journal, "validate", *words, "--queue", *COMMAND).split():
            assert exit_of(journal.run(run))["status"] == "DONE"
    (journal.project / "fail").touch()
    exit_of(journal.run(call(journal, "validate", "t:20", "-d", "b", "--queue", *COMMAND).strip()))
    table = json.loads(call(journal, "compare", "t", "--format", "json"))
    gaps = {(row["step"], row["dataset"]): row["flags"][0]["words"] for row in table["rows"] if not row["cells"]}
    assert gaps == {
        (20, "b"): "validation failed: exit code 1: no data",
        (25, "b"): "not validated",
        (30, "b"): "not validated",
    }
    assert any(note.startswith("Not measured yet: t:20 on b") for note in table["notes"])
    call(journal, "queue", "pause")
    waits = call(journal, "validate", "t:all", "--missing", "--queue", "-d", "b", *COMMAND).split()
    table = json.loads(call(journal, "compare", "t", "--format", "json"))
    gaps = {(row["step"], row["dataset"]): row["flags"][0]["words"] for row in table["rows"] if not row["cells"]}
    assert gaps[(30, "b")] == "validation queued"
    call(journal, "stop", *waits)
