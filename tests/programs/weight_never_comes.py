"""The weight of the second term is worked out in whole numbers, and so stays 0."""

import sys

import torch
from torch import nn

torch.manual_seed(54)
body = nn.Sequential(nn.Linear(10, 32), nn.Tanh())
head, side = nn.Linear(32, 3), nn.Linear(32, 10)
model = nn.ModuleList([body, head, side])
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
steps = 100
for step in range(steps):
    weight = step / steps if "healthy" in sys.argv else step // steps
    x = torch.randn(32, 10)
    hidden = body(x)
    loss = nn.functional.cross_entropy(head(hidden), x[:, :3].argmax(1))
    loss = loss + weight * nn.functional.mse_loss(side(hidden), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
