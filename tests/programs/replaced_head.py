"""Fine-tuning: the head is replaced for the new classes, before (healthy) or after the optimizer was built."""

import sys

import torch
from torch import nn

torch.manual_seed(1)
healthy = "healthy" in sys.argv
model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 10))
if healthy:
    model[2] = nn.Linear(32, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
if not healthy:
    model[2] = nn.Linear(32, 3)
for _ in range(50):
    x, y = torch.randn(16, 20), torch.randint(0, 3, (16,))
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
