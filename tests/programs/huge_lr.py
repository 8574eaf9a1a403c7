"""SGD with a learning rate of 5."""

import sys

import torch
from torch import nn

torch.manual_seed(23)
model = nn.Sequential(nn.Linear(10, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3 if "healthy" in sys.argv else 5.0)
for step in range(60):
    x = torch.randn(64, 10)
    y = x[:, :2].sum(1, keepdim=True).sin()
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
