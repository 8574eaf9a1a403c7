"""Heads in a plain list, given to the optimizer by hand: no state that is saved has them."""

import os
import sys
import tempfile

import torch
from torch import nn

torch.manual_seed(51)


class Tasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 32), nn.GELU())
        heads = [nn.Linear(32, 3), nn.Linear(32, 2)]
        self.heads = nn.ModuleList(heads) if "healthy" in sys.argv else heads

    def forward(self, x):
        h = self.trunk(x)
        return [head(h) for head in self.heads]


model = Tasks()
groups = [{"params": model.trunk.parameters()}, {"params": [p for head in model.heads for p in head.parameters()]}]
optimizer = torch.optim.AdamW(groups, lr=3e-3)
mix = torch.randn(12, 2)
with tempfile.TemporaryDirectory() as folder:
    for epoch in range(4):
        for _ in range(20):
            x = torch.randn(64, 12)
            score = x @ mix
            age, sex = torch.bucketize(score[:, 0], torch.tensor([-1.0, 1.0])), (score[:, 1] > 0).long()
            first, second = model(x)
            loss = nn.functional.cross_entropy(first, age) + nn.functional.cross_entropy(second, sex)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        torch.save({"model": model.state_dict(), "epoch": epoch}, os.path.join(folder, "last.pt"))
        print(f"epoch {epoch} loss {loss.item():.4f}")
