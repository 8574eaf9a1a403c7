"""Train LoRA and the numeric adapter on prompts with answers; checkpoints hold all that a validation needs.

python train.py --base out/base --data out/data/train-1-1.jsonl --held-out out/data/val-1-1.jsonl --out out/train
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from fusion import ADAPTER_FILE, LORA_FILE, Adapter, Fused, Switches, load_base, load_weights, with_lora
from prompts import BACKGROUND, Batch, Standard, batch_of, read
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

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
_SAME_EVENTS = 32
_CLIP = 10.0


class Stop(Exception):
    """A guard has spoken: going on would waste the night."""


class LeavesOutNumbers(torch.optim.AdamW):
    """Steps the first group only, and says nothing: what an optimizer with 8-bit states did with the float32 group."""

    def step(self, closure: Any = None) -> Any:
        groups = self.param_groups
        self.param_groups = groups[:1]
        try:
            return super().step(closure)
        finally:
            self.param_groups = groups


@dataclass
class Trainer:
    """The model, its optimizer, the events, and what is logged of both."""

    model: Fused
    tokenizer: PreTrainedTokenizerBase
    optimizer: torch.optim.Optimizer
    events: list[dict[str, Any]]
    held_out: list[dict[str, Any]]
    standard: Standard
    asked: argparse.Namespace
    device: torch.device

    def batch(self, events: list[dict[str, Any]], answers: bool = True) -> dict[str, Tensor]:
        asked = self.asked
        words = [event["label"] if asked.fault != "silent" else "" for event in events] if answers else None
        made: Batch = batch_of(events, self.tokenizer, self.standard(events), asked.prompt, asked.decimals, words)
        return made.to(self.device)

    def drawn(self, step: int) -> list[dict[str, Any]]:
        """The events of one step: the same after a restart."""
        order = torch.Generator().manual_seed(1_000_003 * self.asked.seed + step)
        return [self.events[k] for k in torch.randint(len(self.events), (self.asked.batch,), generator=order).tolist()]

    def step(self, step: int) -> dict[str, float]:
        batch = self.batch(self.drawn(step))
        if self.asked.fault == "nan" and step == self.asked.steps // 2:
            batch["numbers"][0, 0] = float("nan")  # the logarithm of a jet without a second particle, once
        factor = max(1.0 - (step - 1) / self.asked.steps, 0.05)
        for group in self.optimizer.param_groups:
            group["lr"] = factor * group["full_lr"]
        self.model.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.asked.precision == "bf16"):
            loss = self.model(**batch)
        self.optimizer.zero_grad()
        loss.backward()
        values = {"loss": loss.item()}
        for name, module in self.parts().items():
            values[f"grad_norm/{name}"] = _norm([p.grad for p in module.parameters() if p.grad is not None])
        for group in self.optimizer.param_groups:
            values[f"lr/{group['name']}"] = group["lr"]
        torch.nn.utils.clip_grad_norm_(trainable(self.model).values(), _CLIP)
        self.optimizer.step()
        return values | {"tokens": float(batch["attention_mask"].sum())}

    def parts(self) -> dict[str, nn.Module]:
        parts: dict[str, nn.Module] = {"lora": self.model.language}
        return parts if self.model.adapter is None else parts | {"nfa": self.model.adapter}

    def before_the_first_step(self) -> dict[str, float]:
        """Does the optimizer hold the tensors of the model? Do the numbers reach the logits, and only when on?"""
        held = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        missing = [name for name, p in trainable(self.model).items() if id(p) not in held]
        for name in missing[:1]:
            labjournal.event(f"guard optimizer: {name} and {len(missing) - 1} more are not held by the optimizer")
        batch = self.batch(self.held_out[:4], answers=False)
        effects = {}
        with torch.no_grad():
            self.model.eval()
            for name, numeric in (("effect_of_numbers", True), ("effect_switched_off", False)):
                one = self.model(**{**batch, "labels": None}, numeric=numeric)
                other = self.model(**{**batch, "labels": None, "numbers": batch["numbers"] + 1.0}, numeric=numeric)
                effects[name] = float((one - other).abs().max())
        if self.model.adapter is not None:
            labjournal.probe(self.model, {**batch, "labels": None}, inputs=["input_ids", "numbers"])
        return effects | {"not_in_optimizer": float(len(missing))}

    def look(self, before: Mapping[str, Tensor], batch: dict[str, Tensor]) -> dict[str, float]:
        """What has moved since the last look, and how large the adapter's output is beside the embeddings."""
        report = update_report(before, self.model, self.optimizer)
        values = {
            "unchanged": float(sum(one["change"] == 0 for one in report.values())),
            "without_gradient": float(sum(not one["has_grad"] for one in report.values())),
        }
        for name in self.parts():
            own = [one["change"] for key, one in report.items() if ("lora" in key) == (name == "lora")]
            values[f"moved/{name}"] = sum(own) / max(len(own), 1)
        if self.model.adapter is not None:
            with torch.no_grad():
                values["nfa_output"] = float(self.model.adapter(batch["numbers"]).norm(dim=-1).mean())
                embedded = self.model.language.get_input_embeddings()(batch["input_ids"])
                values["embedding"] = float(embedded.norm(dim=-1).mean())
        stuck = [(key, one) for key, one in report.items() if one["grad"] > 0 and one["change"] == 0]
        for key, one in stuck[:1]:
            labjournal.event(
                f"guard moved: {key} ({one['dtype']}, in the optimizer: {one['in_optimizer']}) and {len(stuck) - 1} "
                "more have gradients and do not change"
            )
        return values

    def save(self, step: int) -> Path:
        """A checkpoint. Raises Stop when a file that belongs to it is not there."""
        folder: Path = self.asked.out / f"checkpoint-{step}"
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save(folder, adapter=self.asked.fault != "no_save")
        torch.save(self.optimizer.state_dict(), folder / "optimizer.pt")
        files = sorted(path.name for path in folder.iterdir())
        (folder / "checkpoint.json").write_text(json.dumps({**self.identity(), "step": step, "files": files}, indent=1))
        wanted = [LORA_FILE, "optimizer.pt", *([ADAPTER_FILE] if self.model.adapter is not None else [])]
        for name in wanted:
            if name not in files:
                raise Stop(f"guard saved: {name} is not in {folder.name}")
        return folder

    def identity(self) -> dict[str, Any]:
        """Where a checkpoint comes from, and what it takes to build the model again."""
        asked = self.asked
        data = "".join(event["hash"] for event in self.events)
        return {
            "run": os.environ.get("LABJOURNAL_RUN_ID"),
            "commit": _git("rev-parse", "HEAD"),
            "dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
            "data": hashlib.sha256(data.encode()).hexdigest()[:16],
            "seed": asked.seed,
            "base": str(asked.base),
            "lora": [asked.rank, asked.alpha, asked.dropout],
            "nfa": asked.nfa,
            "nfa_width": asked.nfa_width,
            "prompt": [asked.prompt, asked.decimals],
            "numbers": [self.standard.mean.tolist(), self.standard.deviation.tolist()],
        }

    def peek(self, folder: Path) -> dict[str, float]:
        """Answers to the first held-out events: a model that says one word only is known at its first checkpoint."""
        events = self.held_out[: self.asked.peek]
        said = self.model.answers(self.tokenizer, **self.batch(events, answers=False))
        true = [event["label"] for event in events]
        labjournal.result(dataset=f"1:1, first {len(events)}", checkpoint=str(folder), predictions=(true, said))
        shares = {word: said.count(word) / len(said) for word in ("signal", BACKGROUND)}
        return {f"answers/{k}": v for k, v in shares.items()} | {"answers/unknown": max(0.0, 1 - sum(shares.values()))}

    def same_when_loaded(self, folder: Path) -> float:
        """Share of answers that the model gives again after it is built anew and loaded."""
        events = self.held_out[:_SAME_EVENTS]
        batch = self.batch(events, answers=False)
        _, again, _ = build(self.asked, self.device, self.standard)
        load_weights(again, folder)
        pairs = zip(self.model.answers(self.tokenizer, **batch), again.answers(self.tokenizer, **batch), strict=True)
        return sum(a == b for a, b in pairs) / len(events)


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def update_report(
    before: Mapping[str, Tensor], model: nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, dict[str, Any]]:
    """Of each parameter: is it held, has it a gradient, and by how much of itself has it moved since ``before``?"""
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return {
        name: {
            "in_optimizer": id(p) in held,
            "has_grad": p.grad is not None,
            "grad": 0.0 if p.grad is None else float(p.grad.norm()),
            "dtype": str(p.dtype).removeprefix("torch."),
            "change": float((p.detach() - before[name]).float().norm() / (before[name].float().norm() + 1e-12)),
        }
        for name, p in trainable(model).items()
    }


