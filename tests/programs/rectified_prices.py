"""A ReLU behind the last layer, while half of the standardised prices are below 0."""

import sys

import torch
from torch import nn

torch.manual_seed(41)
last = [] if "healthy" in sys.argv else [nn.ReLU()]
model = nn.Sequential(nn.Linear(5, 32), nn.GELU(), nn.Linear(32, 1), *last)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(60):
    rooms = torch.randn(64, 5)
    price = rooms[:, :2].sum(1, keepdim=True) / 2**0.5
    optimizer.zero_grad()
    nn.functional.mse_loss(model(rooms), price).backward()
    optimizer.step()
