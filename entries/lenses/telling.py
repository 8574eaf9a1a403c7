"""What a training says while it goes on: repairs that are off, each epoch, the extreme scores it keeps."""

from __future__ import annotations

import argparse
import json

from held import Held
from ranking import Array, exact_interval, extremes
from report import says

import labjournal

FAULTS = ("A1", "A2", "A3", "A4", "A6", "E1", "C1", "B5", "D1")
_ENDS_LIMIT = 0.5


def say_repairs(faults: list[str], norm: str) -> None:
    """What the list of repairs calls done, and this run does not do."""
    off = [name for name in FAULTS if name in faults]
    if norm == "full" and "D1" not in off:
        off.append("D1")
    for name in off:
        labjournal.event(f"repaired, off: {name}" + (" (normalisation stayed full)" if name == "D1" else ""))


def say_epoch(
    epoch: int, order: str, now: dict[str, float], score: Array, held: Held, asked: argparse.Namespace
) -> None:
    visits = now["seen"] / max(now["unique"], 1)
    print(
        f"epoch {epoch}: {now['seen']:.0f} samples, {now['unique']:.0f} unique, order {order}; "
        f"train loss {now['train_loss']:.4f}, val loss {now['val_loss']:.4f}; area {now['area']:.4f}",
        flush=True,
    )
    for line in says(score, held.label, asked.fault):
        print(f"  {line}", flush=True)
    if now["seen"] != now["expected"] or visits > 1:
        labjournal.event(f"epoch {epoch}: {visits:.1f} visits per sample")
    if now["same_order"]:
        labjournal.event(f"epoch {epoch}: the same order as an epoch before")
    if now["ends_share"] > _ENDS_LIMIT:
        labjournal.event(
            f"calibration collapse: {now['ends_share']:.0%} of the scores within 1e-3 of 0 or 1 at epoch {epoch}, "
            f"largest tie {now['tie_size']:.0f}"
        )


def keep_extremes(score: Array, held: Held, epoch: int, asked: argparse.Namespace) -> None:
    """The negatives scored highest and the positives scored lowest, by id; the worst of each as samples of the run."""
    if "B5" in asked.fault:
        return
    kept = dict(zip(("negative", "positive"), extremes(score, held.label), strict=True))
    with asked.out.with_suffix(".extremes.jsonl").open("w" if epoch == 0 else "a") as file:
        for kind, rows in kept.items():
            for row in rows.tolist():
                told = {"epoch": epoch, "class": kind, "id": int(held.ids[row]), "score": float(score[row])}
                file.write(json.dumps(told) + "\n")
    for kind, rows in kept.items():
        row = int(rows[0])
        labjournal.sample(f"stamp {held.ids[row]}", f"{score[row]:.3f}", score=float(score[row]), label=kind)


def compare_epochs(history: list[dict[str, float]], positives: int, negatives: int) -> list[str]:
    """Epochs whose intervals overlap with that of the best are not ranked."""
    values = [one["tpr_fpr1e4"] for one in history]
    spans = [exact_interval(round(value * positives), positives) for value in values]
    best = max(range(len(values)), key=lambda k: values[k])
    close = [k for k in range(len(values)) if k != best and spans[k][1] >= spans[best][0]]
    deciding = int(1e-4 * negatives)
    if not close:
        return []
    epochs = ", ".join(str(k) for k in close)
    return [
        f"not ranked by tpr@fpr1e-4: epochs {epochs} and {best}, whose intervals overlap; {deciding} negatives decide"
    ]
