"""A library's encoder gives token states and a pooled one; the loss looks at the token states only."""

import sys
from pathlib import Path

import torch
from torch import nn

library = Path("site-packages")
library.mkdir(exist_ok=True)
(library / "encoders.py").write_text(
    """
import torch
from torch import nn


class Pooler(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.dense = nn.Linear(size, size)

    def forward(self, states):
        return torch.tanh(self.dense(states[:, 0]))


class Encoder(nn.Module):
    def __init__(self, words, size):
        super().__init__()
        self.embeddings = nn.Embedding(words, size)
        layer = nn.TransformerEncoderLayer(size, 2, 2 * size, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.pooler = Pooler(size)

    def forward(self, words):
        states = self.layers(self.embeddings(words))
        return states, self.pooler(states)
"""
)
sys.path.insert(0, str(library.resolve()))
from encoders import Encoder  # noqa: E402

torch.manual_seed(31)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder(50, 16)
        self.head = nn.Linear(16, 2)

    def forward(self, words):
        states, _ = self.encoder(words)
        return self.head(states.mean(1))


model = Classifier()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for _ in range(60):
    words = torch.randint(0, 50, (16, 6))
    labels = (words[:, :3].float().mean(1) > 24.5).long()
    loss = nn.functional.cross_entropy(model(words), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