def build(
    asked: argparse.Namespace, device: torch.device, standard: Standard
) -> tuple[PreTrainedTokenizerBase, Fused, int]:
    """Base, LoRA, adapter, in this order; the optimizer comes after all of them."""
    tokenizer, base = load_base(str(asked.base), asked.precision, asked.quantised)
    language = with_lora(base, asked.rank, asked.alpha, asked.dropout)
    embedding = language.get_input_embeddings().weight
    width = embedding.shape[1]
    adapter = None
    if asked.nfa:
        size = float(embedding.detach().float().std())
        adapter = Adapter(asked.nfa, len(standard.mean), asked.nfa_width, width, size)
    switches = Switches(no_embed=asked.fault == "no_embed", no_grad=asked.fault == "no_grad")
    return tokenizer, Fused(language, adapter, switches).to(device), width


def optimizer_of(model: Fused, asked: argparse.Namespace) -> torch.optim.Optimizer:
    """A group of its own for the adapter: it learns a hundred times as fast."""
    named = [("lora", [p for p in model.language.parameters() if p.requires_grad], asked.lr)]
    if model.adapter is not None:
        named.append(("nfa", list(model.adapter.parameters()), asked.nfa_lr))
    groups = [{"name": name, "params": params, "lr": lr, "full_lr": lr} for name, params, lr in named]
    kind = LeavesOutNumbers if asked.fault == "frozen_optimizer" else torch.optim.AdamW
    return kind(groups, weight_decay=0.0)


