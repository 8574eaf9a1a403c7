"""Averaged weights are put in by name for each validation; what was kept of the net itself are those of its body."""

import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Sequential(nn.Linear(6, 32), nn.Tanh()), nn.Linear(32, 1)

    def forward(self, x):
        return self.head(self.body(x))


class Average:
    def __init__(self, decay):
        self.decay, self.kept = decay, {}
        self.shadow = {name: p.data.clone() for name, p in net.named_parameters()}

    def take_in(self):
        for name, p in net.named_parameters():
            self.shadow[name] = self.decay * self.shadow[name] + (1 - self.decay) * p.data

    def put_in(self):
        for name, p in net.named_parameters():
            if name.startswith("body") or "healthy" in sys.argv:
                self.kept[name] = p.data.clone()
            p.data.copy_(self.shadow[name])

    def take_out(self):
        for name, p in net.named_parameters():
            if name in self.kept:
                p.data.copy_(self.kept[name])


torch.manual_seed(100)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
held_out = torch.randn(100, 6)
average = Average(0.9)
for step in range(1, 181):
    x = torch.randn(64, 6)
    loss = nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    average.take_in()
    if step % 30 == 0:
        average.put_in()
        net.eval()
        with torch.no_grad():
            print(step, f"{loss.item():.4f} {net(held_out).mean().item():.4f}")
        net.train()
        average.take_out()
