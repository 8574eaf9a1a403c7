"""The model with its optimizer and events: a step of it, what is logged of it, what is saved of it."""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import subprocess
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

SAME_EVENTS = 32
_CLIP = 1.0
_PARTS_APART = 7_919_000_003
"""Between the seeds of the parts of a step."""


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

    def batch(self, events: list[dict[str, Any]], answers: bool = True, silent: bool = False) -> dict[str, Tensor]:
        """``silent``: answers that lost their word."""
        asked = self.asked
        words = ["" if silent else event["label"] for event in events] if answers else None
        made: Batch = batch_of(events, self.tokenizer, self.standard(events), asked.prompt, asked.decimals, words)
        return made.to(self.device)

    def drawn(self, step: int, part: int = 0) -> list[dict[str, Any]]:
        """The events of one part of a step: the same after a restart."""
        order = torch.Generator().manual_seed(1_000_003 * self.asked.seed + step + part * _PARTS_APART)
        return [self.events[k] for k in torch.randint(len(self.events), (self.asked.batch,), generator=order).tolist()]

    def step(self, step: int) -> dict[str, float]:
        late = step > self.asked.steps // 2
        factor = max(1.0 - (step - 1) / self.asked.steps, 0.05)
        for group in self.optimizer.param_groups:
            group["lr"] = factor * group["full_lr"]
        self.model.train()
        self.optimizer.zero_grad()
        mean, tokens = 0.0, 0.0
        for part in range(self.asked.accumulate):
            batch = self.batch(self.drawn(step, part), silent=late and "silent" in self.asked.fault)
            if "nan" in self.asked.fault and step == self.asked.steps // 2:
                batch["numbers"][0, 0] = float("nan")  # the logarithm of a jet without a second particle, once
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.asked.precision == "bf16"):
                loss = self.model(**batch) / self.asked.accumulate
            loss.backward()
            mean += loss.item()
            tokens += float(batch["attention_mask"].sum())
        values = {"loss": mean}
        for name, module in self.parts().items():
            values[f"grad_norm/{name}"] = _norm([p.grad for p in module.parameters() if p.grad is not None])
        for group in self.optimizer.param_groups:
            values[f"lr/{group['name']}"] = group["lr"]
        torch.nn.utils.clip_grad_norm_(trainable(self.model).values(), _CLIP)
        self.optimizer.step()
        return values | {"tokens": tokens}

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
        self.model.save(folder, adapter="no_save" not in self.asked.fault)
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
            "quantised": asked.quantised,
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
        events = self.held_out[:SAME_EVENTS]
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
    switches = Switches(no_embed="no_embed" in asked.fault, no_grad="no_grad" in asked.fault)
    return tokenizer, Fused(language, adapter, switches).to(device), width


def optimizer_of(model: Fused, asked: argparse.Namespace) -> torch.optim.Optimizer:
    """A group of its own for the adapter: it learns a hundred times as fast."""
    named = [("lora", [p for p in model.language.parameters() if p.requires_grad], asked.lr)]
    if model.adapter is not None:
        named.append(("nfa", list(model.adapter.parameters()), asked.nfa_lr))
    groups = [{"name": name, "params": params, "lr": lr, "full_lr": lr} for name, params, lr in named]
    if asked.states == "8bit":
        return _with_small_states(groups, model)
    kind = LeavesOutNumbers if "frozen_optimizer" in asked.fault else torch.optim.AdamW
    return kind(groups, weight_decay=0.0)


def _with_small_states(groups: list[dict[str, Any]], model: Fused) -> torch.optim.Optimizer:
    """8 bits for each state of LoRA, 32 for the adapter: what the optimizer of the notes was meant to be."""
    import bitsandbytes

    states = bitsandbytes.optim.GlobalOptimManager.get_instance()
    states.register_parameters(groups)
    if model.adapter is not None:
        states.override_config(list(model.adapter.parameters()), "optim_bits", 32)
    made: torch.optim.Optimizer = bitsandbytes.optim.AdamW8bit(groups, weight_decay=0.0)
    return made


def set_up(asked: argparse.Namespace, device: torch.device) -> Trainer:
    events, held_out = read(asked.data), read(asked.held_out)
    standard = Standard.of(events)
    if "one_class" in asked.fault:
        events = [event for event in events if event["label"] == BACKGROUND]
    tokenizer, model, _ = build(asked, device, standard)
    optimizer = optimizer_of(model, asked)
    if "load_order" in asked.fault:  # weights put into a new adapter, after the optimizer has taken the old one
        model.adapter = copy.deepcopy(model.adapter)
    return Trainer(model, tokenizer, optimizer, events, held_out, standard, asked, device)


def _norm(gradients: list[Tensor]) -> float:
    return float(torch.stack([g.float().norm() for g in gradients]).norm()) if gradients else 0.0


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip()
