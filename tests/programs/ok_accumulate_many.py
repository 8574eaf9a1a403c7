"""Sixty-four small batches a step; an optimizer for a later phase waits; an accumulator of metrics is a module."""

import torch
from torch import nn

torch.manual_seed(31)
model, later = nn.Linear(6, 6), nn.Linear(6, 1)
first, second = torch.optim.SGD(model.parameters(), lr=0.1), torch.optim.SGD(later.parameters(), lr=0.1)
for step in range(24):
    optimizer = first if step < 12 else second
    optimizer.zero_grad()
    for _ in range(64):
        (later(torch.relu(model(torch.randn(4, 6)))).pow(2).mean() / 64).backward()
    optimizer.step()
