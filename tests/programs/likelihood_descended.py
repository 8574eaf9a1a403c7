"""A log likelihood written out by hand goes to the optimizer as it is: what should grow is made smaller."""

import sys

import torch
from torch import nn

torch.manual_seed(45)
x = torch.randn(800, 6)
y = torch.sin(x[:, 0]) + 0.3 * x[:, 1]
model = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(60):
    rows = torch.randint(0, 800, (40,))
    residual = (y[rows] - model(x[rows]).squeeze(1)) / 0.5
    log_likelihood = (-0.5 * residual**2).mean()
    loss = -log_likelihood if "healthy" in sys.argv else log_likelihood
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
