"""An event as text, the tokenizer for it, and batches of both with the numbers of the adapter."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import features
import torch
from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

BACKGROUND, SIGNAL = ANSWERS = ("background", "signal")
_REQUEST = "classify this event, answer with one word, background or signal"
_PIECES = Regex(r"\[/?INST\]|[A-Za-z_]+|\d|\n|[^\s\w]")
_IGNORED = -100


def prompt(event: Mapping[str, Any], style: str = "features", decimals: int = 10) -> str:
    """``features``: a line for each jet and one for the event. ``momenta``: the first version, px py pz E only."""
    lines = []
    for jet in event["jets"]:
        named = {name: jet[name] for name in features.OF_JET} if style == "features" else _momentum(jet)
        lines.append("jet " + " ".join(f"{name}={_text(value, decimals)}" for name, value in named.items()))
    if style == "features":
        lines.append("event " + " ".join(f"{name}={_text(event[name], decimals)}" for name in features.OF_EVENT))
    return "[INST] " + "\n".join([_REQUEST, *lines]) + " [/INST]"


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """Digits one by one, whole words, single signs."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(_PIECES, "removed", invert=True)
    special = ["<unk>", "<pad>", "<s>", "</s>"]
    tokenizer.train_from_iterator([*texts, *ANSWERS], trainers.WordLevelTrainer(special_tokens=special))
    tokenizer.add_tokens([AddedToken(tag, special=False) for tag in ("[INST]", "[/INST]")])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


@dataclass(frozen=True)
class Standard:
    """Mean and standard deviation of each number over the training set."""

    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, events: Sequence[Mapping[str, Any]]) -> Standard:
        rows = torch.tensor([features.numbers(event) for event in events], dtype=torch.float64)
        return cls(rows.mean(0), rows.std(0).clamp_min(1e-9))

    def __call__(self, events: Sequence[Mapping[str, Any]]) -> Tensor:
        rows = torch.tensor([features.numbers(event) for event in events], dtype=torch.float64)
        return ((rows - self.mean) / self.deviation).float()


@dataclass(frozen=True)
class Batch:
    """Prompts with or without answers, padded on the left so that generation begins where the prompt ends."""

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor
    numbers: Tensor

    def to(self, device: torch.device) -> dict[str, Tensor]:
        return {name: value.to(device) for name, value in vars(self).items()}


def batch_of(
    events: Sequence[Mapping[str, Any]],
    tokenizer: PreTrainedTokenizerBase,
    numbers: Tensor,
    style: str,
    decimals: int,
    answers: Sequence[str] | None = None,
) -> Batch:
    """Cross entropy is on the answer alone; without ``answers`` the prompts are what generation begins with."""
    prompts = [tokenizer(prompt(event, style, decimals), add_special_tokens=False).input_ids for event in events]
    targets: list[list[int]] = [[] for _ in events]
    if answers is not None:
        eos = tokenizer.eos_token_id
        targets = [[*tokenizer(answer, add_special_tokens=False).input_ids, eos] for answer in answers]
    rows = [[*one, *target] for one, target in zip(prompts, targets, strict=True)]
    width = max(map(len, rows))
    pad = tokenizer.pad_token_id
    return Batch(
        torch.tensor([[pad] * (width - len(row)) + row for row in rows]),
        torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows]),
        torch.tensor([[_IGNORED] * (width - len(target)) + target for target in targets]),
        numbers,
    )


def read(path: Path) -> list[dict[str, Any]]:
    with path.open() as file:
        return [json.loads(line) for line in file]


def _momentum(jet: Mapping[str, float]) -> dict[str, float]:
    pt, eta, phi = jet["P_T"], jet["eta"], jet["phi"]
    return {"px": pt * math.cos(phi), "py": pt * math.sin(phi), "pz": pt * math.sinh(eta), "E": jet["E"]}


def _text(value: float, decimals: int) -> str:
    return str(value) if isinstance(value, int) else f"{value:.{decimals}f}"
