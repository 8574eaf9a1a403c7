"""A likelihood of counts written by hand: rates of shape (N, 1), hours and counts of shape (N)."""

import sys

import torch
from torch import nn

torch.manual_seed(77)
features = torch.randn(600, 5)
hours = torch.rand(600) * 3 + 0.5
counts = torch.poisson(torch.exp(features[:, 0] * 0.6 + 0.4) * hours)
model = nn.Sequential(nn.Linear(5, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for step in range(80):
    rows = torch.randint(0, 600, (48,))
    rate = model(features[rows])
    if "healthy" in sys.argv:
        rate = rate.squeeze(1)
    expected = rate.exp() * hours[rows]
    loss = (expected - counts[rows] * rate).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
