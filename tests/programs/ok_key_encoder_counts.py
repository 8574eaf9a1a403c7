"""Contrast with a key encoder that follows the query encoder: frozen, in train mode, and its BatchNorm counts."""

import copy

import torch
from torch import nn

torch.manual_seed(53)


class Contrast(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 8))
        self.key = copy.deepcopy(self.query).requires_grad_(False)

    @torch.no_grad()
    def follow(self):
        for slow, fast in zip(self.key.parameters(), self.query.parameters()):
            slow.mul_(0.9).add_(fast, alpha=0.1)

    def forward(self, one, other):
        keys = nn.functional.normalize(self.key(other), dim=1)
        return nn.functional.normalize(self.query(one), dim=1) @ keys.T / 0.2


model = Contrast()
optimizer = torch.optim.SGD(model.query.parameters(), lr=0.05, momentum=0.9)
for _ in range(80):
    x = 2 * torch.randn(32, 10) + 1
    scores = model(x + 0.1 * torch.randn_like(x), x + 0.1 * torch.randn_like(x))
    loss = nn.functional.cross_entropy(scores, torch.arange(32))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    model.follow()
