"""A small journal with everything a run's page and a comparison can show, the same every time it is made."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from textual.pilot import Pilot
from tui_harness import settled, text_of, wait_for

from journal_files import CREATED, EventWriter, add_facts, make_run, write_fact
from labjournal import facts, paths
from labjournal.follower import Follower
from labjournal.paths import JournalPaths, RunPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed

STEPS = 400
MODULES = {"net.encoder.0": 3e-3, "net.encoder.2": 8e-4, "net.adapter.0": 0.0, "net.head": 1.2e-3}
FINDING = {
    "rule": "param_not_in_optimizer",
    "level": "alarm",
    "subject": "net.adapter",
    "step": 2,
    "message": "net.adapter (4 tensors) gets gradients but is in no optimizer (AdamW).",
    "evidence": {"tensors": 4, "grad_norm": 0.83},
    "remedy": "Build the optimizer after the adapter, or give it the new tensors with add_param_group().",
}
FOLLOWER = {
    "rule": "placebo_input",
    "level": "warning",
    "subject": "numeric",
    "step": 200,
    "message": "The answers do not change when the numbers are shuffled.",
    "evidence": {"changed": 0, "asked": 64},
    "remedy": "Find where the input leaves the graph.",
    "caused_by": "param_not_in_optimizer",
}
ENDS = facts.now_iso(CREATED + 5060), facts.now_iso(CREATED + 5990)
LOG = "".join(f"\x1b[32mstep {step}\x1b[0m  loss {3 / (1 + step / 20):.4f}\n" for step in range(0, STEPS, 10))


def result(run: RunPaths, step: int, correct: int, dataset: str, n: tuple[int, int], **options: str) -> dict[str, Any]:
    """A validation result with its confusion matrix."""
    negatives, positives = n
    wrong = negatives + positives - correct
    missed = min(positives - 1, wrong // 2)
    false = wrong - missed
    return {
        "subject": {"run": run.id, "checkpoint": f"step-{step}.pt", "step": step},
        "dataset": {"name": dataset, "hash": f"{dataset[-2:]}a41f0000".replace(":", "0")},
        "options": options,
        "metrics": {"accuracy": correct / (negatives + positives)},
        "n": negatives + positives,
        "counts": {
            "labels": ["background", "signal"],
            "matrix": [[negatives - false, false], [missed, positives - missed]],
            "unknown": [0, 0],
        },
        "role": "validation",
        "how": "stated",
    }


def curves(run: RunPaths, seed: int, level: float, start: int = 0, file: int = 1, stop: int = STEPS) -> None:
    """Loss, accuracy, learning rate, speed, and what the watch writes."""
    rng = np.random.default_rng(seed)
    writer = EventWriter(run.events / f"events.out.tfevents.{file}")
    for step in range(start, stop):
        wall = CREATED + 2 * step
        writer.add("train/loss", step, level + 2.4 * math.exp(-step / 60) * float(np.exp(rng.normal(0, 0.1))), wall)
        writer.add("lr", step, 1e-3 * min(1.0, step / 40), wall)
        if step % 10 == 0:
            writer.add("val/accuracy", step, 0.91 - 0.4 * math.exp(-step / 80) + float(rng.normal(0, 0.004)), wall)
            writer.add("speed/tokens_per_s", step, 1900.0 if step % 200 else 950.0, wall)
            for module, ratio in MODULES.items():
                moved = ratio * math.exp(-step / 300) if level > 0.1 else max(ratio, 5e-4)
                writer.add(f"watch/update_ratio/{module}", step, moved if ratio or level < 0.1 else 0.0, wall)
    writer.close()


def tell(folder: Path) -> JournalPaths:
    """Three runs: a parent that is fine, its fork with an alarm and a restart, and one that failed early."""
    journal = paths.find_or_make(folder)
    settings = {"lr": "3e-5", "hidden": "64", "epochs": "9", "seed": "0"}
    parent = make_run(journal, "v3-embed", settings=settings, log=LOG, reason="numeric input joined to the loss path")
    curves(parent, 1, 0.05)
    fork = make_run(
        journal,
        "v4-own-group",
        settings={**settings, "lr": "3e-3", "precision": "fp32"},
        log=LOG,
        at=CREATED + 5000,
        reason="own optimizer group for the numeric branch",
        parent={"run": parent.id, "step": 300, "checkpoint": "step-300.pt"},
        changes=["lr 3e-5 -> 3e-3", "precision not given -> fp32"],
        expect=["accuracy > 0.93"],
    )
    killed = {"attempt": 1, "status": "KILLED", "signal": 9, "cause": "killed by signal 9"}
    write_fact(fork.attempts / "1.exit.json", "exit", fork.id, CREATED + 5060, {**killed, "ended_at": ENDS[0]})
    place = json.loads(fork.attempt(1).read_bytes())["data"]
    write_fact(fork.attempt(2), "attempt", fork.id, CREATED + 5100, {**place, "n": 2, "pid": 2**22 - 5})
    fork.exit.unlink()
    done = {"attempt": 2, "status": "DONE", "exit_code": 0, "cause": "ended by itself", "max_memory_bytes": 412_000_000}
    write_fact(fork.exit, "exit", fork.id, CREATED + 5990, {**done, "ended_at": ENDS[1]})
    curves(fork, 2, 0.2, stop=260)
    curves(fork, 3, 0.2, start=200, file=2)
    for run in (parent, fork):
        models = [{"class": "Net", "name": "net", "parameters": 2674, "tensors": 10, "trainable": 1794}]
        add_facts(
            run,
            ("watch_state", {"state": "watched", "because": None, "models": models, "optimizers": [], "tensors": 6}),
            *(
                ("checkpoint", {"path": f"step-{step}.pt", "version": f"v{step}", "step": step, "size": 34_100_000})
                for step in (100, 200, 300)
            ),
        )
    add_facts(
        parent,
        ("result", result(parent, 300, 897, "1:1", (524, 476))),
        ("result", result(parent, 300, 7075, "1:10", (7250, 750))),
    )
    add_facts(
        fork,
        ("finding", FINDING),
        ("finding", FOLLOWER),
        ("result", result(fork, 300, 908, "1:1", (524, 476))),
        ("result", result(fork, 300, 7556, "1:10", (7250, 750))),
        ("result", result(fork, 200, 880, "1:1", (524, 476))),
        at=CREATED + 5900,
    )
    failed = make_run(journal, "lr-too-hot", settings={**settings, "lr": "1"}, at=CREATED + 9000, log="boom\n")
    failed.exit.unlink()
    end = {"attempt": 1, "status": "FAILED", "exit_code": 1, "cause": "ended with exit code 1: loss is NaN"}
    write_fact(failed.exit, "exit", failed.id, CREATED + 9060, {**end, "ended_at": facts.now_iso(CREATED + 9060)})
    with_follower = Follower.open(journal)
    with_follower.catch_up()
    with_follower.close()
    return journal


def app_over(journal: JournalPaths, **more: Any) -> JournalApp:
    return JournalApp(Feed(journal), journal="jets", host="box2", clock=lambda: CREATED + 20_000, **more)


async def open_run(pilot: Pilot[Any], app: JournalApp, name: str) -> None:
    """Open a run's page by its name and wait until its curves are there."""
    await settled(pilot, app)
    run = next(row.id for row in app.main.query_one("RunsPage").runs._rows.values() if row.name == name)  # type: ignore[attr-defined]
    from labjournal.tui.messages import RunAsked

    app.post_message(RunAsked(run))
    await wait_for(pilot, lambda: f" {name} " in text_of(app) and "Charts" in text_of(app))
    await settled(pilot, app)
