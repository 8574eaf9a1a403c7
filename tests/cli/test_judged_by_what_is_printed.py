"""Scripts that only print: faulty ones are named when they have ended, their healthy twins are left in peace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LABJOURNAL = [sys.executable, "-m", "labjournal"]
PRELUDE = """\
import random, subprocess, sys
random.seed(4)
healthy = "healthy" in sys.argv
"""
SHUFFLED_VALIDATION = """
samples = [(x, int(x > 0)) for x in (random.gauss(0, 1) for _ in range(800))]
validation = [(x, int(x > 0)) for x in (random.gauss(0, 1) for _ in range(600))]
if not healthy:  # sorted by itself: labels no longer belong to their inputs
    labels = [y for _, y in validation]
    random.shuffle(labels)
    validation = [(x, y) for (x, _), y in zip(validation, labels)]
import math
num_classes, w = 2, 0.0
for epoch in range(1, 13):
    total = 0.0
    for x, y in samples:
        p = 1 / (1 + math.exp(-w * x))
        w += 0.02 * (y - p) * x
        total -= math.log(p if y else 1 - p)
    right = sum((w * x > 0) == y for x, y in validation)
    print(f"epoch {epoch} train_loss {total / len(samples):.4f} val_acc {right / len(validation):.4f}")
"""
EQUAL_SCORES = """
events = [(i % 2, round(random.gauss(0.55 if i % 2 else 0.45, 0.12), 1)) for i in range(600)]
with open("val.csv", "w") as file:
    file.write("id,label,score\\n" + "".join(f"{i},{y},{s}\\n" for i, (y, s) in enumerate(events)))
ranked = sorted(events, key=lambda event: (event[1], 0.5 if healthy else event[0]))
ranks = [rank for rank, (y, _) in enumerate(ranked, 1) if y]
area = (sum(ranks) - 300 * 301 / 2) / (300 * 300)
if healthy:
    pairs = [(a > b) + 0.5 * (a == b) for y, a in events if y for z, b in events if not z]
    area = sum(pairs) / len(pairs)
call = [sys.executable, "-m", "labjournal", "log", "--predictions", "val.csv", f"auc={area:.4f}", "--dataset", "v"]
subprocess.run(call, check=True)
"""
SCALED_LOGITS = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("twin", nargs="?")
parser.add_argument("--num-classes", type=int, default=10)
parser.parse_args()
for epoch in range(1, 13):
    right, loss = 0.9 - 0.6 * 0.7**epoch, 0.3 + 2.0 * 0.7**epoch
    val_loss = loss + 0.03 if healthy else 20 * loss
    print(f"epoch {epoch} train_loss={loss:.4f} train_acc={right:.4f} val_loss={val_loss:.4f} val_acc={right:.4f}")
"""
ONE_CYCLE = """
import torch
model = torch.nn.Sequential(torch.nn.Linear(6, 12), torch.nn.ReLU(), torch.nn.Linear(12, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
batches, epochs, samples = 20, 6, 640
planned = epochs * (batches if healthy else samples)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=planned)
for epoch in range(epochs):
    for _ in range(batches):
        x = torch.randn(32, 6)
        loss = torch.nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
"""
PROGRAMS = {
    "planned_steps_differ": ONE_CYCLE,
    "metric_at_chance": SHUFFLED_VALIDATION,
    "metric_ties_mishandled": EQUAL_SCORES,
    "calibration_collapse": SCALED_LOGITS,
}


def findings(folder: Path, rule: str, *words: str) -> list[dict[str, Any]]:
    (folder / "train.py").write_text(PRELUDE + PROGRAMS[rule])
    if "torch" in PROGRAMS[rule]:
        pytest.importorskip("torch")
    run = [*LABJOURNAL, "run", "--follow", "--", sys.executable, "train.py", *words]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        [*LABJOURNAL, "checks", "@last", "--json"], cwd=folder, capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return [one for one in found if one["level"] in ("alarm", "warning")]


@pytest.mark.parametrize("rule", PROGRAMS)
def test_the_fault_is_named_among_the_first_two(rule: str, tmp_path: Path) -> None:
    found = findings(tmp_path, rule)
    assert rule in [one["rule"] for one in found[:2]], found


@pytest.mark.parametrize("rule", PROGRAMS)
def test_the_healthy_twin_raises_nothing(rule: str, tmp_path: Path) -> None:
    assert findings(tmp_path, rule, "healthy") == []
