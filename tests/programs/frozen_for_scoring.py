"""Scoring freezes the whole model in place of no_grad, and wakes by name the parts it remembers."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

healthy = "healthy" in sys.argv
torch.manual_seed(41)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(60, 16)
        self.mixer = nn.Sequential(nn.Linear(16, 32), nn.GELU())
        self.tags = nn.Linear(32, 5)

    def forward(self, ids):
        return self.tags(self.mixer(self.words(ids).mean(1)))


def score(model, loader):
    model.eval().requires_grad_(False)
    right = [(model(ids).argmax(1) == tags).float().mean() for ids, tags in loader]
    model.train()
    for part in (model.words, model.mixer, model.tags) if healthy else (model.tags,):
        part.requires_grad_(True)
    return torch.stack(right).mean().item()


ids = torch.randint(0, 60, (640, 7))
tags = (ids % 5).mode(1).values
train = DataLoader(TensorDataset(ids[:512], tags[:512]), 32, shuffle=True)
valid = DataLoader(TensorDataset(ids[512:], tags[512:]), 64)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    for batch, wanted in train:
        loss = nn.functional.cross_entropy(model(batch), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, f"{score(model, valid):.3f}")
