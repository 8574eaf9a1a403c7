"""Draw events, cluster them in several processes, split them, and say what a plain linear classifier makes of them.

python make_data.py --signals 360 --out out/data
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import clustering
import collisions
import features
import numpy as np
from scipy.optimize import minimize
from scipy.stats import ks_2samp

import labjournal

Record = dict[str, Any]
SIGNAL, BACKGROUND = "signal", "background"
_BLACK_BOX_SCALE = 460.0
_RATIO = 10
_SHARES = (0.60, 0.35)
"""Training and validation; the rest is for a test that nobody looks at here."""
_SECOND_OPINIONS = 10
_SHIFTED = 0.01


def cluster_chunk(label: str, n: int, seed: int, scale: float, to: Path) -> Path:
    """One process's share, into a file of its own."""
    drawn = collisions.signal(n, seed) if label == SIGNAL else collisions.background(n, seed, scale)
    counts = (drawn.pt_EP > 0).sum(-1).tolist()
    with to.open("w") as file:
        for jets, count, name in zip(clustering.clustered(drawn), counts, drawn.hashes(), strict=True):
            if jets:
                file.write(json.dumps({"hash": name, "label": label, **features.of_event(jets, count)}) + "\n")
    return to


def drawn_and_clustered(
    pool: Executor,
    asked: argparse.Namespace,
    label: str,
    n: int,
    seed: int,
    scale: float = collisions.BACKGROUND_SCALE,
) -> list[Record]:
    """Chunk by chunk, by several processes; merged in the order of the chunks."""
    folder = _scratch(asked)
    sizes = [min(asked.chunk, n - begin) for begin in range(0, n, asked.chunk)]
    chunks = [(label, size, seed + k, scale, folder / f"{label}-{seed + k}.jsonl") for k, size in enumerate(sizes)]
    if asked.clustered is not None:  # the same events, of a run before
        return [record for chunk in chunks for record in read(asked.clustered / chunk[-1].name)]
    return [record for path in pool.map(cluster_chunk, *zip(*chunks, strict=True)) for record in read(path)]


def read(path: Path) -> Iterator[Record]:
    with path.open() as file:
        yield from map(json.loads, file)


def write(records: Sequence[Record], path: Path) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def split(records: Sequence[Record], random: np.random.Generator) -> tuple[list[Record], list[Record], list[Record]]:
    """Training, validation, test, each with the ratio of the whole."""
    parts: tuple[list[Record], list[Record], list[Record]] = ([], [], [])
    for label in (SIGNAL, BACKGROUND):
        of_label = [record for record in records if record["label"] == label]
        order = [of_label[k] for k in random.permutation(len(of_label))]
        ends = [round(share * len(order)) for share in (_SHARES[0], sum(_SHARES), 1.0)]
        for part, begin, end in zip(parts, (0, *ends), ends, strict=False):
            part += order[begin:end]
    for part in parts:
        random.shuffle(part)  # type: ignore[arg-type]
    return parts


def balanced(records: Sequence[Record], random: np.random.Generator) -> list[Record]:
    """All signals, and as many background events."""
    chosen = [record for record in records if record["label"] == SIGNAL]
    chosen += [record for record in records if record["label"] == BACKGROUND][: len(chosen)]
    return [chosen[k] for k in random.permutation(len(chosen))]


def overlap(one: Sequence[Record], other: Sequence[Record]) -> int:
    """Events that are in both."""
    return len({record["hash"] for record in one} & {record["hash"] for record in other})


def linear_accuracy(train: Sequence[Record], held_out: Sequence[Record]) -> float:
    """Balanced, of a logistic regression on the features: how hard the task is, before any network."""
    (x, y), (x_out, y_out) = (
        (np.array([features.numbers(one) for one in part]), np.array([one["label"] == SIGNAL for one in part]))
        for part in (train, held_out)
    )
    mean, deviation = x.mean(0), x.std(0) + 1e-12
    x, x_out = (np.hstack([(part - mean) / deviation, np.ones((len(part), 1))]) for part in (x, x_out))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        wrong = np.where(y, -1.0, 1.0)
        score = wrong * (x @ w)
        slope = 1 / (1 + np.exp(-np.clip(score, -500, 500)))
        return float(np.logaddexp(0, score).mean() + 1e-3 * w @ w), x.T @ (wrong * slope) / len(x) + 2e-3 * w

    w = minimize(loss, np.zeros(x.shape[1]), jac=True).x
    right = (x_out @ w > 0) == y_out
    return float((right[y_out].mean() + right[~y_out].mean()) / 2)


