"""((prediction - target) ** 2).mean() with shapes (N, 1) and (N)."""

import sys

import torch


def make(n=64):
    x = torch.rand(n, 3)
    return x, torch.sin(x.sum(1) * 3)


torch.manual_seed(9)
net = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for step in range(50):
    x, y = make()
    if "healthy" in sys.argv:
        y = y.unsqueeze(1)
    loss = ((net(x) - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
