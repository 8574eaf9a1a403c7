"""The jets study through the journal: a training that is killed and resumed, and the whole of it with every fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from study_code import ENTRIES, copy_of_study, run_study
from test_jets_model import Study, study  # noqa: F401 (a fixture)

SIZES = "--decimals 1 --rank 2 --alpha 8 --dropout 0 --nfa-width 8 --batch 4 --every 5 --peek 4 --lr 1e-3"
WANTED = "the packages of the studies are not installed: pip install -e .[studies]"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_killed_run_is_resumed_by_the_journal_and_says_where_it_was(study: Study, tmp_path: Path) -> None:  # noqa: F811
    def journal(*words: str) -> str:
        program = [sys.executable, "-m", "labjournal", *words]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        return done.stdout

    (tmp_path / "labjournal.toml").write_text('[resume]\ncommand = "{command}"\n')
    sets = f"--base {study.folder}/base --data {study.folder}/train.jsonl --held-out {study.folder}/val.jsonl"
    train = [sys.executable, str(ENTRIES / "jets" / "train.py"), *sets.split(), *SIZES.split(), "--out", "out"]
    journal("run", "--name", "night", "-m", "the power fails", "--follow", "--", *train, *KILLED)
    (killed,) = json.loads(journal("ls", "--json"))
    assert (killed["status"], killed["exit_code"]) == ("FAILED", 137)
    assert (tmp_path / "out" / "last_step").read_text() == "7"
    journal("resume", "night", "--follow")
    (resumed,) = json.loads(journal("ls", "--json"))
    assert (resumed["id"], resumed["status"], resumed["attempts"]) == (killed["id"], "DONE", 2)
    (loss,) = json.loads(journal("scalars", "night", "loss", "--lineage", "--json")).values()
    assert loss["steps"] == list(range(1, 13))
    assert "interrupted: the last step was 7; going on from checkpoint-5, at step 6" in journal("diary", "--json")


KILLED = ("--steps", "12", "--fault", "stop_at_step")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_fault_is_seen_and_none_on_the_healthy_runs(tmp_path: Path) -> None:
    for library in ("fastjet", "vector"):
        pytest.importorskip(library, reason=WANTED)
    copy_of_study("jets", tmp_path)
    stages = run_study("jets", tmp_path, timeout_s=850)
    assert {stage["stage"]: stage["state"] for stage in stages} == {stage["stage"]: "passed" for stage in stages}
    faults = " ".join(stage["stage"] for stage in stages if stage["fault_of"])
    named = "leak no_embed no_save no_grad frozen_optimizer load_order one_class silent nan stop_at_step".split()
    assert all(name in faults for name in named)
