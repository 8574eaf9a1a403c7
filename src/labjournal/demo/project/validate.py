"""Validates one checkpoint on one data set, with the numeric input or without."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from data import LABELS, read_events
from model import TwoBranchClassifier, as_tensors
from sklearn.metrics import classification_report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--numeric", choices=("on", "off"), default="on")
    args = parser.parse_args()

    torch.set_num_threads(1)
    saved = torch.load(args.checkpoint, map_location="cpu", weights_only=True)
    tokens, numbers, labels = as_tensors(read_events(args.data), saved["vocabulary"])
    model = TwoBranchClassifier(len(saved["vocabulary"]), saved["width"])
    model.attach_adapter(numbers.shape[1])
    model.load_state_dict(saved["model"])
    model.eval()
    shown = torch.full((len(labels),), float(args.numeric == "on"))
    with torch.no_grad():
        answers = model(tokens, numbers, shown).argmax(dim=1)

    print(f"{args.checkpoint} on {args.data}, numeric input {args.numeric}")
    print(classification_report(labels, answers, target_names=LABELS, digits=4, zero_division=0))
    for at, label in enumerate(LABELS):
        of_class = labels == at
        print(f"Correct {label} predictions: {int((answers[of_class] == at).sum())} out of {int(of_class.sum())}")


if __name__ == "__main__":
    main()
