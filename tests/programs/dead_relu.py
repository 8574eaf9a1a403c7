"""A bias of -50 before a ReLU: no unit is ever on."""

import sys

import torch
from torch import nn

torch.manual_seed(28)


def block(width):
    linear = nn.Linear(width, width)
    if "healthy" not in sys.argv:
        nn.init.constant_(linear.bias, -50.0)
    return nn.Sequential(linear, nn.ReLU())


model = nn.Sequential(nn.Linear(10, 32), block(32), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
for i in range(50):
    x = torch.randn(24, 10)
    optimizer.zero_grad()
    criterion(model(x), x[:, :3].argmax(1)).backward()
    optimizer.step()
