"""Results and curves off a log: dense lines of metrics, a bar, dictionaries, and lines that say nothing.

Then texts that tempt a reader into going over them again and again: the time of four times the text against the text's.

    python benchmarks/reading.py [MB]

CPU of this process; the peer reads the same bytes line by line and splits each at its numbers, no more.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from labjournal.parsers import read_file, read_text

_NUMBER = re.compile(rb"(\d+(?:\.\d+)?)")
_LINES: dict[str, Callable[[int, random.Random], str]] = {
    "name: value": lambda i, r: f"Epoch {i // 100}/90 step {i} loss: {r.random():.4f} acc: {r.random():.4f} lr: 0.0003",
    "ImageNet": lambda i, r: (
        f"Epoch: [{i // 5005}][{i % 5005:4d}/5005]\tTime  {r.random():.3f} ( 0.312)\tLoss {r.random():.4e} "
        f"(3.1234e+00)\tAcc@1  {100 * r.random():6.2f} ( 12.33)\tAcc@5  {100 * r.random():6.2f} ( 30.12)"
    ),
    "logging": lambda i, r: (
        f"2024-05-01 12:{i // 60 % 60:02d}:{i % 60:02d},{i % 1000:03d} - INFO - iter {i} | train_loss={r.random():.5f} "
        f"| val_f1={r.random():.4f}"
    ),
    "Trainer": lambda i, r: (
        f"{{'loss': {r.random():.4f}, 'grad_norm': {r.random():.3f}, 'learning_rate': 4.9e-05, 'epoch': {i / 1e3:.2f}}}"
    ),
    "no step": lambda i, r: f"loss {r.random():.6f} accuracy {r.random():.4f}",
    "Keras": lambda i, r: f"{i % 100}/100 [=====>....] - ETA: 3s - loss: {r.random():.4f} - acc: {r.random():.4f}",
    "nothing": lambda i, r: f"[{i}] worker {i % 8} fetched shard {i % 999} in {r.random():.3f}s from node-{i % 13}",
}
_TEMPTING = {
    "open brackets": "[\n" * 20_000,
    "matrices never closed": "".join(f"[[ {k} {2 * k}\n" for k in range(6_000)),
    "a dictionary never closed": "{'accuracy': \n" * 4_000,
    "headers without rows": "precision recall f1-score support\n" * 4_000,
    "rows of numbers": "Confusion matrix\n" + "1 2 3\n" * 4_000,
    "table rows": "| a | b |\n" * 6_000,
    "paths": ("loading " + "a/" * 150 + "\n") * 1_000,
    "names": "".join(f"accuracy_{k}: 0.{k}\n" for k in range(4_000)),
}


def spent(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


def peer(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(len(_NUMBER.split(line)) for line in stream)


def main() -> int:
    size = int(1e6 * float(sys.argv[1] if len(sys.argv) > 1 else 10))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.log"
        for name, line in _LINES.items():
            rng = random.Random(0)
            with path.open("w") as stream:
                written = i = 0
                while written < size:
                    i += 1
                    written += stream.write(line(i, rng) + "\n")
            read, bare = spent(lambda: read_file(path)), spent(lambda: peer(path))
            said = f"{name:12} {i:,} lines, {written / 1e6:.0f} MB"
            print(f"{said}: {read:.2f} s; split alone {bare:.2f}; {read / bare:.1f}x")
    for name, text in _TEMPTING.items():
        once, four_times = (min(spent(partial(read_text, text * n)) for _ in range(2)) for n in (1, 4))
        print(f"{name:28} {once:.2f} s; four times the text {four_times / once:.1f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
