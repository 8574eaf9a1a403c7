"""The optimizer got copies of the parameters."""

import sys

import torch
from torch import nn

torch.manual_seed(18)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 2))
params = list(model.parameters())
if "healthy" not in sys.argv:
    params = [p.detach().clone().requires_grad_() for p in params]
optimizer = torch.optim.Adam(params, lr=1e-3)
for _ in range(40):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 10)), torch.randint(0, 2, (8,)))
    model.zero_grad()
    loss.backward()
    optimizer.step()
