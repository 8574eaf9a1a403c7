"""Rank a validation set by stored scores, and the rules by cases whose answer is known.

python rank.py --scores out/repeat.npz
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from ranking import Array, Labels, as_bfloat16, ends_share, extremes, fraction, largest_tie, roc, tpr_at
from report import curve_of, rates, says

import labjournal

FAULTS = ("A2", "A3", "B5")


def main() -> None:
    asked = _arguments()
    kept = np.load(asked.scores)
    score, label = kept["score"].astype(np.float64), kept["label"].astype(bool)
    if "A2" in asked.fault:  # the first code ranked probabilities in bf16
        score = as_bfloat16(1 / (1 + np.exp(-score)))
    known: dict[str, Any] = {name: tpr_at(curve_of(s, y, asked.fault), 1e-4) for name, (s, y) in cases().items()}
    labjournal.result(dataset="known cases", **known)
    print(", ".join(f"{name} {value:.3f}" for name, value in known.items()))
    curve = curve_of(score, label, asked.fault)
    found = rates(score, label, kept["position"], asked.fault)
    negatives, positives = extremes(score, label, 0 if "B5" in asked.fault else 50)
    labjournal.result(
        dataset="validation",
        n=len(score),
        area=curve.area,
        area_by_ranks=area_by_ranks(score, label),
        falls=int((np.diff(curve.fp) < 0).sum() + (np.diff(curve.tp) < 0).sum()),
        starts_at=int(curve.fp[0] + curve.tp[0]),
        ends_at=float(curve.fpr[-1] + curve.tpr[-1]),
        ends_share=ends_share(np.asarray(kept["score"], dtype=np.float64)),
        tie_size=largest_tie(score),
        extreme_negatives=len(negatives),
        extreme_positives=len(positives),
        tpr_fpr1e4=tpr_at(curve, 1e-4),
        tpr_fpr1e3=tpr_at(curve, 1e-3),
        tpr_linear_fpr1e3=tpr_at(curve, 1e-3, "linear"),
        **found,
    )
    for line in says(score, label, asked.fault):
        print(line)
    true = roc(score, label)
    print(f"largest tie {largest_tie(score)} of {len(score)} scores")
    if found["first_tie_positives"] + found["first_tie_negatives"] > 1:
        labjournal.event(
            f"{fraction(int(found['found_1e4']), true.positives)} at fpr 1e-4: the first tied group holds "
            f"{found['first_tie_positives']:.0f} positives and {found['first_tie_negatives']:.0f} negatives"
        )


def cases() -> dict[str, tuple[Array, Labels]]:
    """Scores whose TPR at an FPR of 1e-4 is known by hand: 1, 0, 0 and 0.6."""
    label = np.arange(200) < 100
    two = np.where(np.arange(200) < 60, 1.0, 0.0)
    perfect = label.astype(np.float64)
    return {
        "perfect": (perfect + np.arange(200) * 1e-6, label),
        "inverted": (-perfect, label),
        "constant": (np.zeros(200), label),
        "two_valued": (two, label),
    }


def area_by_ranks(score: Array, label: Labels) -> float:
    """Share of pairs in the right order, ties counted half: the rank statistic, written down another way."""
    below = np.sort(score[~label])
    less, upto = (np.searchsorted(below, score[label], side=side) for side in ("left", "right"))
    return float((less + upto).mean() / 2 / max(len(below), 1))


def _faults(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(FAULTS):
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(sorted(unknown))}")
    return names


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--fault", type=_faults, default=[], help=f"comma-separated: {', '.join(FAULTS)}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