def largest_difference(seed: int) -> float:
    """Of every derived feature, relative, from a second computation: own clustering, and the library ``vector``."""
    drawn = collisions.signal(_SECOND_OPINIONS, seed)
    worst = 0.0
    particles = zip(drawn.pt_EP, drawn.eta_EP, drawn.phi_EP, strict=True)
    for jets, (pt, eta, phi) in zip(clustering.clustered(drawn), particles, strict=True):
        count = int((pt > 0).sum())
        first = np.array(features.numbers(features.of_event(jets, count)))
        second = np.array(features.by_vector(clustering.by_hand(pt, eta, phi, hardest=None), count))
        worst = max(worst, float((np.abs(first - second) / np.maximum(np.abs(second), 1.0)).max()))
    return worst


def main() -> None:
    asked = _arguments()
    begin = time.monotonic()
    _scratch(asked).mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(asked.seed)
    with ProcessPoolExecutor(asked.workers) as pool:  # one for all: each process imports what it clusters with
        cluster: Callable[..., list[Record]] = partial(drawn_and_clustered, pool, asked)
        whole = cluster(SIGNAL, asked.signals, 1_000)
        whole += cluster(BACKGROUND, _RATIO * asked.signals, 2_000)
        box = cluster(SIGNAL, asked.black_box_signals, 3_000)
        box += cluster(BACKGROUND, asked.black_box - asked.black_box_signals, 4_000, _BLACK_BOX_SCALE)
    took = time.monotonic() - begin
    train, held_out, rest = split(whole, random)
    sets = {
        "train-1-10": train,
        "train-1-1": balanced(whole if asked.fault == "leak" else train, random)[: asked.train],
        "val-1-10": held_out[: asked.held_out_ten],
        "val-1-1": balanced(held_out, random)[: asked.held_out],
        "black-box": [box[k] for k in random.permutation(len(box))],
    }
    common = 0
    for name, records in sets.items():
        write(records, asked.out / f"{name}.jsonl")
        signals = sum(one["label"] == SIGNAL for one in records)
        print(f"{name}: {len(records)} events, {len(records) - signals} background, {signals} signal")
        if not name.startswith("train"):
            common += sum(overlap(sets[of], records) for of in ("train-1-1", "train-1-10"))
    if common:
        labjournal.event(f"tainted: {common} events are in a training set and in a validation set")
    shift = ks_2samp(*([one["jets"][0]["P_T"] for one in sets[name]] for name in ("train-1-10", "black-box")))
    if shift.pvalue < _SHIFTED:
        labjournal.event(
            "shifted: P_T of the hardest jet in the black box is not that of the training set, "
            f"Kolmogorov and Smirnov's distance {shift.statistic:.3f}, p {shift.pvalue:.2g}"
        )
    labjournal.result(
        dataset="events",
        overlap=common,
        shift=float(shift.statistic),
        shift_p=float(shift.pvalue),
        linear_accuracy=linear_accuracy(sets["train-1-1"], held_out + rest),
        feature_difference=largest_difference(asked.seed),
        clustered_per_s=(len(whole) + len(box)) / took,
        **{f"events_{name}": len(records) for name, records in sets.items()},
    )


def _scratch(asked: argparse.Namespace) -> Path:
    """Where the processes leave their shares."""
    folder: Path = asked.out / "chunks"
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=360, help="ten times as many background events are drawn")
    parser.add_argument("--train", type=int, default=400, help="events of the 1:1 training set")
    parser.add_argument("--held-out", type=int, default=200, help="events of the 1:1 validation set")
    parser.add_argument("--held-out-ten", type=int, default=400, help="of the 1:10 set")
    parser.add_argument("--black-box", type=int, default=800)
    parser.add_argument("--black-box-signals", type=int, default=4)
    parser.add_argument("--chunk", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clustered", type=Path, help="take the chunks of this folder, made by the same settings")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", choices=("leak",))
    return parser.parse_args()


if __name__ == "__main__":
    main()
