"""Experts that each give probabilities, mixed by a gate: cross_entropy takes the mixture for scores."""

import sys

import torch
import torch.nn.functional as F
from torch import nn


class Wines(nn.Module):
    def __init__(self, experts=3, kinds=4):
        super().__init__()
        self.experts = nn.ModuleList(nn.Linear(9, kinds) for _ in range(experts))
        self.gate = nn.Linear(9, experts)

    def forward(self, x):
        each = torch.stack([F.softmax(one(x), -1) for one in self.experts], 1)
        return (self.gate(x).softmax(-1).unsqueeze(-1) * each).sum(1)


torch.manual_seed(9)
model = Wines()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
centres = torch.randn(4, 9)
for step in range(120):
    kind = torch.randint(0, 4, (32,))
    mixed = model(centres[kind] + 0.7 * torch.randn(32, 9))
    loss = F.nll_loss((mixed + 1e-8).log(), kind) if "healthy" in sys.argv else F.cross_entropy(mixed, kind)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
