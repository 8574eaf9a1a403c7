"""Gradients are clipped before the backward pass, in the place where they should have been reset."""

import sys

import torch
from torch import nn

torch.manual_seed(8)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=5e-4)
for _ in range(60):
    x = torch.randn(16, 10)
    loss = nn.functional.mse_loss(model(x), 5 * x.sum(1, keepdim=True))
    if "healthy" in sys.argv:
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if "healthy" not in sys.argv:
        loss.backward()
    optimizer.step()
