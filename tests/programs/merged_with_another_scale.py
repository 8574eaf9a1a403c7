"""Adapters around frozen layers, merged for a snapshot and taken out again: with the scale that they were merged with
(healthy), or without it."""

import sys

import torch
from torch import nn

torch.manual_seed(1)
healthy = "healthy" in sys.argv


class Adapted(nn.Module):
    def __init__(self, base, rank=2, scale=0.25):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)
        self.scale = scale
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.base(x) + self.up(self.down(x)) * self.scale

    @torch.no_grad()
    def merge(self):
        self.base.weight.add_(self.up.weight @ self.down.weight, alpha=self.scale)

    @torch.no_grad()
    def unmerge(self):
        self.base.weight.sub_(self.up.weight @ self.down.weight, alpha=self.scale if healthy else 1.0)


model = nn.Sequential(Adapted(nn.Linear(12, 20)), nn.ReLU(), Adapted(nn.Linear(20, 3)))
snapshots = []
optimizer = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=1e-2)
for epoch in range(5):
    for _ in range(15):
        x = torch.randn(32, 12)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), x[:, :3].argmax(1)).backward()
        optimizer.step()
    layers = [module for module in model.modules() if isinstance(module, Adapted)]
    for layer in layers:
        layer.merge()
    snapshots.append([layer.base.weight.clone() for layer in layers])
    for layer in layers:
        layer.unmerge()
