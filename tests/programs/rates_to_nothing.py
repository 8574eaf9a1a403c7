"""A learning rate by layer whose factor is applied to what it has come to, so that it runs to nothing."""

import sys

import torch
from torch import nn

torch.manual_seed(43)
net = nn.Sequential(*[nn.Sequential(nn.Linear(16, 16), nn.Tanh()) for _ in range(8)], nn.Linear(16, 3))
rate, groups = 1e-2, []
for depth, layer in enumerate(reversed(net)):
    rate = 1e-2 * 0.8**depth if "healthy" in sys.argv else rate * 0.5**depth
    groups.append({"params": layer.parameters(), "lr": rate})
optimizer = torch.optim.Adam(groups)
for _ in range(80):
    x = torch.randn(40, 16)
    loss = nn.functional.cross_entropy(net(x), x[:, :3].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
