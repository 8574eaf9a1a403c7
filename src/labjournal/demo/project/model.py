"""A text branch, a numeric adapter that adds what the text cannot say, and the tensors they read."""

from __future__ import annotations

import torch
from data import LABELS, Event
from torch import nn


class NumericAdapter(nn.Module):
    """Maps standardised numbers (N, n_in) onto the text vector (N, width).

    The last layer starts at zero, as in LoRA, so that the adapter first changes nothing and the text branch is not
    disturbed by noise.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, n_in: int, width: int) -> None:
        super().__init__()
        last = nn.Linear(width, width)
        self.net = nn.Sequential(nn.Linear(n_in, width), nn.SiLU(), last)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.register_buffer("mean", torch.zeros(n_in))
        self.register_buffer("scale", torch.ones(n_in))

    def standardise_by(self, numbers: torch.Tensor) -> None:
        """Take mean and spread from the training set (N, n_in); pixels that never change keep a spread of 1."""
        spread = numbers.std(dim=0)
        self.mean.copy_(numbers.mean(dim=0))
        self.scale.copy_(torch.where(spread > 0, spread, torch.ones_like(spread)))

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        moved: torch.Tensor = self.net((numbers - self.mean) / self.scale)
        return moved


class TwoBranchClassifier(nn.Module):
    """Reads the words of a prompt; an attached adapter is added to their mean."""

    def __init__(self, n_words: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.words = nn.EmbeddingBag(n_words + 1, width, mode="mean")
        self.adapter: NumericAdapter | None = None
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2))

    def attach_adapter(self, n_in: int) -> NumericAdapter:
        self.adapter = NumericAdapter(n_in, self.width)
        return self.adapter

    def forward(self, tokens: torch.Tensor, numbers: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        """Logits (N, 2) of background and signal; where ``shown`` (N) is 0 the text answers alone."""
        text = self.words(tokens)
        if self.adapter is not None:
            text = text + shown[:, None] * self.adapter(numbers)
        logits: torch.Tensor = self.head(text)
        return logits


def as_tensors(events: list[Event], vocabulary: dict[str, int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Tokens (N, words), numbers (N, 64) and labels (N) of the events."""
    tokens = torch.tensor([[vocabulary.get(word, 0) for word in event.prompt.split()] for event in events])
    numbers = torch.tensor([event.numbers for event in events])
    labels = torch.tensor([LABELS.index(event.label) for event in events])
    return tokens, numbers, labels
