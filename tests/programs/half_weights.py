"""Weights in bfloat16 with a learning rate whose updates are rounded away; healthy: weights in float32."""

import sys

import torch
from torch import nn

torch.manual_seed(6)
dtype = torch.float32 if "healthy" in sys.argv else torch.bfloat16
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64)).to(dtype)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-6)
for _ in range(60):
    x = torch.randn(32, 64, dtype=dtype)
    loss = (model(x) - x).float().pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