def set_up(asked: argparse.Namespace, device: torch.device) -> Trainer:
    events, held_out = read(asked.data), read(asked.held_out)
    standard = Standard.of(events)
    if asked.fault == "one_class":
        events = [event for event in events if event["label"] == BACKGROUND]
    tokenizer, model, _ = build(asked, device, standard)
    optimizer = optimizer_of(model, asked)
    if asked.fault == "load_order":  # weights put into a new adapter, after the optimizer has taken the old one
        model.adapter = copy.deepcopy(model.adapter)
    return Trainer(model, tokenizer, optimizer, events, held_out, standard, asked, device)


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
        if asked.fault == "stop_at_step" and not first and step == asked.steps - 5:
            os._exit(137)  # the power fails: nothing is written to the end, nobody is told
    same = trainer.same_when_loaded(folder)
    labjournal.result(dataset="training", checkpoint=str(folder), last_loss=values["loss"], same_when_loaded=same)
    print(f"loss {values['loss']:.4f}; {same:.0%} of {_SAME_EVENTS} answers are the same after loading")


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


def _norm(gradients: list[Tensor]) -> float:
    return float(torch.stack([g.float().norm() for g in gradients]).norm()) if gradients else 0.0


def _memory_mb() -> float:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 2**20 if sys.platform == "darwin" else kib / 2**10


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="a folder, or a name on the hub")
    parser.add_argument("--quantised", action="store_true", help="the base in 4 bits; needs a GPU and bitsandbytes")
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
    parser.add_argument("--every", type=int, default=30, help="steps between checkpoints")
    parser.add_argument("--look", type=int, default=50, help="steps between looks at what has moved")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in --out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", choices=FAULTS)
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
