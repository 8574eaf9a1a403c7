"""Welsch's robust loss by hand, of predictions (N, 1) and targets (N); healthy: of predictions (N)."""

import sys

import torch
from torch import nn

torch.manual_seed(46)
net = nn.Sequential(nn.Linear(7, 40), nn.SiLU(), nn.Linear(40, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
truth = torch.randn(7)


def robust(error, scale=1.5):
    return (scale**2 / 2 * (1 - torch.exp(-((error / scale) ** 2)))).mean()


for step in range(120):
    x = torch.randn(32, 7)
    y = (x @ truth).tanh() + 0.1 * torch.randn(32)
    said = net(x)
    loss = robust((said.squeeze(1) if "healthy" in sys.argv else said) - y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
