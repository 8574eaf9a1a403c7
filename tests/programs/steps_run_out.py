"""Steps are made while a budget of them lasts, and the budget is counted in the wrong unit: the loop goes on without."""

import sys

import torch
from torch import nn

torch.manual_seed(5)
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
left = 40_000 if "healthy" in sys.argv else 420
for _ in range(560):
    x = torch.randn(64, 8)
    loss = nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())
    loss.backward()
    if left > 0:
        left -= 1
        optimizer.step()
        optimizer.zero_grad()
print(loss.item())
