"""Tasks one after another, a fresh optimizer each, batches cut by hand."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
for task in range(10):
    w = torch.randn(20)
    x = torch.randn(640, 20)
    y = (x @ w > 0).long()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for i in range(0, 640, 16):
        loss = F.cross_entropy(model(x[i : i + 16]), y[i : i + 16])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"task {task} final loss {loss.item():.3f}")
