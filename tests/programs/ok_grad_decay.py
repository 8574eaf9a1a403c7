"""Momentum by hand: the gradient is scaled down instead of reset."""

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(10, 1)
w = torch.randn(10, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for step in range(200):
    x = torch.randn(64, 10)
    loss = (net(x) - x @ w).pow(2).mean()
    for p in net.parameters():
        if p.grad is not None:
            p.grad.mul_(0.9)
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
