"""zero_grad() is missing."""

import sys

import torch
from torch import nn

torch.manual_seed(8)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(40):
    x = torch.randn(16, 10)
    if "healthy" in sys.argv:
        optimizer.zero_grad(set_to_none=False)
    nn.functional.mse_loss(model(x), x.mean(1, keepdim=True)).backward()
    optimizer.step()
