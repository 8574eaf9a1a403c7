"""The distance of predictions (N, 1) from targets (N) by torch.dist, which spreads them; healthy: of (N, 1) from (N, 1)."""

import sys

import torch
from torch import nn

torch.manual_seed(47)
net = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3)
for step in range(100):
    x = torch.randn(40, 4)
    y = x[:, 0] * x[:, 1] - x[:, 2]
    loss = torch.dist(net(x), y[:, None] if "healthy" in sys.argv else y) / 40**0.5
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} distance {loss.item():.4f}")
