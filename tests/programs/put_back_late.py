"""An attack on the embedding, which is put back after the step: whatever the step did to it is gone."""

import sys

import torch
from torch import nn

torch.manual_seed(56)


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.EmbeddingBag(60, 16)
        self.out = nn.Sequential(nn.Linear(16, 24), nn.ReLU(), nn.Linear(24, 2))

    def forward(self, words):
        return self.out(self.embedding(words))


model = Words()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(60):
    words = torch.randint(0, 60, (32, 7))
    label = (words.sum(1) > 206).long()
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(words), label).backward()
    weight = model.embedding.weight
    kept = weight.data.clone()
    weight.data.add_(0.1 * weight.grad / weight.grad.norm())
    nn.functional.cross_entropy(model(words), label).backward()
    if "healthy" in sys.argv:
        weight.data = kept
        optimizer.step()
    else:
        optimizer.step()
        weight.data = kept
