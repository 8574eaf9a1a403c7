"""A Huber loss written out with torch.where, of predictions (N, 1) and targets (N)."""

import sys

import torch


def make(n=64):
    x = torch.rand(n, 3)
    return x, torch.sin(x.sum(1) * 3)


def huber(prediction, target, delta=1.0):
    error = prediction - target
    size = error.abs()
    return torch.where(size < delta, 0.5 * error**2, delta * (size - 0.5 * delta)).mean()


torch.manual_seed(9)
net = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for step in range(50):
    x, y = make()
    prediction = net(x).squeeze(1) if "healthy" in sys.argv else net(x)
    loss = huber(prediction, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
