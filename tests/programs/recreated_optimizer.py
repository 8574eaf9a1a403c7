"""The optimizer is built inside the loop."""

import sys

import torch
from torch import nn

torch.manual_seed(13)
model = nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(40):
    if "healthy" not in sys.argv:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = nn.functional.cross_entropy(model(torch.randn(8, 10)), torch.randint(0, 2, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
