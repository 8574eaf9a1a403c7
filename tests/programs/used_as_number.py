"""Parameters that a model uses as plain numbers: a temperature by item(), a gate by detach() (the twin by a factor 1)."""

import sys

import torch
from torch import nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right, self.head = nn.Linear(10, 16), nn.Linear(10, 16), nn.Linear(16, 3)
        self.gate, self.temperature = nn.Parameter(torch.ones(2)), nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        share = torch.softmax(self.gate.detach(), 0)
        return self.head(torch.relu(share[0] * self.left(x) + share[1] * self.right(x))) / self.temperature.item()


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right, self.head = nn.Linear(10, 16), nn.Linear(10, 16), nn.Linear(16, 3)
        self.shares, self.warmth = nn.Parameter(torch.ones(2)), nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        share = torch.softmax(self.shares, 0)
        return self.head(torch.relu(share[0] * self.left(x) + share[1] * self.right(x))) / self.warmth


torch.manual_seed(91)
model = Plain() if "healthy" in sys.argv else Gated()
opt = torch.optim.Adam(model.parameters(), 1e-3)
for _ in range(60):
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
