"""Train LoRA and the numeric adapter on prompts with answers; checkpoints hold all that a validation needs.

python train.py --base out/base --data out/data/train-1-1.jsonl --held-out out/data/val-1-1.jsonl --out out/train
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import time
from pathlib import Path

import torch
from fusion import load_weights
from trainer import SAME_EVENTS, Stop, Trainer, set_up, trainable

import labjournal

FAULTS = (
    "no_embed",
    "no_save",
    "no_grad",
    "frozen_optimizer",
    "load_order",
    "one_class",
    "silent",
    "nan",
    "stop_at_step",
)
_FIRST_LOOK = 20


def train(asked: argparse.Namespace, device: torch.device) -> None:
    torch.manual_seed(asked.seed)
    trainer = set_up(asked, device)
    first = resume(trainer) if asked.resume or int(os.environ.get("LABJOURNAL_ATTEMPT", "1")) > 1 else 0
    if not first:
        shutil.rmtree(asked.out, ignore_errors=True)
        labjournal.log(trainer.before_the_first_step(), step=0)
    asked.out.mkdir(parents=True, exist_ok=True)
    size = {
        name: sum(p.numel() for p in part.parameters() if p.requires_grad) for name, part in trainer.parts().items()
    }
    labjournal.settings({f"parameters_{name}": count for name, count in size.items()})
    before = {name: p.detach().clone() for name, p in trainable(trainer.model).items()}
    begin, tokens, looked, folder = time.monotonic(), 0.0, first, asked.out
    for step in range(first + 1, asked.steps + 1):
        values = trainer.step(step)
        tokens += values.pop("tokens")
        if step % asked.every == 0 or step == asked.steps:
            folder = trainer.save(step)
            values |= trainer.peek(folder)
        if step in (_FIRST_LOOK, asked.steps) or step % asked.look == 0:
            took = time.monotonic() - begin
            values |= trainer.look(before, trainer.batch(trainer.held_out[:4], answers=False))
            values |= {"tokens_per_s": tokens / took, "steps_per_s": (step - looked) / took, "memory_mb": _memory_mb()}
            before = {name: p.detach().clone() for name, p in trainable(trainer.model).items()}
            begin, tokens, looked = time.monotonic(), 0.0, step
        labjournal.log(values, step=step)
        (asked.out / "last_step").write_text(str(step))
        if "stop_at_step" in asked.fault and not first and step == asked.steps - 5:
            os._exit(137)  # the power fails: nothing is written to the end, nobody is told
    same = trainer.same_when_loaded(folder)
    labjournal.result(dataset="training", checkpoint=str(folder), last_loss=values["loss"], same_when_loaded=same)
    print(f"loss {values['loss']:.4f}; {same:.0%} of {SAME_EVENTS} answers are the same after loading")


def resume(trainer: Trainer) -> int:
    """Go on from the newest whole checkpoint; returns its step, 0 when there is none."""
    out: Path = trainer.asked.out
    found = [path.parent for path in out.glob("checkpoint-*/checkpoint.json")]
    if not found:
        return 0
    newest = max(found, key=lambda path: int(path.name.split("-")[1]))
    load_weights(trainer.model, newest)
    trainer.optimizer.load_state_dict(torch.load(newest / "optimizer.pt", weights_only=True))
    last = (out / "last_step").read_text() if (out / "last_step").exists() else "unknown"
    step = int(newest.name.split("-")[1])
    labjournal.event(f"interrupted: the last step was {last}; going on from {newest.name}, at step {step + 1}")
    return step


def _memory_mb() -> float:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 2**20 if sys.platform == "darwin" else kib / 2**10


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="a folder, or a name on the hub")
    parser.add_argument("--quantised", action="store_true", help="the base in 4 bits; needs bitsandbytes")
    parser.add_argument("--states", choices=("32bit", "8bit"), default="32bit", help="of LoRA; 8bit by bitsandbytes")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of the base")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--peek", type=int, default=100, help="held-out events answered at each checkpoint")
    parser.add_argument("--prompt", choices=("features", "momenta"), default="features")
    parser.add_argument("--decimals", type=int, default=10)
    parser.add_argument("--rank", type=int, default=12)
    parser.add_argument("--alpha", type=int, default=48)
    parser.add_argument("--dropout", type=float, default=0.15)
    parser.add_argument("--lr", type=float, default=3e-5)
    parser.add_argument("--nfa", type=int, choices=(0, 1, 2, 3, 4), default=4, help="generation; 0 is text alone")
    parser.add_argument("--nfa-lr", type=float, default=3e-3)
    parser.add_argument("--nfa-width", type=int, default=64)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--accumulate", type=int, default=1, help="batches of a step")
    parser.add_argument("--every", type=int, default=30, help="steps between checkpoints")
    parser.add_argument("--look", type=int, default=50, help="steps between looks at what has moved")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in --out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", choices=FAULTS, nargs="+", default=[])
    return parser.parse_args()


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)  # the same numbers on every machine
    try:
        train(asked, device)
    except Stop as stop:
        labjournal.event(str(stop))
        sys.exit(f"stopped: {stop}")


if __name__ == "__main__":
    main()
