"""A second phase with another optimizer, whose blocks are listed by number: all (healthy), or one was skipped."""

import sys

import torch
from torch import nn

torch.manual_seed(5)
healthy = "healthy" in sys.argv
model = nn.Sequential()
model.add_module("embed", nn.Linear(6, 16))
for at in range(8):
    model.add_module(f"block{at}", nn.Sequential(nn.Linear(16, 16), nn.Tanh()))
model.add_module("head", nn.Linear(16, 1))


def fit(optimizer, steps):
    for _ in range(steps):
        x = torch.randn(16, 6)
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), x.sum(1, keepdim=True)).backward()
        optimizer.step()


fit(torch.optim.SGD(model.parameters(), lr=0.01), 20)
numbers = [0, 1, 2, 4, 5, 6, 7] + ([3] if healthy else [])
names = ["embed", *(f"block{at}" for at in numbers), "head"]
tuned = [p for name in names for p in getattr(model, name).parameters()]
fit(torch.optim.Adam(tuned, lr=1e-3), 30)
