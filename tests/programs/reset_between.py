"""zero_grad() stands between backward() and step()."""

import sys

import torch
from torch import nn

torch.manual_seed(7)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(40):
    x = torch.randn(16, 10)
    loss = nn.functional.mse_loss(model(x), x.mean(1, keepdim=True))
    if "healthy" in sys.argv:
        optimizer.zero_grad()
        loss.backward()
    else:
        loss.backward()
        optimizer.zero_grad()
    optimizer.step()
