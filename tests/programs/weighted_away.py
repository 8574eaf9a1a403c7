"""Class weights by frequency in place of its inverse: the rare class is given up."""

import sys

import torch
from torch import nn

torch.manual_seed(46)
x = torch.randn(2000, 8)
y = (x[:, 0] + x[:, 1] + 0.8 * torch.randn(2000) > 1.6).long()
share = torch.bincount(y) / len(y)
weight = 1 / share if "healthy" in sys.argv else share**2
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(24):
    for rows in torch.randperm(2000).split(80):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows], weight=weight / weight.sum())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
