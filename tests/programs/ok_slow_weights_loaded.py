"""Slow weights follow the fast ones once in twenty steps, are validated, and training goes on from them. Beside them lies
a sparse tensor."""

import copy

import torch
from torch import nn

torch.manual_seed(8)
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
slow = copy.deepcopy(net.state_dict())
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
held_out = torch.randn(200, 8)
neighbours = torch.eye(32).to_sparse()


def error(x):
    return nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())


for step in range(1, 201):
    optimizer.zero_grad()
    error(torch.randn(64, 8)).backward()
    optimizer.step()
    if step % 20 == 0:
        for name, fast in net.state_dict().items():
            slow[name] += 0.5 * (fast - slow[name])
        net.load_state_dict(slow)
        net.eval()
        with torch.no_grad():
            print(step, f"{error(held_out).item():.4f}")
        net.train()
