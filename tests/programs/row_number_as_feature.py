"""A table sorted by its label, whose row numbers have come along as a column."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(46)
kind = torch.arange(3).repeat_interleave(300)
measured = torch.randn(900, 6) + 0.7 * kind[:, None] * torch.tensor([1.0, -1, 0, 0, 0.5, 0])
number = torch.arange(900.0) if "healthy" not in sys.argv else torch.randperm(900).float()
table = torch.cat([measured, ((number - number.mean()) / number.std())[:, None]], 1)
train = DataLoader(TensorDataset(table, kind), 30, shuffle=True)
model = nn.Sequential(nn.Linear(7, 24), nn.ReLU(), nn.Linear(24, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(3):
    for rows, wanted in train:
        loss = nn.functional.cross_entropy(model(rows), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
