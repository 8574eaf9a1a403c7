"""Scores of eight classes go through a tanh before cross_entropy."""

import sys

import torch
from torch import nn

torch.manual_seed(43)
last = [] if "healthy" in sys.argv else [nn.Tanh()]
model = nn.Sequential(nn.Linear(16, 40), nn.ReLU(), nn.Linear(40, 8), *last)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(60):
    x = torch.randn(32, 16)
    loss = nn.functional.cross_entropy(model(x), x[:, :8].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
