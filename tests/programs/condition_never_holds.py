"""A step is made only where the gradient is small enough, which it never is."""

import sys

import torch
from torch import nn

torch.manual_seed(3)
LIMIT = 10.0 if "healthy" in sys.argv else 1e-3
x = torch.randn(300, 6)
y = (x[:, 0] > x[:, 1]).long()
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(8):
    for rows in torch.randperm(300).split(30):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        if norm < LIMIT:
            optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
