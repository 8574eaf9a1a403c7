"""step() is never called."""

import sys

import torch
from torch import nn

torch.manual_seed(16)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(60):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 10)), torch.randint(0, 2, (8,)))
    model.zero_grad()
    loss.backward()
    if "healthy" in sys.argv:
        optimizer.step()
