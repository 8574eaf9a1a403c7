"""An average, tensor by tensor, is put in for each validation; what is put back after it was kept without a copy."""

import sys

import torch
from torch import nn

torch.manual_seed(68)
net = nn.Sequential(nn.Linear(7, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
held_out = torch.randn(200, 7)


class Average:
    def __init__(self, decay):
        self.decay = decay
        self.values = [p.detach().clone() for p in net.parameters()]

    @torch.no_grad()
    def take_in(self):
        for value, p in zip(self.values, net.parameters(), strict=True):
            value.lerp_(p.data, 1 - self.decay)

    def __enter__(self):
        self.own = [p.data.clone() if "healthy" in sys.argv else p.data for p in net.parameters()]
        for value, p in zip(self.values, net.parameters(), strict=True):
            p.data.copy_(value)

    def __exit__(self, *_):
        for value, p in zip(self.own, net.parameters(), strict=True):
            p.data.copy_(value)


def error(x):
    return nn.functional.mse_loss(net(x), (x[:, :1] + x[:, 1:2] * x[:, 2:3]).tanh())


average = Average(0.998)
for step in range(1, 241):
    loss = error(torch.randn(64, 7))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    average.take_in()
    if step % 24 == 0:
        with average, torch.no_grad():
            print(step, f"{loss.item():.4f} {error(held_out).item():.4f}")
