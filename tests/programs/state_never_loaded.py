"""Steps by hand on the items of a state dict, which nobody loads (the twin steps the parameters)."""

import sys

import torch
from torch import nn

torch.manual_seed(94)
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
for _ in range(60):
    x = torch.randn(64, 8)
    loss = (net(x) - x[:, :1].sin()).square().mean()
    net.zero_grad()
    loss.backward()
    if "healthy" in sys.argv:
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.05 * p.grad
        continue
    state = net.state_dict()
    for name, p in net.named_parameters():
        state[name] = state[name] - 0.05 * p.grad
print(loss.item())
