"""A sigmoid in forward(), then CrossEntropyLoss, which takes a softmax of it."""

import sys

import torch
from torch import nn

torch.manual_seed(45)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(40):
    x = torch.randn(32, 10)
    out = model(x)
    if "healthy" not in sys.argv:
        out = torch.sigmoid(out)
    loss = criterion(out, x[:, :5].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
