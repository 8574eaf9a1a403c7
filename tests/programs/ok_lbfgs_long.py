"""LBFGS over a hundred steps and more: its closure resets and goes backward several times within each."""

import torch
from torch import nn

torch.manual_seed(53)
x = torch.linspace(-2, 2, 100)[:, None]
y = torch.sin(3 * x)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=4, history_size=10)


def closure():
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean() + 1e-6 * sum(p.square().sum() for p in net.parameters())
    loss.backward()
    return loss


for _ in range(150):
    loss = optimizer.step(closure)
print(loss.item())
