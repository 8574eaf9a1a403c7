"""Writes the training set and two validation sets of held-out images: 1:1, and 1:10 as the classes occur in nature."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from data import SIGNAL_DIGITS, Event, make_prompt, write_events
from sklearn.datasets import load_digits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data"))
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    digits = load_digits()
    order = list(range(len(digits.target)))
    random.Random(args.seed).shuffle(order)
    signal: list[Event] = []
    background: list[Event] = []
    for image in order:
        pixels = [float(pixel) for pixel in digits.data[image]]
        is_signal = int(digits.target[image]) in SIGNAL_DIGITS
        event = Event(image, make_prompt(pixels), pixels, "signal" if is_signal else "background")
        (signal if is_signal else background).append(event)

    # The split comes first; both validation sets are drawn from what training never sees.
    train = signal[:300] + background[:300]
    signal, background = signal[300:], background[300:]
    equal = min(len(signal), len(background))
    rare = min(len(signal), len(background) // 10)
    write_events(args.out / "train.jsonl", train)
    write_events(args.out / "val_1to1.jsonl", signal[:equal] + background[:equal])
    write_events(args.out / "val_1to10.jsonl", signal[:rare] + background[: 10 * rare])
    print(f"train {len(train)}, 1:1 {2 * equal}, 1:10 {11 * rare} events in {args.out}/")


if __name__ == "__main__":
    main()
