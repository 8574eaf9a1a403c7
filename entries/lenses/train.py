"""Train a network to find lenses, with the metrics of a search for rare objects.

    python train.py --data out/data --epochs 8 --out out/repeat

Each epoch: how many samples came, how many of them were different, in which order; the three rates with their counts;
the 50 highest negatives and 50 lowest positives by id. Several processes (torchrun) share the shards and the gradient.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from held import Held, measure, outside_change, read_held, scores
from network import network
from ranking import Array
from report import rates
from shards import COLUMNS, FORBIDDEN, Refused, Shards, check_even, read_manifest
from telling import FAULTS, compare_epochs, keep_extremes, say_epoch, say_repairs
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

import labjournal

_RECENT = 10_000
_LOWER = ("val_loss", "fpr_tpr85")
"""Metrics of which less is better."""


@dataclass
class Best:
    """The best epoch so far, by one named metric, and how much patience is left."""

    metric: str
    patience: int
    value: float = -float("inf")
    epoch: int = -1
    weights: dict[str, Tensor] = field(default_factory=dict)

    def see(self, epoch: int, value: float, net: nn.Module) -> int:
        """Patience left after this epoch; the higher the better, so a loss comes with a minus."""
        if value > self.value:
            self.value, self.epoch = value, epoch
            self.weights = {name: part.detach().cpu().clone() for name, part in net.state_dict().items()}
        return self.patience - (epoch - self.epoch)


def main() -> None:
    asked = _arguments()
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = _device(rank, world)
    torch.manual_seed(asked.seed)
    name = "gen2-injected.csv" if "E1" in asked.fault else "gen2.csv"
    try:
        manifest = read_manifest(asked.data / name)
        check_even(manifest, asked.batch, world, asked.workers)
    except Refused as refused:
        labjournal.event(str(refused))
        raise SystemExit(str(refused)) from None
    norm = "full" if "D1" in asked.fault else asked.norm
    data = Shards(
        sorted(asked.data.glob("gen2-train-*.gz")),
        asked.batch,
        norm,
        asked.seed,
        rank,
        world,
        asked.rows_of_shard,
        by_worker="A1" not in asked.fault,
    )
    positions = {row.id: row.position for row in manifest if row.split == "validation"}
    held = read_held(sorted(asked.data.glob("gen2-validation-*.gz")), positions)
    net: nn.Module = network(asked.network).to(device)
    labjournal.settings(
        {
            "columns_read": ", ".join(COLUMNS),
            "columns_refused": ", ".join(FORBIDDEN),
            "norm_used": norm,
            "faults_on": ", ".join(asked.fault) or "none",
            "tpr_rule": "step",
            "parameters": sum(p.numel() for p in net.parameters()),
        }
    )
    if rank == 0:
        say_repairs(asked.fault, norm)
    change = outside_change(norm, asked.size)
    in_training = sum(row.split == "train" for row in manifest)
    expected = in_training if asked.rows_of_shard is None else asked.rows_of_shard * len(data.paths)
    if world > 1:
        net = nn.parallel.DistributedDataParallel(net)
    _train(net, data, held, expected, change, asked, device, rank)


def _train(
    net: nn.Module,
    data: Shards,
    held: Held,
    expected: int,
    change: float,
    asked: argparse.Namespace,
    device: torch.device,
    rank: int,
) -> None:
    bare: nn.Module = getattr(net, "module", net)
    loader = DataLoader(data, batch_size=None, num_workers=asked.workers, persistent_workers=asked.workers > 0)
    optimizer = torch.optim.AdamW(net.parameters(), lr=asked.lr, weight_decay=1e-2)
    best = Best(asked.metric, asked.patience)
    orders: list[str] = []
    history: list[dict[str, float]] = []
    steps, used_up = 0, 0
    score: Array = np.zeros(0)
    for epoch in range(asked.epochs):
        data.set_epoch(0 if "A6" in asked.fault else epoch)
        steps, own, loss = _epoch(net, loader, optimizer, asked, device, steps)
        ids = gathered(own)
        orders.append(hashlib.sha256(np.asarray(ids, dtype=np.int64).tobytes()).hexdigest()[:16])
        score = scores(bare, held, data.norm, asked, device)
        now = measure(score, held, asked.fault) | {"train_loss": loss, "seen": len(ids), "unique": len(set(ids))}
        now |= {"epoch": epoch, "expected": expected, "same_order": float(orders[-1] in orders[:-1])}
        left = best.see(epoch, -now[asked.metric] if asked.metric in _LOWER else now[asked.metric], bare)
        used_up = used_up or (epoch if left <= 0 else 0)
        history.append(now)
        if rank == 0:
            labjournal.log(now | {"patience_left": left, "best_epoch": best.epoch}, step=steps)
            keep_extremes(score, held, epoch, asked)
            say_epoch(epoch, orders[-1], now, score, held, asked)
        if left <= 0 and "A4" not in asked.fault:
            break
    if rank == 0:
        _finish(bare, best, history, used_up, change, held, score, data.norm, asked, device)


def _epoch(
    net: nn.Module,
    loader: DataLoader[dict[str, Tensor]],
    optimizer: torch.optim.Optimizer,
    asked: argparse.Namespace,
    device: torch.device,
    steps: int,
) -> tuple[int, list[int], float]:
    """Steps so far, the ids in the order they came, and the mean loss."""
    net.train()
    ids: list[int] = []
    recent: deque[int] = deque(maxlen=_RECENT)
    total = 0.0
    begin = time.monotonic()
    for batch in loader:
        stamps, label = turned(batch["stamp"].to(device)), batch["label"].to(device).float()
        with torch.autocast(device.type, torch.bfloat16, enabled=asked.precision == "bf16"):
            logits = net(stamps)[:, 0]
        loss = F.binary_cross_entropy_with_logits(logits.float(), label)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(net.parameters(), float("inf"))
        optimizer.step()
        steps += 1
        ids += batch["id"].tolist()
        recent.extend(batch["id"].tolist())
        total += float(loss.detach()) * len(label)
        labjournal.log(
            {
                "loss": float(loss.detach()),
                "lr": asked.lr,
                "grad_norm": float(norm),
                "images_per_s": len(ids) / (time.monotonic() - begin),
                "repeated_share": 1 - len(set(recent)) / len(recent),
            },
            step=steps,
        )
    return steps, ids, total / len(ids)


def gathered(ids: list[int]) -> list[int]:
    """Of all ranks, one after the other."""
    if not torch.distributed.is_initialized():
        return ids
    parts: list[list[int]] = [[] for _ in range(torch.distributed.get_world_size())]
    torch.distributed.all_gather_object(parts, ids)
    return [one for part in parts for one in part]


def turned(stamps: Tensor) -> Tensor:
    """Each stamp in one of its eight orientations."""
    for dims in ((2,), (3,)):
        flip = torch.rand(len(stamps), 1, 1, 1, device=stamps.device) < 0.5
        stamps = torch.where(flip, stamps.flip(dims), stamps)
    turn = torch.rand(len(stamps), 1, 1, 1, device=stamps.device) < 0.5
    return torch.where(turn, stamps.transpose(2, 3), stamps)


def _finish(
    net: nn.Module,
    best: Best,
    history: list[dict[str, float]],
    used_up: int,
    change: float,
    held: Held,
    score: Array,
    norm: str,
    asked: argparse.Namespace,
    device: torch.device,
) -> None:
    last = len(history) - 1
    chosen = history[last] if "A4" in asked.fault else history[best.epoch]
    if "A4" in asked.fault:
        extra = f"; patience of {best.patience} would have ended it after epoch {used_up}" if used_up else ""
        labjournal.event(f"no early stopping: all {last + 1} epochs run, the last one kept{extra}")
        stop = f"none, {last + 1} epochs"
    else:
        word = f"stopped after epoch {last}" if used_up else f"all {last + 1} epochs run"
        stop = f"patience {asked.patience}" if used_up else f"{last + 1} epochs, patience left"
        labjournal.event(f"{word}, best {best.epoch} by {best.metric}")
        net.load_state_dict(best.weights)
        score = scores(net, held, norm, asked, device)
    torch.save(net.state_dict(), asked.out.with_suffix(".pt"))
    np.savez(asked.out.with_suffix(".npz"), score=score, label=held.label, id=held.ids, position=held.position)
    kept = asked.out.with_suffix(".extremes.jsonl")
    stored = len(kept.read_text().splitlines()) if "B5" not in asked.fault and kept.exists() else 0
    names = ("tpr_fpr1e4", "tpr_fpr1e3", "tpr_fpr1e2", "fpr_tpr85", "area", "ends_share", "tie_size", "train_loss")
    labjournal.result(
        dataset="validation",
        n=len(score),
        options={"faults": ", ".join(asked.fault) or "none", "norm": norm, "stop": stop},
        **dict[str, Any]({name: chosen[name] for name in names}),
        best_epoch=best.epoch,
        last_epoch=last,
        unique_share=min(one["unique"] / one["seen"] for one in history),
        whole_share=min(one["unique"] / one["expected"] for one in history),
        orders_repeated=sum(one["same_order"] for one in history),
        outside_change=change,
        extremes_an_epoch=stored / len(history),
        **rates(score, held.label, held.position, asked.fault),
    )
    for line in compare_epochs(history, int(held.label.sum()), int((~held.label).sum())):
        print(line)


def _device(rank: int, world: int) -> torch.device:
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    else:
        device = torch.device("cpu")
        torch.set_num_threads(1)
    if world > 1:
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", rank=rank, world_size=world)
    return device


def _faults(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(FAULTS):
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(sorted(unknown))}")
    return names


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=24, help="of a stamp, in pixels")
    parser.add_argument("--network", choices=("small", "convnext"), default="small")
    parser.add_argument("--norm", choices=("full", "outer"), default="full")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--patience", type=int, default=3)
    parser.add_argument("--metric", default="tpr_fpr1e4", help="which early stopping looks at")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rows-of-shard", type=int, help="only the first so many of each shard")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", type=_faults, default=[], help=f"comma-separated: {', '.join(FAULTS)}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
