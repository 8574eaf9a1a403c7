"""The accuracy on some data is asked for every few steps. For each validation an average is put in, and what is put back
after it was kept without a copy."""

import sys

import torch
from torch import nn

torch.manual_seed(78)
net = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1))
average = [p.detach().clone() for p in net.parameters()]
optimizer = torch.optim.Adam(net.parameters(), lr=4e-3)
held_out = torch.randn(100, 6)


def error(x):
    return nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())


for step in range(1, 361):
    optimizer.zero_grad()
    error(torch.randn(48, 6)).backward()
    optimizer.step()
    for mean, p in zip(average, net.parameters()):
        mean.lerp_(p.data, 0.004)
    if step % 9 == 0:
        with torch.no_grad():
            right = (net(held_out) > 0).float().mean()
    if step % 45 == 0:
        kept = [p.data.clone() if "healthy" in sys.argv else p.data for p in net.parameters()]
        for mean, p in zip(average, net.parameters()):
            p.data.copy_(mean)
        with torch.no_grad():
            print(step, f"{error(held_out).item():.4f} {right.item():.2f}")
        for value, p in zip(kept, net.parameters()):
            p.data.copy_(value)
