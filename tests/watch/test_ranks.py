"""Two processes over gloo by torchrun, launched as a user would: silent while together, named when they lose touch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hooked import run_hooked

from labjournal import facts, schemas

pytest.importorskip("torch")
jsonschema = pytest.importorskip("jsonschema")

RANKS = Path(__file__).with_name("trainers") / "ranks.py"
pytestmark = pytest.mark.slow


def run_ranks(folder: Path, way: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The ``replica`` facts and the findings of a run of two ranks."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LABJOURNAL_")}
    environment |= {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    labjournal = [sys.executable, "-m", "labjournal"]
    rank = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", str(RANKS), way]
    launch = [*labjournal, "run", "--follow", "-n", "ranks", "--kind", "train", "--", *rank]
    done = subprocess.run(launch, cwd=folder, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    subprocess.run(
        [*labjournal, "checks", "ranks", "--json"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    stated = [
        fact
        for path in sorted((folder / ".labjournal").glob("runs/*/facts/*.jsonl"))
        for _, fact in facts.read(path)[0]
        if fact is not None
    ]
    for fact in stated:
        jsonschema.validate(json.loads(facts.encode(fact)), schemas.load("fact"))
    assert not [fact for fact in stated if fact.kind == "watch_off"]
    assert sum(fact.data["errors"] for fact in stated if fact.kind == "watch_end") == 0
    return [fact.data for fact in stated if fact.kind == "replica"], [f.data for f in stated if f.kind == "finding"]


def test_ranks_that_stay_together_raise_nothing(tmp_path: Path) -> None:
    told, found = run_ranks(tmp_path, "synced")
    assert sorted((data["rank"], data["step"]) for data in told) == [(r, s) for r in (0, 1) for s in (1, 5, 10, 20)]
    assert all(module["ddp"] for data in told for module in data["modules"])
    assert [data["message"] for data in found if data["level"] != "notice"] == []


def test_ranks_that_lose_touch_are_named_with_module_and_step(tmp_path: Path) -> None:
    _, found = run_ranks(tmp_path, "bypassed")
    (said,) = [data for data in found if data["level"] != "notice"]
    assert (said["rule"], said["level"], said["step"]) == ("replica_divergence", "alarm", 10)
    assert said["subject"] == "synced.0"
    assert said["evidence"]["last_equal_step"] == 5


def test_shards_are_watched_without_harm(tmp_path: Path) -> None:
    """FSDP lets go of the storage of whole tensors between uses: to read one ends the process."""
    pytest.importorskip("torch.distributed.fsdp")
    done = run_hooked([RANKS.with_name("sharded.py")], tmp_path, env={"GLOO_SOCKET_IFNAME": "lo"})
    assert done.returncode == 0, done.stderr
    assert [data["state"] for data in done.data("watch_state") if data["tensors"]] == ["watched"] * 2
    assert [(data["errors"], data["looks"] >= 20) for data in done.data("watch_end")] == [(0, True)] * 2
    assert [data["message"] for data in done.findings("alarm", "warning")] == []
